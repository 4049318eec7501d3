"""The read side: what people ask of what is stored, and pages and statistics made of what the read models answer."""
