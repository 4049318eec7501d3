"""Alembic's home: run through `adapters.database.schema`, which holds the lock and knows the database."""
