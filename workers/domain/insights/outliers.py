"""Insights about what is out of the ordinary: single amounts, and whole days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median
from typing import Final

from contracts.events.insights import InsightKind
from contracts.values import Category
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, Spent, grouped, total_of
from workers.domain.insights.robust import confidence, spread, upper_tail
from workers.domain.insights.study import Study
from workers.domain.insights.wording import both, day_en, day_th, sum_en, sum_th

FAR: Final = 3.5
"""Robust z-score of an outlier: B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers" (1993)."""
LEAST_SPREAD: Final = math.log(1.15)
"""Where all amounts are equal, one that is a tenth higher is nothing."""
LEAST_OF_CATEGORY: Final = 12
LEAST_DAYS_SPENT: Final = 14
PRIOR: Final = 3
MOST_OF_ONE: Final = 0.8
"""Share of a day's sum above which it is the one purchase that is remarkable, and not the day."""


def anomalies(study: Study) -> Iterator[Finding]:
    """Amounts far above the usual ones of their category, on a scale of ratios."""
    if study.rest is not None:
        for category, entries in study.rest.by_category.items():
            if len(entries) >= LEAST_OF_CATEGORY:
                yield from _far_above(study.rest, category, entries)


def _far_above(rest: History, category: Category, entries: Sequence[Spent]) -> Iterator[Finding]:
    usual = median(entry.amount for entry in entries)
    for entry, z in zip(entries, _scores([float(entry.amount / usual) for entry in entries]), strict=True):
        if z > FAR:
            yield _anomaly(rest, category, entry, usual, confidence(_any_of(len(entries), z), len(entries), PRIOR))


def _anomaly(rest: History, category: Category, entry: Spent, usual: Decimal, sure: float) -> Finding:
    times = f"{entry.amount / usual:.1f}"
    return Finding(
        kind=InsightKind.ANOMALY,
        subject=str(entry.id),
        text=both(
            f"{sum_en(entry.amount, rest.currency)} at {entry.merchant} on {day_en(entry.spent_on)} is {times} times"
            f" what you usually pay for {category} ({sum_en(usual, rest.currency)}).",
            f"{sum_th(entry.amount, rest.currency)} ที่ {entry.merchant} วันที่ {day_th(entry.spent_on)} สูงเป็น {times} เท่า"
            f"ของที่จ่ายปกติในหมวด{category.thai} ({sum_th(usual, rest.currency)})",
        ),
        entries=[entry],
        impact=entry.amount - usual,
        confidence=sure,
        first=entry.spent_on,
        last=entry.spent_on,
        category=category,
        merchant=entry.merchant,
    )


def daily_spikes(study: Study) -> Iterator[Finding]:
    """Days on which many purchases together are far above what a day with spending usually costs."""
    if study.rest is None:
        return
    days = grouped((entry.spent_on, entry) for entry in study.rest.entries)
    if len(days) < LEAST_DAYS_SPENT:
        return
    totals = {day: total_of(entries) for day, entries in sorted(days.items())}
    usual = median(totals.values())
    scores = _scores([float(total / usual) for total in totals.values()])
    for (day, total), z in zip(totals.items(), scores, strict=True):
        largest = max(entry.amount for entry in days[day])
        if z > FAR and float(largest / total) <= MOST_OF_ONE:
            sure = confidence(_any_of(len(days), z), len(days), PRIOR)
            yield _spike(study.rest, days[day], usual, sure)


def _spike(rest: History, entries: Sequence[Spent], usual: Decimal, sure: float) -> Finding:
    day, total = entries[0].spent_on, total_of(entries)
    return Finding(
        kind=InsightKind.DAILY_SPIKE,
        subject=day.isoformat(),
        text=both(
            f"On {day_en(day)} you spent {sum_en(total, rest.currency)} in {len(entries)} payments; a day with"
            f" spending usually costs {sum_en(usual, rest.currency)}.",
            f"วันที่ {day_th(day)} ใช้จ่าย {sum_th(total, rest.currency)} รวม {len(entries)} รายการ"
            f" ขณะที่วันที่มีรายจ่ายมักอยู่ที่ {sum_th(usual, rest.currency)}",
        ),
        entries=entries,
        impact=total - usual,
        confidence=sure,
        first=day,
        last=day,
    )


def _scores(ratios: Sequence[float]) -> list[float]:
    """Robust z-scores of the logarithms; ratios are to the median, whose logarithm is about nothing."""
    logs = [math.log(ratio) for ratio in ratios]
    middle, scale = median(logs), max(spread(logs), LEAST_SPREAD)
    return [(value - middle) / scale for value in logs]


def _any_of(size: int, z: float) -> float:
    """How often the largest of so many normal values is that far out."""
    return 1 - (1 - upper_tail(z)) ** size
