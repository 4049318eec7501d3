"""The read side: what people ask of what is stored."""
