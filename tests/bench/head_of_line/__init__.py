"""The head-of-line experiment: what a slow call delays, where keys keep their order."""
