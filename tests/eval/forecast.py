"""How near the forecast comes, and how often its interval holds: back-tests on made-up households."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from contracts.events.insights import DayRange
from contracts.money import Currency
from tests.eval.households import KINDS, Household, live
from workers.domain.insights.forecasting import Interval, outlook
from workers.domain.insights.history import History, Spent, days_before

CONSOLE: Final = Console(width=140)
FIRST: Final = date(2024, 1, 1)
DAYS: Final = 1095
LEAST_RIGHT: Final = 1.0
"""Below this many baht a sum has no percentage."""

Seed = Annotated[int, typer.Option(help="Of the households; another seed, other households.")]
Owners = Annotated[int, typer.Option(help="Households of each kind.")]
Horizons = Annotated[list[int] | None, typer.Option("--horizon", help="Days to look ahead; repeatable.")]
Pasts = Annotated[list[int] | None, typer.Option("--past", help="Days that are known; repeatable.")]


@dataclass
class Tally:
    """What became of forecasts."""

    errors: list[float] = field(default_factory=list)
    naive: list[float] = field(default_factory=list)
    actual: list[float] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    promised: list[float] = field(default_factory=list)
    near: list[bool] = field(default_factory=list)

    def add(self, told: Interval, actual: float, naive: float) -> None:
        """Take down one forecast, what came of it, and what the days before said."""
        self.errors.append(abs(told.amount - actual))
        self.naive.append(abs(naive - actual))
        self.actual.append(actual)
        # As the outcome tells them: in satang.
        self.held.append(round(told.low, 2) <= actual <= round(told.high, 2))
        self.width.append(told.high - told.low)
        self.promised.append(told.near)
        self.near.append(abs(told.amount - actual) <= told.amount / 4)

    @property
    def row(self) -> tuple[str, ...]:
        """Number, MAPE, error as a share of all money, error by that of the naive, coverage, width, confidence."""
        percentages = [e / a for e, a in zip(self.errors, self.actual, strict=True) if a >= LEAST_RIGHT]
        return (
            f"{len(self.errors):,}",
            f"{100 * statistics.fmean(percentages):.1f}",
            f"{100 * sum(self.errors) / sum(self.actual):.1f}",
            f"{sum(self.errors) / sum(self.naive):.2f}",
            f"{100 * statistics.fmean(self.held):.1f}",
            f"{100 * sum(self.width) / sum(self.actual):.0f}",
            f"{statistics.fmean(self.promised):.2f} / {statistics.fmean(self.near):.2f}",
        )


def run(seed: Seed = 1, owners: Owners = 12, horizon: Horizons = None, past: Pasts = None) -> None:
    """Print error and coverage of the 80 % interval, for totals and for categories, by horizon and known past."""
    tallies: dict[tuple[str, int, int], Tally] = defaultdict(Tally)
    kinds: dict[str, Tally] = defaultdict(Tally)
    for kind in KINDS:
        for number in range(owners):
            entries = live(kind, 1_000 * seed + number, FIRST, DAYS)
            for days in past or (60, 180, 365, 730):
                for ahead in horizon or (7, 30, 90):
                    _try(kind, entries, days, ahead, tallies, kinds)
    heads = (
        "sums",
        "MAPE %",
        "error of all money %",
        "error by naive",
        "in the interval %",
        "width %",
        "promised / near",
    )
    table = Table("what", "known days", "days ahead", *heads, title=f"synthetic households, seed {seed}")
    for (what, days, ahead), tally in sorted(tallies.items(), key=lambda pair: (pair[0][0] != "total", pair[0])):
        table.add_row(what, str(days), str(ahead), *tally.row)
    for name, tally in kinds.items():
        table.add_row(f"total, {name}", "all", "all", *tally.row)
    CONSOLE.print(table)


def _try(
    kind: Household,
    entries: list[Spent],
    days: int,
    ahead: int,
    tallies: dict[tuple[str, int, int], Tally],
    kinds: dict[str, Tally],
) -> None:
    """Forecast at four moments of the last year that do not overlap for horizons up to 90 days."""
    for quarter in range(4):
        last = FIRST + timedelta(days=730 + 91 * quarter)
        history = History(Currency.THB, entries, days_before(last, days))
        told = outlook(history, ahead)
        following = DayRange(first=last + timedelta(days=1), last=last + timedelta(days=ahead))
        before = days_before(last, ahead)
        for group, interval in told.sums.items():
            actual, naive = (
                sum(
                    float(entry.amount)
                    for entry in entries
                    if span.first <= entry.spent_on <= span.last and group in {None, entry.category}
                )
                for span in (following, before)
            )
            tallies["category" if group else "total", days, ahead].add(interval, actual, naive)
            if group is None:
                kinds[kind.name].add(interval, actual, naive)
