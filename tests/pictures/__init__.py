"""Pictures of the dashboards, drawn from what a real Prometheus answers their queries."""
