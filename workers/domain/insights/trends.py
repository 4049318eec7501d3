"""Insights about spending that rises or falls from week to week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from contracts.events.insights import Direction, InsightKind
from contracts.values import Category
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, Spent
from workers.domain.insights.recurring import DAYS_OF_A_MONTH
from workers.domain.insights.robust import both_tails, confidence, mann_kendall, theil_sen
from workers.domain.insights.study import Study
from workers.domain.insights.wording import both, sum_en, sum_th

WEEK: Final = 7
LEAST_WEEKS: Final = 8
LEAST_ENTRIES: Final = 16
STEEP: Final = 0.05
"""A slope has to be this share of a usual month, for each month."""
PRIOR_WEEKS: Final = 2
WEEKS_OF_A_MONTH: Final = DAYS_OF_A_MONTH / WEEK


def weekly(history: History, entries: Sequence[Spent]) -> list[float]:
    """What some entries add up to in each full week, weeks counted back from the last day, the earliest first."""
    totals = [0.0] * (history.days // WEEK)
    for entry in entries:
        week = len(totals) - 1 - (history.last - entry.spent_on).days // WEEK
        if week >= 0:
            totals[week] += float(entry.amount)
    return totals


def monthly_trends(study: Study) -> Iterator[Finding]:
    """The trend of everything but bills, and those of single categories."""
    rest = study.rest
    if rest is None or rest.days < LEAST_WEEKS * WEEK or len(rest.entries) < LEAST_ENTRIES:
        return
    yield from _trend(rest, None, rest.entries, 1)
    categories = {name: own for name, own in rest.by_category.items() if len(own) >= LEAST_ENTRIES}
    for category, entries in categories.items():
        yield from _trend(rest, category, entries, len(categories))


def _trend(rest: History, category: Category | None, entries: Sequence[Spent], looked_at: int) -> Iterator[Finding]:
    weeks = weekly(rest, entries)
    monthly_change = theil_sen(weeks) * WEEKS_OF_A_MONTH
    usual_month = median(weeks) * WEEKS_OF_A_MONTH
    if not usual_month or abs(monthly_change) < STEEP * usual_month:
        return
    rises = monthly_change > 0
    change, span = abs(monthly_change), len(weeks)
    about_en = f"Spending on {category}" if category else "Your spending without bills"
    about_th = f"รายจ่ายหมวด{category.thai}" if category else "รายจ่ายที่ไม่รวมบิล"
    yield Finding(
        kind=InsightKind.MONTHLY_TREND,
        subject=category or "all",
        text=both(
            f"{about_en} {'rises' if rises else 'falls'} by about {sum_en(change, rest.currency)} a month,"
            f" over {span} weeks; a usual month is {sum_en(usual_month, rest.currency)}.",
            f"{about_th}{'เพิ่มขึ้น' if rises else 'ลดลง'}เดือนละประมาณ {sum_th(change, rest.currency)}"
            f" ตลอด {span} สัปดาห์ เดือนปกติอยู่ที่ {sum_th(usual_month, rest.currency)}",
        ),
        entries=entries,
        impact=change,
        confidence=confidence(both_tails(mann_kendall(weeks)) * looked_at, span, PRIOR_WEEKS),
        first=rest.first,
        last=rest.last,
        category=category,
        direction=Direction.UP if rises else Direction.DOWN,
    )
