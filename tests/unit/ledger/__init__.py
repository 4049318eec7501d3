"""The checker is itself checked."""
