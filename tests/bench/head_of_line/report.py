"""The experiment's results: on the terminal, and as the tables of docs/performance.md from the file of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.head_of_line.stuck import StuckTurn
from tests.bench.head_of_line.summary import EntrantSummary, StuckSummary, Target
from tests.bench.markdown import spread, table
from tests.bench.report import percent, spread_text

_HEADS: Final = (
    "contender",
    "keys",
    "messages/s",
    "of no-ordering",
    "calls in flight",
    "out of order",
    "worker µs",
    "widest gap",
)
_DELAYS: Final = ("other keys' answers, ms", "without a stuck key", "with one")


def print_backlog(console: Console, summaries: Sequence[EntrantSummary]) -> None:
    """Entrants side by side."""
    shown = Table(title="Slow calls, the steady middle of a backlog: median (lowest-highest) of the rounds")
    for name in _HEADS:
        shown.add_column(name, justify="left" if name == _HEADS[0] else "right")
    for each in summaries:
        shown.add_row(
            each.entrant,
            f"{each.keys:,}",
            "[bold red]disqualified[/bold red]" if each.problems else spread_text(each.rate),
            percent(each.share),
            _whole(each.in_flight),
            f"{each.violations:,}",
            _whole(each.worker_cpu),
            _whole(each.gap),
        )
    console.print(shown)
    for each in summaries:
        for problem in each.problems:
            console.print(f"[bold red]{each.entrant}, {each.keys:,} keys, is disqualified:[/bold red]")
            console.print(problem, markup=False)


def print_stuck(console: Console, summary: StuckSummary | None, turns: Sequence[StuckTurn]) -> None:
    """The delays with and without a stuck key."""
    if summary is not None:
        shown = Table(title="A stuck key: delays of the other keys, milliseconds, medians of the rounds")
        for name in _DELAYS:
            shown.add_column(name)
        for row in _delay_rows(vars_of(summary)):
            shown.add_row(*row)
        console.print(shown)
    for turn in turns:
        for problem in turn.problems:
            console.print(f"[bold red]round {turn.number} of the stuck key does not count:[/bold red]")
            console.print(problem, markup=False)


def print_targets(console: Console, targets: Sequence[Target]) -> None:
    """What is promised beside what was found."""
    shown = Table(title="Promised")
    for name in ("what", "wanted", "found", ""):
        shown.add_column(name)
    for each in targets:
        shown.add_row(each.what, each.wanted, each.found, "ok" if each.is_met else "[bold red]missed[/bold red]")
    console.print(shown)


def head_of_line_table(content: Mapping[str, Any]) -> list[str]:
    """Entrants side by side, then the delays a stuck key makes, then what is promised."""
    bound, stuck = content["bounds"], content["stuck"]
    possible = (
        f"Calls of {bound['mean_call_ms']:.0f} ms on average, {bound['in_flight']:,} at a time: no more than"
        f" {bound['rate']:,.0f} messages/s are possible; one at a time per partition {bound['sequential_rate']:,.0f}."
    )
    return [
        possible,
        "",
        *table(_HEADS, (_row(each) for each in content["summaries"] if not each["problems"])),
        "",
        *(table(_DELAYS, _delay_rows(stuck)) if stuck else ()),
        "",
        *table(
            ("promised", "wanted", "found"),
            ((each["what"], each["wanted"], each["found"]) for each in content["targets"]),
        ),
    ]


def vars_of(summary: StuckSummary) -> dict[str, float]:
    """The summary's numbers by name, as a file has them."""
    return {name: getattr(summary, name) for name in StuckSummary.__slots__}


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"`{each['entrant']}`",
        f"{each['keys']:,}",
        spread(each["rate"], 0),
        percent(each["share"]),
        _whole(each["in_flight"]),
        f"{each['violations']:,}",
        _whole(each["worker_cpu"]),
        _whole(each["gap"]),
    )


def _delay_rows(found: Mapping[str, float]) -> Iterator[tuple[str, str, str]]:
    for name, key in (("p50", "p50"), ("p99", "p99"), ("p99 without the calls themselves", "waiting")):
        yield name, f"{found[f'{key}_without']:,.0f}", f"{found[f'{key}_with']:,.0f}"


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
