"""The page about all dashboards, for whoever has no Grafana at hand and for whoever looks for a query."""

from __future__ import annotations

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.model import Dashboard
from infra.tools.generators.markdown import code, page, table


def dashboards_page() -> str:
    """docs/reference/dashboards.md."""
    parts = [part for dashboard in DASHBOARDS for part in _about(dashboard)]
    return page(
        "Dashboards",
        "Defined in `infra/dashboards`; Grafana's JSON in `infra/grafana/dashboards`, the chart's ConfigMaps and this "
        "page are generated from the same definitions. A test runs every query against a Prometheus that scrapes a "
        "fleet at work. How to get them into your Grafana: [observability](../observability.md).",
        *parts,
    )


def _about(dashboard: Dashboard) -> tuple[str, ...]:
    rows = (
        (
            panel.title,
            panel.description,
            "<br>".join(code(query.expression) for query in panel.queries),
            panel.may_be_empty,
            ", ".join(f"[{alert}](../runbooks/{alert}.md)" for alert in panel.alerts),
        )
        for panel in dashboard.panels()
    )
    head = ("Panel", "Shows", "Queries", "Empty while", "Alerts")
    return f"## {dashboard.subject}", dashboard.description, table(head, rows)
