"""How right readings are: what is expected, what was read, and the measures made of both. Pure."""
