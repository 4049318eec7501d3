"""The simulation of scaling, and how it is shown. It computes with numpy, which the core does not know."""
