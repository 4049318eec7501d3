"""What the inside needs from the outside, as Protocols with contract docstrings."""
