"""What `infra.tools.generate` writes, one module a kind of file. Each function returns a file's whole text."""
