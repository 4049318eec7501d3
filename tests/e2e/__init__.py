"""The product as its users run it: real processes on real services."""
