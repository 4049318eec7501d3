"""Results as tables: one description of each, for the terminal and for docs/performance.md. Pure but for printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.measuring import WORKER
from tests.bench.report import as_json, percent

Content = Mapping[str, Any]
"""A run's results as they stand in its file."""

_GROUPS: Final = (WORKER, "postgresql", "kafka")
_NAMES: Final = {WORKER: "worker", "postgresql": "PostgreSQL", "kafka": "Kafka"}
_IMPORTS: Final = 10
"""Packages told of."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. The first column names things, the others hold numbers."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def growth(content: Content) -> list[Sheet]:
    """Cost at each size, and whether it holds."""
    costs = Sheet(
        "CPU per message as one thing grows: median (lowest-highest) of the rounds; × is times the floor's",
        (
            "contender",
            content["unit"],
            "messages/s",
            *(f"{_NAMES[group]} µs" for group in _GROUPS),
            "worker ×",
            "PostgreSQL ×",
        ),
        [
            (
                f"{level['contender']}",
                f"{level['value']:,}",
                _spread(level["rate"], 0),
                *(_spread(level["cpu"].get(group), 0) for group in _GROUPS),
                _times(level["floors"].get(WORKER)),
                _times(level["floors"].get("postgresql")),
            )
            for level in content["levels"]
        ],
    )
    verdicts = Sheet(
        "How much a message's cost changes with size"
        if content["flat"]
        else "How much a message's cost rises with size",
        ("processes", "µs", "times the floor", "allowed", "holds"),
        [
            (
                _NAMES[each["group"]],
                percent(each["change"]),
                percent(each["in_floors"]),
                percent(each["tolerance"]),
                "yes" if each["holds"] else "NO",
            )
            for each in content["verdicts"]
        ],
    )
    return [costs, verdicts]


def memory(content: Content) -> list[Sheet]:
    """The curve over messages handled, and what the lines through it say."""
    curve = Sheet(
        f"Memory of one worker; its peak is {content['peak_mib']:.0f} MiB",
        ("messages handled", "resident MiB", "proportional MiB", "descriptors", "threads"),
        [
            (
                f"{each['handled']:,}",
                f"{each['held']['rss_mib']:.1f}",
                f"{each['held']['pss_mib']:.1f}",
                f"{each['held']['descriptors']}",
                f"{each['held']['threads']}",
            )
            for each in content["curve"]
        ],
    )
    return [curve, _trends(content["trends"])]


def soak(content: Content) -> list[Sheet]:
    """What was held at the beginning and at the end, and the accounts."""
    progress = content["progress"]
    counts = {
        "records sent": f"{content['sent']:,}",
        "different commands": f"{content['commands']:,}",
        "outcomes published again": f"{content['republished']:,}",
        "p50 ms": f"{progress['median'] * 1000:.0f}",
        "p99 ms": f"{progress['p99'] * 1000:.0f}",
        "longest wait ms": f"{progress['wait'] * 1000:.0f}",
        "promises broken": f"{len(content['problems'])}",
    }
    return [_trends(content["trends"]), Sheet("The accounts", ("what", "count"), list(counts.items()))]


def startup(content: Content) -> list[Sheet]:
    """Seconds from the start of a process, and the dearest imports."""
    starts = Sheet(
        "From the start of the process, seconds: median (lowest-highest)",
        ("contender", "until", "seconds"),
        [(each["contender"], each["until"], _spread(each["seconds"], 2)) for each in content["summaries"]],
    )
    dearest = list(content["imports"].items())[:_IMPORTS]
    imports = Sheet(
        f"Imports, milliseconds under -X importtime, of {sum(content['imports'].values()):.0f}",
        ("package", "ms"),
        [(name, f"{milliseconds:.0f}") for name, milliseconds in dearest],
    )
    return [starts, imports] if dearest else [starts]


def rebalance(content: Content) -> list[Sheet]:
    """What commands felt in each window."""
    return [
        Sheet(
            "What commands felt while workers came and went, milliseconds",
            (
                "change",
                "commands",
                "p50",
                "p99",
                "longest",
                "pause of the worst partition",
                "of the median one",
                "again",
            ),
            [
                (
                    each["window"]["name"],
                    f"{each['commands']:,}",
                    *(f"{each[name]:.0f}" for name in ("p50", "p99", "longest", "pause", "median_pause")),
                    f"{each['again']}",
                )
                for each in content["felt"]
            ],
        )
    ]


def scaling(content: Content) -> list[Sheet]:
    """What the simulator said, and what real workers did."""
    run = content["run"]
    lags, numbers = ((run[name], run[f"predicted_{name}"]) for name in ("lag", "workers"))
    rows = [
        ("seconds from the burst's end until the lag is worked off", run["drained"], run["predicted_drained"]),
        ("lag, the most", *(max(each) for each in lags)),
        ("workers, the most", *(max(each) for each in numbers)),
        ("worker seconds", sum(numbers[0]) * run["seconds"][-1] / len(numbers[0]), sum(numbers[1])),
    ]
    return [
        Sheet(
            "Scaled workers on real Kafka, and what was predicted of them",
            ("what", "recorded", "predicted", "error"),
            [
                (
                    name,
                    _number(recorded),
                    _number(said),
                    "" if not recorded or said is None else f"{said / recorded - 1:+.1%}",
                )
                for name, recorded, said in rows
            ],
        )
    ]


def _number(value: float | None) -> str:
    return "never" if value is None else f"{value:,.1f}"


SHEETS: Final[Mapping[str, Callable[[Content], list[Sheet]]]] = {
    "growth": growth,
    "memory": memory,
    "soak": soak,
    "startup": startup,
    "rebalance": rebalance,
    "scaling": scaling,
}


def print_sheets(console: Console, name: str, content: Mapping[str, Any]) -> None:
    """Print an experiment's results, as they will stand in its file."""
    for sheet in SHEETS[name](json.loads(as_json(content))):
        console.print(f"\n[italic]{sheet.title}[/italic]", soft_wrap=True, highlight=False)
        table = Table()
        for place, head in enumerate(sheet.heads):
            table.add_column(head, justify="right" if place else "left")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table)


def markdown(name: str, content: Content) -> list[str]:
    """The same for the docs."""
    lines: list[str] = []
    for sheet in SHEETS[name](content):
        rule = ["---", *("---:" for _ in sheet.heads[1:])]
        lines += [f"{sheet.title}:", "", *(f"| {' | '.join(row)} |" for row in (sheet.heads, rule, *sheet.rows)), ""]
    return lines[:-1]


MARKDOWN: Final[Mapping[str, Callable[[Content], list[str]]]] = {name: partial(markdown, name) for name in SHEETS}


def _trends(trends: Sequence[Mapping[str, Any]]) -> Sheet:
    return Sheet(
        "After warming up: medians of the first and the last tenth, and the line through all of it",
        ("what", "first", "last", "highest", "growth", "allowed"),
        [
            (
                f"{each['limit']['what']} {each['limit']['unit']}".rstrip(),
                *(f"{each[name]:.1f}" for name in ("first", "last", "highest")),
                f"{each['growth']:+.1f}",
                f"{each['limit']['allowed']:g}",
            )
            for each in trends
        ],
    )


def _spread(spread: Mapping[str, float] | None, digits: int) -> str:
    if spread is None:
        return ""
    low, middle, high = (f"{spread[name]:,.{digits}f}" for name in ("low", "median", "high"))
    return f"{middle} ({low}-{high})"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
