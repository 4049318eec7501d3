"""Insights about budgets that are broken, or will probably be."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from statistics import median
from typing import Final

from contracts.commands.insights import Budget
from contracts.events.insights import InsightKind
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, Spent, total_of
from workers.domain.insights.robust import shrunk
from workers.domain.insights.wording import both, sum_en, sum_th

LEAST_DAYS: Final = 28
LEAST_STRETCHES: Final = 2
"""How many times what is left of the month has to fit into the days that are known."""
PRIOR_STRETCHES: Final = 0.5
ROUNDING: Final = 0.005
"""What differences of floating sums may be off, units of the currency."""


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def budget_risks(history: History, budgets: Iterable[Budget]) -> Iterator[Finding]:
    """What is, or will probably be, spent above a budget in the month of the last day.

    Args:
        history: from the first of that month at the latest, if there were entries.
        budgets: those in other currencies are passed over.
    """
    for budget in budgets:
        if budget.monthly.currency is history.currency:
            entries = [entry for entry in history.entries if budget.category in {None, entry.category}]
            yield from _risk(history, budget, entries)


def _risk(history: History, budget: Budget, entries: Sequence[Spent]) -> Iterator[Finding]:
    first, last = month_of(history.last)
    so_far = [entry for entry in entries if entry.spent_on >= first]
    limit, spent = budget.monthly.amount, total_of(so_far)
    if spent > limit:
        yield _finding(history, budget, so_far, float(spent), 1.0)
        return
    left = (last - history.last).days
    stretches = history.days / left if left else 0.0
    if history.days < LEAST_DAYS or stretches < LEAST_STRETCHES:
        return
    room = float(limit - spent)
    sums = _sums(history.daily(entries), left)
    broken = sum(one > room + ROUNDING for one in sums)
    sure = shrunk((broken + 0.5) / (len(sums) + 1), stretches, PRIOR_STRETCHES)
    yield _finding(history, budget, so_far, float(spent) + median(sums), sure)


def _sums(daily: Sequence[float], length: int) -> list[float]:
    """What every stretch of so many days added up to."""
    ends = [0.0, *accumulate(daily)]
    return [ends[start + length] - ends[start] for start in range(len(daily) - length + 1)]


def _finding(history: History, budget: Budget, so_far: Sequence[Spent], end: float, sure: float) -> Finding:
    limit, spent, currency = budget.monthly.amount, total_of(so_far), history.currency
    first, last = month_of(history.last)
    about_en = f"for {budget.category}" if budget.category else "for everything"
    about_th = f"หมวด{budget.category.thai}" if budget.category else "รวมทุกหมวด"
    if spent > limit:
        english = f"The budget {about_en} is exceeded: {sum_en(spent, currency)} of {sum_en(limit, currency)}."
        thai = f"เกินงบ{about_th}แล้ว: {sum_th(spent, currency)} จาก {sum_th(limit, currency)}"
    else:
        english = (
            f"The budget {about_en} will probably not last: {sum_en(spent, currency)} of {sum_en(limit, currency)}"
            f" so far, about {sum_en(end, currency)} by the end of the month."
        )
        thai = (
            f"งบ{about_th}น่าจะไม่พอ: ใช้ไปแล้ว {sum_th(spent, currency)} จาก {sum_th(limit, currency)}"
            f" คาดว่าสิ้นเดือนจะเป็น {sum_th(end, currency)}"
        )
    return Finding(
        kind=InsightKind.BUDGET_RISK,
        subject=budget.category or "all",
        text=both(english, thai),
        entries=so_far,
        impact=max(0.0, end - float(limit)),
        confidence=sure,
        first=first,
        last=last,
        category=budget.category,
    )
