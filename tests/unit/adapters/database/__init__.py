"""The pure parts of the database adapter."""
