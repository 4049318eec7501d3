"""The commands producers send, one module an area."""
