"""What builds the image where there is no Docker engine, and what no image may be."""
