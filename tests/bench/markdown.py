"""The tables of docs/performance.md, from the files that runs have written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench.measuring import WORKER
from tests.bench.report import percent

Content = Mapping[str, Any]


def throughput_table(content: Content) -> list[str]:
    """Contenders side by side; rates and their range, medians of the rest."""
    rows = [
        (
            f"`{each['contender']}`",
            spread(each["rate"], 0),
            percent(each["share_of_rate"]),
            *(f"{each['cpu_microseconds'].get(group, 0):.0f}" for group in (WORKER, "postgresql", "kafka")),
            percent(1 / each["share_of_cpu"]) if each["share_of_cpu"] else "",
            f"{each['worker_peak_mib']:.0f}",
        )
        for each in content["summaries"]
        if not each["problems"]
    ]
    heads = ("contender", "messages/s", "% of floor", "worker µs", "PostgreSQL µs", "Kafka µs", "µs, % of floor", "MiB")
    return table(heads, rows)


def latency_table(content: Content) -> list[str]:
    """Contenders side by side, milliseconds."""
    rows = [
        (
            f"`{each['contender']}`",
            spread(each["p50"], 1),
            _more(each["more_p50"]),
            spread(each["p99"], 1),
            _more(each["more_p99"]),
        )
        for each in content["summaries"]
        if not each["problems"]
    ]
    return table(("contender", "p50 ms", "above floor", "p99 ms", "above floor"), rows)


def environment(content: Content) -> list[str]:
    """What a run was made on, in a sentence of a list's kind."""
    return ["; ".join(f"{name}: {value}" for name, value in content["facts"].items()) + "."]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, its first column of text and the others of numbers."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def spread(found: Mapping[str, float], digits: int) -> str:
    """The median, and the range in brackets."""
    low, middle, high = (f"{found[name]:,.{digits}f}" for name in ("low", "median", "high"))
    return f"{middle} ({low}-{high})"


def _more(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:+.1f}"
