"""How often insights about time are told where there is nothing to tell: households, and the same on random days.

Every purchase gets a day drawn at random. What is bought, where and for how much stays; weekdays, visits, trends,
festivals and bills are gone. Whatever of those is told then is a false alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from contracts.events.insights import InsightKind, InsightsGenerated
from tests.eval.households import KINDS, live
from workers.domain.insights.analysis import AnalysisRequest, analyse
from workers.domain.insights.history import Spent, days_before

CONSOLE: Final = Console(width=140)
LAST: Final = date(2026, 5, 31)
"""Songkran and Chinese New Year lie before it."""
ABOUT_TIME: Final = (
    InsightKind.WEEKDAY_PATTERN,
    InsightKind.VISIT_FREQUENCY,
    InsightKind.MONTHLY_TREND,
    InsightKind.DAILY_SPIKE,
    InsightKind.FESTIVAL,
    InsightKind.RECURRING,
)
LEVELS: Final = (0.6, 0.8, 0.9)

Seed = Annotated[int, typer.Option(help="Of the households; another seed, other households.")]
Owners = Annotated[int, typer.Option(help="Households of each kind.")]
Days = Annotated[int, typer.Option(help="Days that are looked at.")]


def run(seed: Seed = 1, owners: Owners = 20, days: Days = 180) -> None:
    """Print the share of owners who are told something of a kind, by confidence, in truth and on random days."""
    lived, scattered = Counter[tuple[str, float]](), Counter[tuple[str, float]]()
    for kind in KINDS:
        for number in range(owners):
            entries = live(kind, 1_000 * seed + number, LAST - timedelta(days=days - 1), days)
            _count(_analysed(entries, days), lived)
            _count(_analysed(_scattered(entries, days, Random(number)), days), scattered)
    everybody = owners * len(KINDS)
    heads = [f"{name}, confidence {level} and more, %" for name in ("lived", "scattered") for level in LEVELS]
    table = Table("kind", *heads, title=f"{everybody} synthetic households, {days} days, seed {seed}")
    for about in ABOUT_TIME:
        shares = [100 * counted[about, level] / everybody for counted in (lived, scattered) for level in LEVELS]
        table.add_row(about, *(f"{share:.0f}" for share in shares))
    CONSOLE.print(table)


def _analysed(entries: Sequence[Spent], days: int) -> InsightsGenerated:
    return analyse(AnalysisRequest("eval/owner", entries, complete=True, period=days_before(LAST, days)))


def _scattered(entries: Sequence[Spent], days: int, random: Random) -> list[Spent]:
    return [entry._replace(spent_on=LAST - timedelta(days=random.randrange(days))) for entry in entries]


def _count(found: InsightsGenerated, counted: Counter[tuple[str, float]]) -> None:
    surest: dict[str, float] = {}
    for one in found.currencies:
        for insight in one.insights:
            surest[insight.kind] = max(surest.get(insight.kind, 0.0), insight.confidence.value)
    for kind, confidence in surest.items():
        counted.update((kind, level) for level in LEVELS if confidence >= level)
