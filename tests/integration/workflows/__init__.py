"""Workflows on the runtime and a database."""
