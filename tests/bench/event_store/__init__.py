"""What the event store costs beside its own table, and what snapshots would save."""
