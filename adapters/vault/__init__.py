"""Sealing texts, and wrapping the keys that seal them: pyca/cryptography."""
