"""The read side: pages and statistics made of what the read models answer."""
