"""Insights about festivals that cost more than other days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from statistics import median
from typing import Final, NamedTuple

from contracts.events.insights import DayRange, InsightKind
from workers.domain.insights.festivals import Festival, festivals
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History
from workers.domain.insights.robust import confidence
from workers.domain.insights.study import Study
from workers.domain.insights.wording import BUDDHIST_ERA, both, sum_en, sum_th

LEAST_STRETCHES: Final = 6
"""Stretches of ordinary days, each as long as the festival, to compare with."""
LEAST_ENTRIES: Final = 20
DEARER: Final = 1.5
PRIOR_STRETCHES: Final = 1


def festival_spending(study: Study) -> Iterator[Finding]:
    """Festivals in these days whose sum, without bills, is above that of as many ordinary days."""
    rest = study.rest
    if rest is None or len(rest.entries) < LEAST_ENTRIES:
        return
    found = list(festivals(DayRange(first=rest.first, last=rest.last)))
    daily = rest.daily(rest.entries)
    special = {rest.place(day) for one in found for day in _days(one)}
    ordinary = [total for place, total in enumerate(daily) if place not in special]
    for one in found:
        cost = sum(daily[rest.place(day)] for day in _days(one))
        yield from _compared(rest, one, cost, _Ordinary(_stretches(ordinary, len(_days(one))), len(found)))


class _Ordinary(NamedTuple):
    stretches: Sequence[float]
    looked_at: int


def _compared(rest: History, festival: Festival, cost: float, ordinary: _Ordinary) -> Iterator[Finding]:
    """How many ordinary stretches cost as much is the chance that the festival does by accident."""
    stretches, looked_at = ordinary
    length = len(_days(festival))
    independent = len(stretches) / length
    if independent < LEAST_STRETCHES:
        return
    usual = median(stretches)
    if cost <= DEARER * usual or not cost:
        return
    chance = (1 + sum(one >= cost for one in stretches)) / (1 + len(stretches)) * looked_at
    days = festival.days
    extra = cost - usual
    yield Finding(
        kind=InsightKind.FESTIVAL,
        subject=f"{festival.key}-{days.last.year}",
        text=both(
            f"{festival.english} {days.last.year} cost {sum_en(cost, rest.currency)} in {length} days,"
            f" {sum_en(extra, rest.currency)} more than as many ordinary days.",
            f"ช่วง{festival.thai}ปี {days.last.year + BUDDHIST_ERA} ใช้จ่าย {sum_th(cost, rest.currency)} ใน {length} วัน"
            f" มากกว่าวันปกติจำนวนเท่ากัน {sum_th(extra, rest.currency)}",
        ),
        entries=[entry for entry in rest.entries if days.first <= entry.spent_on <= days.last],
        impact=extra,
        confidence=confidence(chance, independent, PRIOR_STRETCHES),
        first=days.first,
        last=days.last,
    )


def _days(festival: Festival) -> list[date]:
    span = (festival.days.last - festival.days.first).days + 1
    return [festival.days.first + timedelta(days=number) for number in range(span)]


def _stretches(daily: Sequence[float], length: int) -> list[float]:
    ends = [0.0, *accumulate(daily)]
    return [ends[start + length] - ends[start] for start in range(len(daily) - length + 1)]
