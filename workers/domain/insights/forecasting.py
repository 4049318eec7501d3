"""What an owner will probably spend: bills when they are due, the rest at its recent pace, and an honest interval.

The pace is the mean of the latest weeks. The width of the interval starts from how much weeks differ; then the very
same method is tried on the owner's own past, and the errors it made there, in units of that width, give the interval's
ends as their quantiles (conformal prediction: V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random
World", 2005). Where the past is too short to tell, the ends lean on those of a normal distribution.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist, fmean
from typing import Final

from contracts.values import Category
from workers.domain.insights.history import History, Spent
from workers.domain.insights.recurring import Series, find_series, likely_bills
from workers.domain.insights.robust import quantile

WEEK: Final = 7
INTERVAL: Final = 0.8
"""Share of sums that are to fall into the interval."""
LEAST_DAYS: Final = 28
LEAST_ENTRIES: Final = 10
PACE_WEEKS: Final = 13
"""Latest weeks whose mean is the pace."""
MOST_TRIALS: Final = 16
PRIOR_TRIALS: Final = 5.0
"""Independent trials that count as much as the ends assumed without any."""
ASSUMED_LOW: Final = -1.5
ASSUMED_HIGH: Final = 1.9
"""Ends assumed without trials, in standard deviations. A normal distribution's would be 1.28: but sums are skew, and
weeks are like the ones before them, which the deviation of single weeks does not tell."""
LEAST_WIDTH: Final = 0.03
"""Share of the expected sum that the standard deviation is at least: no month is the same."""

_TAIL: Final = (1 - INTERVAL) / 2
_NORMAL_END: Final = NormalDist().inv_cdf(1 - _TAIL)

Group = Category | None
"""What is forecast: a category, or everything."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A sum and its standard deviation, units of the currency."""

    amount: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A sum to expect, and the interval that is to hold it with the chance `INTERVAL`."""

    amount: float
    low: float
    high: float

    @property
    def near(self) -> float:
        """The chance that the sum will be within a quarter of the expected one."""
        deviation = (self.high - self.low) / (2 * _NORMAL_END)
        return math.erf(self.amount / 4 / (deviation * math.sqrt(2))) if deviation else 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will probably be spent in the days after a history.

    Attributes:
        sums: for everything (None) and for each category.
        series: bills that go on, with the days they are due.
        trials: how often the method was tried on the past.
    """

    sums: dict[Group, Interval]
    series: tuple[tuple[Series, tuple[date, ...]], ...]
    trials: int


def is_enough(history: History) -> bool:
    """Whether there is a past to tell the future from."""
    return history.days >= LEAST_DAYS and len(history.entries) >= LEAST_ENTRIES


def outlook(history: History, horizon: int) -> Outlook:
    """Look so many days ahead of a history that is long enough."""
    now = _Origin.at(history, history.last)
    predicted = now.predict(horizon)
    errors = _errors(history, horizon)
    independent = (history.days - LEAST_DAYS) / horizon
    sums = {group: _interval(one, errors[1].get(group, ()), independent) for group, one in predicted.items()}
    until = history.last + timedelta(days=horizon)
    due = [(one, tuple(one.due(history.last, until))) for one in now.series]
    return Outlook(sums, tuple((one, days) for one, days in due if days), errors[0])


def _interval(predicted: Prediction, errors: Sequence[float], independent: float) -> Interval:
    low, high = ASSUMED_LOW, ASSUMED_HIGH
    if errors:
        known = min(independent, len(errors))
        weight = known / (known + PRIOR_TRIALS)
        tried = sorted(errors)
        low += weight * (min(0.0, quantile(tried, _TAIL)) - low)
        high += weight * (max(0.0, quantile(tried, 1 - _TAIL)) - high)
    return Interval(
        predicted.amount,
        max(0.0, predicted.amount + low * predicted.deviation),
        predicted.amount + high * predicted.deviation,
    )


def _errors(history: History, horizon: int) -> tuple[int, dict[Group, list[float]]]:
    """The errors of the method at moments of the past, in standard deviations, and at how many moments."""
    room = history.days - horizon - LEAST_DAYS
    if room < 0:
        return 0, {}
    step = max(WEEK, math.ceil((room + 1) / MOST_TRIALS))
    moments = [history.last - timedelta(days=horizon + back) for back in range(0, room + 1, step)]
    errors: dict[Group, list[float]] = {}
    for moment in moments:
        predicted = _Origin.at(history, moment).predict(horizon)
        actual = _actual(history, moment, horizon)
        for group, one in predicted.items():
            if one.deviation:
                errors.setdefault(group, []).append((actual.get(group, 0.0) - one.amount) / one.deviation)
    return len(moments), errors


def _actual(history: History, moment: date, horizon: int) -> dict[Group, float]:
    until = moment + timedelta(days=horizon)
    return _sums(entry for entry in history.entries if moment < entry.spent_on <= until)


def _sums(entries: Iterable[Spent]) -> dict[Group, float]:
    sums: dict[Group, float] = {}
    for entry in entries:
        amount = float(entry.amount)
        sums[None] = sums.get(None, 0.0) + amount
        sums[entry.category] = sums.get(entry.category, 0.0) + amount
    return sums


@dataclass(frozen=True, slots=True)
class _Origin:
    """What was known on a day.

    Attributes:
        day: the day.
        series: bills that go on.
        weeks: what the rest added up to in each full week of the pace, for everything and each category known.
    """

    day: date
    series: tuple[Series, ...]
    weeks: Mapping[Group, Sequence[float]]

    @classmethod
    def at(cls, history: History, day: date) -> _Origin:
        known = {
            key: past
            for key, entries in history.by_merchant.items()
            if (past := [entry for entry in entries if entry.spent_on <= day])
        }
        alive = tuple(one for one in (*find_series(known), *likely_bills(known)) if one.is_alive(day))
        billed = {entry.id for one in alive for entry in one.payments}
        full = min(PACE_WEEKS, ((day - history.first).days + 1) // WEEK)
        weeks: dict[Group, list[float]] = {None: [0.0] * full}
        for entry in (entry for past in known.values() for entry in past):
            own = weeks.setdefault(entry.category, [0.0] * full)
            back = (day - entry.spent_on).days // WEEK
            if back < full and entry.id not in billed:
                own[back] += float(entry.amount)
                weeks[None][back] += float(entry.amount)
        return cls(day, alive, weeks)

    def predict(self, horizon: int) -> dict[Group, Prediction]:
        """What will be spent in so many days."""
        until = self.day + timedelta(days=horizon)
        billed: dict[Group, float] = {}
        doubt: dict[Group, float] = {}
        for one in self.series:
            times = len(list(one.due(self.day, until)))
            for group in (None, one.category):
                billed[group] = billed.get(group, 0.0) + times * one.amount
                doubt[group] = doubt.get(group, 0.0) + times * one.spread**2
        return {
            group: _predicted(weeks, horizon / WEEK, billed.get(group, 0.0), doubt.get(group, 0.0))
            for group, weeks in self.weeks.items()
        }


def _predicted(weeks: Sequence[float], ahead: float, billed: float, doubt: float) -> Prediction:
    """The variance of a sum of coming weeks, and that of the pace, which is an estimate itself."""
    pace = fmean(weeks)
    of_weeks = sum((week - pace) ** 2 for week in weeks) / (len(weeks) - 1)
    variance = of_weeks * (ahead + ahead**2 / len(weeks)) + doubt
    amount = pace * ahead + billed
    return Prediction(amount, max(math.sqrt(variance), LEAST_WIDTH * amount))
