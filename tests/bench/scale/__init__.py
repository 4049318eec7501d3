"""Experiments about growth: what becomes dearer or slower with more of something, or over time."""
