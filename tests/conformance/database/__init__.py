"""The database ports on every database."""
