"""Drills: a real fault in a real fleet, until alert, doctor and runbook have done their part."""
