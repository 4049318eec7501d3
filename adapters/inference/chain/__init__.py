"""Backends of a capability one after the other, and what protects each of them, its budget and its callers."""
