"""What only a real server or a second process can show."""
