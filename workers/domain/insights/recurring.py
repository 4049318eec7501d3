"""Bills and subscriptions: payments to one merchant that come back after the same time, with nearly the same sum."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise
from statistics import median
from typing import Final, NamedTuple

from contracts.events.insights import InsightKind
from contracts.money import Currency
from contracts.values import MEDIUM_CONFIDENCE, Category
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import Spent, grouped, usual_category, usual_spelling
from workers.domain.insights.robust import confidence, spread
from workers.domain.insights.wording import both, day_en, day_th, sum_en, sum_th

DAYS_OF_A_MONTH: Final = 365.25 / 12
ON_TIME: Final = 0.8
"""Share of the gaps that have to fit; a bill may be paid late now and then."""
SAME_SUM: Final = 1.01
"""Sums that differ by less are the same one, where a merchant is paid for several things."""
LEAST_SAME: Final = 4
"""Payments of one sum that make a series beside others to the same merchant: three come together too easily."""
PRIOR_GAPS: Final = 0.5
"""Gaps that count for half, see `robust.confidence`: three monthly payments are two gaps already."""
ALIKE: Final = 1.05
"""How far apart two payments may lie to be expected a third time."""
LATE: Final = 5
"""Days a payment may be overdue before the series counts as ended."""
RECENT: Final = 3
"""Payments whose median is the sum expected next."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A time after which payments come back.

    Attributes:
        every: for people, English and Thai.
        days: the usual gap; 0 for a whole number of months.
        months: the usual gap in months; 0 for one in days.
        shortest: the shortest gap that fits, days.
        longest: the longest.
        least: the fewest payments that show it.
        wobble: the most that sums may differ: the relative spread.
    """

    every: tuple[str, str]
    days: int
    months: int
    shortest: int
    longest: int
    least: int
    wobble: float

    @property
    def length(self) -> float:
        """The usual gap, days."""
        return self.days or self.months * DAYS_OF_A_MONTH


MONTHLY: Final = Rhythm(("month", "เดือน"), 0, 1, 25, 36, 3, 0.4)

# What comes weekly is as often a habit as a bill; only an equal sum tells them apart.
RHYTHMS: Final = (
    Rhythm(("week", "สัปดาห์"), 7, 0, 6, 8, 5, 0.05),
    Rhythm(("two weeks", "2 สัปดาห์"), 14, 0, 12, 16, 4, 0.1),
    MONTHLY,
    Rhythm(("three months", "3 เดือน"), 0, 3, 84, 99, 3, 0.4),
)


@dataclass(frozen=True, slots=True)
class Series:
    """Payments that come back.

    Attributes:
        key: names the series among an owner's: merchant, and the sum where several series share one.
        payments: by date.
        rhythm: when they come back.
        confidence: that they do.
        spread: how far sums lie apart, units of the currency.
    """

    key: str
    payments: tuple[Spent, ...]
    rhythm: Rhythm
    confidence: float
    spread: float

    @property
    def merchant(self) -> str:
        """Who is paid."""
        return usual_spelling(self.payments)

    @property
    def category(self) -> Category:
        """What it is paid for."""
        return usual_category(self.payments)

    @property
    def amount(self) -> float:
        """The sum to expect: the median of the latest."""
        return float(median(entry.amount for entry in self.payments[-RECENT:]))

    @property
    def monthly(self) -> float:
        """What it costs in a month of average length."""
        return self.amount * DAYS_OF_A_MONTH / self.rhythm.length

    def is_alive(self, today: date) -> bool:
        """Whether the next payment is still to be expected."""
        return (today - self.payments[-1].spent_on).days <= self.rhythm.longest + LATE

    def due(self, today: date, until: date) -> Iterator[date]:
        """When payments are expected after today; one that is overdue, tomorrow."""
        last, tomorrow = self.payments[-1].spent_on, today + timedelta(days=1)
        overdue_or_next = max(self._after(last, 1), tomorrow)
        if overdue_or_next <= until:
            yield overdue_or_next
        for number in count(2):
            day = self._after(last, number)
            if day > until:
                return
            if day > overdue_or_next:
                yield day

    def _after(self, day: date, number: int) -> date:
        if self.rhythm.days:
            return day + timedelta(days=number * self.rhythm.days)
        return months_later(day, number * self.rhythm.months)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def find_series(by_merchant: Mapping[str, Sequence[Spent]]) -> tuple[Series, ...]:
    """All series among the entries of each merchant, whose entries are by date; ended ones, too."""
    found: list[Series] = []
    for key, entries in by_merchant.items():
        if whole := _series(key, entries, 1):
            found.append(whole)
        elif len(entries) > LEAST_SAME:
            sums = list(_by_sum(entries))
            found += filter(None, (_series(f"{key}|{same[0].amount}", same, len(sums)) for same in sums))
    return tuple(found)


def likely_bills(by_merchant: Mapping[str, Sequence[Spent]]) -> tuple[Series, ...]:
    """Merchants paid twice, a month apart and nearly the same: too little to be told, enough to be expected."""
    found = []
    for key, entries in by_merchant.items():
        if len(entries) == 2:  # noqa: PLR2004  a pair
            sums = sorted(float(entry.amount) for entry in entries)
            gap = (entries[1].spent_on - entries[0].spent_on).days
            if MONTHLY.shortest <= gap <= MONTHLY.longest and sums[1] <= ALIKE * sums[0]:
                sure = confidence(_by_chance([gap], 1, MONTHLY), 1, PRIOR_GAPS)
                found.append(Series(key, tuple(entries), MONTHLY, sure, spread(sums)))
    return tuple(found)


def bills(series: Iterable[Series], currency: Currency, today: date) -> Iterator[Finding]:
    """An insight for each series that goes on."""
    for one in series:
        if one.is_alive(today):
            yield _finding(one, currency, today)


def _series(key: str, entries: Sequence[Spent], looked_at: int) -> Series | None:
    """The series some entries are, if they are one; `looked_at` is among how many of the merchant it was sought."""
    days = sorted({entry.spent_on for entry in entries})
    # More than one payment a day on average is no bill, however regular the days.
    if len(days) < RHYTHMS[-1].least or len(entries) > len(days) * 1.5:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = median(gaps)
    for rhythm in RHYTHMS:
        if rhythm.shortest <= usual <= rhythm.longest and len(days) >= rhythm.least:
            return _checked(key, entries, _Gaps(gaps, rhythm, looked_at))
    return None


class _Gaps(NamedTuple):
    days: Sequence[int]
    rhythm: Rhythm
    looked_at: int


def _checked(key: str, entries: Sequence[Spent], found: _Gaps) -> Series | None:
    gaps, rhythm, looked_at = found
    on_time = sum(rhythm.shortest <= gap <= rhythm.longest for gap in gaps)
    amounts = [float(entry.amount) for entry in entries]
    apart = spread(amounts)
    wobble = apart / median(amounts)
    if on_time < ON_TIME * len(gaps) or wobble > rhythm.wobble:
        return None
    chance = _by_chance(gaps, on_time, rhythm) * looked_at
    sure = confidence(chance, len(gaps), PRIOR_GAPS) * (on_time / len(gaps)) * (1 - wobble / 2)
    return Series(key, tuple(entries), rhythm, sure, apart) if sure >= MEDIUM_CONFIDENCE else None


def _by_chance(gaps: Sequence[int], on_time: int, rhythm: Rhythm) -> float:
    """How often visits at random moments, as frequent as these, would fit as well: a binomial tail."""
    mean = sum(gaps) / len(gaps)
    fits = math.exp(-(rhythm.shortest - 0.5) / mean) - math.exp(-(rhythm.longest + 0.5) / mean)
    size = len(gaps)
    return sum(math.comb(size, hits) * fits**hits * (1 - fits) ** (size - hits) for hits in range(on_time, size + 1))


def _by_sum(entries: Sequence[Spent]) -> Iterator[list[Spent]]:
    """Entries of the same sum, by date, where there are enough for a series."""
    exact = grouped((entry.amount, entry) for entry in entries)
    group: list[Spent] = []
    lowest = 0.0
    for amount in sorted(exact):
        if group and float(amount) > lowest * SAME_SUM:
            yield from _enough(group)
            group = []
        if not group:
            lowest = float(amount)
        group += exact[amount]
    yield from _enough(group)


def _enough(group: list[Spent]) -> Iterator[list[Spent]]:
    if len(group) >= LEAST_SAME:
        yield sorted(group, key=lambda entry: (entry.spent_on, entry.id))


def _finding(one: Series, currency: Currency, today: date) -> Finding:
    name, (every_en, every_th) = one.merchant, one.rhythm.every
    following = next(one.due(today, today + timedelta(days=120)), today + timedelta(days=1))
    usual = one.amount
    return Finding(
        kind=InsightKind.RECURRING,
        subject=one.key,
        text=both(
            f"{name} is paid every {every_en}, usually {sum_en(usual, currency)}, {len(one.payments)} times so far;"
            f" next around {day_en(following)}.",
            f"จ่าย {name} ทุก {every_th} ครั้งละประมาณ {sum_th(usual, currency)} มาแล้ว {len(one.payments)} ครั้ง"
            f" ครั้งถัดไปราววันที่ {day_th(following)}",
        ),
        entries=one.payments,
        impact=one.monthly,
        confidence=one.confidence,
        first=one.payments[0].spent_on,
        last=one.payments[-1].spent_on,
        category=one.category,
        merchant=name,
    )
