"""The event store and the spending entries on PostgreSQL or SQLite: same tables, same migrations, same behaviour."""
