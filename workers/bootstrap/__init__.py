"""The composition root: the only place that sees both sides, ports and adapters."""
