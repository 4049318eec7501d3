"""Telemetry against real receivers."""
