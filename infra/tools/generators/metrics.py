"""The page of docs/reference that lists every metric."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.telemetry.instruments import BACKEND_GAUGES, COUNTERS, FOLLOWER_GAUGES, GAUGES, HISTOGRAMS, Instrument
from infra.tools.generators.markdown import code, page, table


def metrics_page() -> str:
    """docs/reference/metrics.md."""
    return page(
        "Metrics",
        "What `/metrics` exposes, in Prometheus' text format, or in OpenMetrics for a scraper that asks for it. Names "
        "that begin with `messaging_` are those of OpenTelemetry's messaging conventions in Prometheus' spelling; the "
        "others are the fleet's own.",
        "Labels are bounded: areas, topics, groups, partitions, types and codes of the registry. A command type nobody "
        "knows is counted as `other`. No label holds an owner, a tenant or an id.",
        "## Counters",
        _table(COUNTERS),
        "## Histograms",
        _table(HISTOGRAMS),
        "Times are in seconds. The bounds:",
        table(("Metric", "Upper bounds"), ((code(one.exposed), _bounds(one)) for one in HISTOGRAMS)),
        "## Gauges",
        "Read from the workers at the moment of the scrape.",
        _table((*GAUGES, *BACKEND_GAUGES, *FOLLOWER_GAUGES)),
    )


def _table(instruments: Sequence[Instrument]) -> str:
    rows = (
        (code(one.exposed), one.help, ", ".join(map(code, one.labels)), code(one.otel) if one.otel else "")
        for one in instruments
    )
    return table(("Metric", "Meaning", "Labels", "In OpenTelemetry"), rows)


def _bounds(instrument: Instrument) -> str:
    return ", ".join(f"{bound:g}" for bound in instrument.buckets)
