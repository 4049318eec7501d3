"""The mathematics of scaling."""
