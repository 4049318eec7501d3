"""The archive of events on a real disk."""
