"""The simulation of scaling."""
