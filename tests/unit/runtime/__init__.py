"""Tests of workers.runtime."""
