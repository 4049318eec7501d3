"""The demonstration: real commands through a whole fleet on this machine, checked and shown."""
