"""Results for people, on the terminal, and for programs, in a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.baseline import Comparison
from tests.bench.latencies import LatencySummary
from tests.bench.measuring import WORKER
from tests.bench.statistics import Spread
from tests.bench.summary import Summary

FOLDER: Final = Path(__file__).parents[2] / "build" / "bench"
_GROUPS: Final = (WORKER, "postgresql", "kafka", "redis")


def print_facts(console: Console, facts: Mapping[str, str]) -> None:
    """The environment of a run."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in facts.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    console.print(table)


def print_summaries(console: Console, summaries: Sequence[Summary], base: str) -> None:
    """The throughput of all contenders side by side."""
    groups = [group for group in _GROUPS if any(group in each.cpu_microseconds for each in summaries)]
    table = Table(title="Throughput: CPU per message, ratios round by round, median (lowest-highest)")
    table.add_column("contender")
    for column in (
        "messages/s",
        f"% of {base}",
        *(f"{group} µs" for group in groups),
        f"µs, % of {base}",
        "MiB",
    ):
        table.add_column(column, justify="right")
    for each in summaries:
        if each.problems:
            table.add_row(each.contender, "[bold red]disqualified[/bold red]")
            continue
        cpu = [_cpu(each, group) for group in groups]
        rates = (spread_text(each.rate), percent(each.share_of_rate))
        dearer = 1 / each.share_of_cpu if each.share_of_cpu else None
        table.add_row(each.contender, *rates, *cpu, percent(dearer), f"{each.worker_peak_mib:.0f}")
    console.print(table)
    _print_problems(console, summaries)


def print_multiples(console: Console, contender: str, multiples: Mapping[str, float]) -> None:
    """How many times as many messages a second one handles as the others."""
    told = [f"{factor:.2g} × {other}" for other, factor in multiples.items()]
    if told:
        console.print(f"{contender} handles {', '.join(told)}", highlight=False)


def print_latencies(console: Console, summaries: Sequence[LatencySummary], base: str) -> None:
    """The latency of all contenders side by side."""
    table = Table(title="Latency, milliseconds: median (lowest-highest) of the rounds")
    table.add_column("contender")
    for column in ("p50", f"above {base}", "p99", f"above {base}"):
        table.add_column(column, justify="right")
    for each in summaries:
        if each.problems:
            table.add_row(each.contender, "[bold red]disqualified[/bold red]")
            continue
        p50, p99 = (spread_text(spread, 1) for spread in (each.p50, each.p99))
        table.add_row(each.contender, p50, _more(each.more_p50), p99, _more(each.more_p99))
    console.print(table)
    _print_problems(console, summaries)


def print_comparisons(console: Console, comparisons: Sequence[Comparison], base: str) -> None:
    """What was found beside the stored baseline."""
    table = Table(title=f"CPU per message, times the {base}'s, beside the stored baseline")
    table.add_column("processes")
    for column in ("baseline", "found", "change", "allowed", ""):
        table.add_column(column, justify="right")
    for each in comparisons:
        verdict = "[bold red]slower[/bold red]" if each.is_slowdown else "ok"
        if each.is_outdated:
            verdict = "[bold yellow]cheaper: store it with check --update[/bold yellow]"
        expected, found = f"{each.expected:.2f}", spread_text(each.found, 2)
        table.add_row(each.group, expected, found, f"{each.change:+.0%}", f"{each.tolerance:+.0%}", verdict)
    console.print(table)


def print_breakdown(console: Console, columns: Mapping[str, Mapping[str, float]], above: float) -> None:
    """Microseconds a message of each package, contenders side by side."""
    table = Table(title="CPU under the profiler, microseconds a message by package")
    table.add_column("package")
    for name in columns:
        table.add_column(name, justify="right")
    totals = {package: max(column.get(package, 0.0) for column in columns.values()) for package in _packages(columns)}
    for package, most in sorted(totals.items(), key=lambda item: -item[1]):
        if most >= above:
            table.add_row(package, *(f"{column.get(package, 0.0):.1f}" for column in columns.values()))
    table.add_row("[bold]all[/bold]", *(f"[bold]{sum(column.values()):.1f}[/bold]" for column in columns.values()))
    console.print(table)


def _packages(columns: Mapping[str, Mapping[str, float]]) -> set[str]:
    return {package for column in columns.values() for package in column}


def write_json(name: str, moment: datetime, content: Mapping[str, Any]) -> Path:
    """Write a run's results to a file of their own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{name}-{moment:%Y%m%dT%H%M%SZ}.json"
    file.write_text(as_json({"made_at": moment.isoformat(), **content}))
    return file


def as_json(content: Mapping[str, Any]) -> str:
    """The text of a results file."""
    return json.dumps(content, default=_plain, indent=2) + "\n"


def spread_text(spread: Spread | None, digits: int = 0) -> str:
    """For instance `12,300 (11,900-12,800)`."""
    if spread is None:
        return ""
    low, middle, high = (f"{value:,.{digits}f}" for value in (spread.low, spread.median, spread.high))
    return f"{middle} ({low}-{high})"


def percent(share: float | None) -> str:
    """A share in per cent, with a digit more where there is little of it."""
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def _print_problems(console: Console, summaries: Iterable[Summary | LatencySummary]) -> None:
    for each in summaries:
        for problem in each.problems:
            console.print(f"[bold red]{each.contender} is disqualified:[/bold red]")
            console.print(problem, markup=False)


def _more(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:+.1f}"


def _cpu(summary: Summary, group: str) -> str:
    if group == WORKER:
        return spread_text(summary.worker_cpu, 1)
    found = summary.cpu_microseconds.get(group)
    return "" if found is None else f"{found:.1f}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)
