"""Tests of adapters.telemetry."""
