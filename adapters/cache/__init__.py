"""Caches: in this process or in Redis."""
