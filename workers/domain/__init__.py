"""Aggregates, policies and pure decisions."""
