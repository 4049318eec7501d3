"""The restore drill: a fleet at work loses its database, and everything is there again."""
