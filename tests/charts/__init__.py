"""The Helm chart, proven without a cluster."""
