"""HTTP: what a fleet answers to probes, scrapers and the live view, and how these ask."""
