"""Ways in: the command line and the consumer process."""
