"""An owner's entries of one currency, sorted and grouped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeVar
from uuid import UUID

from contracts.events.insights import DayRange
from contracts.money import Currency
from contracts.values import Category, PaymentMethod

K = TypeVar("K")
V = TypeVar("V")


class Spent(NamedTuple):
    """What an analysis has to know of an entry.

    Attributes:
        amount: in units of the currency.
        spent_on: the local date of the entry.
    """

    id: UUID
    amount: Decimal
    currency: Currency
    merchant: str
    spent_on: date
    category: Category
    payment_method: PaymentMethod | None


class History:
    """The entries of one currency in some days.

    The days begin with the first entry where that is later: before somebody began to write down, there is no
    spending of nothing.

    Attributes:
        currency: of all amounts.
        entries: by date and id.
        first: the first day.
        last: the last day.
    """

    def __init__(self, currency: Currency, entries: Iterable[Spent], days: DayRange) -> None:
        """Take the entries of that currency in those days.

        Raises:
            ValueError: there are none.
        """
        kept = [
            entry
            for entry in entries
            if entry.currency is currency and entry.amount > 0 and days.first <= entry.spent_on <= days.last
        ]
        if not kept:
            raise ValueError("a history has entries")
        self.currency = currency
        self.entries: tuple[Spent, ...] = tuple(sorted(kept, key=by_date))
        self.first = self.entries[0].spent_on
        self.last = days.last

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    @cached_property
    def total(self) -> Decimal:
        """What all entries add up to."""
        return total_of(self.entries)

    @cached_property
    def by_category(self) -> dict[Category, list[Spent]]:
        """The entries of each category, categories by name."""
        return dict(sorted(grouped((entry.category, entry) for entry in self.entries).items()))

    @cached_property
    def by_merchant(self) -> dict[str, list[Spent]]:
        """The entries of each merchant by `merchant_key`, keys in order."""
        return dict(sorted(grouped((merchant_key(entry.merchant), entry) for entry in self.entries).items()))

    def place(self, day: date) -> int:
        """Which day it is, counted from 0."""
        return (day - self.first).days

    def daily(self, entries: Sequence[Spent]) -> list[float]:
        """What some of the entries add up to on every day, none left out."""
        totals = [0.0] * self.days
        for entry in entries:
            totals[self.place(entry.spent_on)] += float(entry.amount)
        return totals

    def without(self, left_out: frozenset[UUID]) -> History | None:
        """The same days without some entries; None when nothing is left."""
        if not left_out:
            return self
        kept = [entry for entry in self.entries if entry.id not in left_out]
        if not kept:
            return None
        rest = History(self.currency, kept, DayRange(first=self.first, last=self.last))
        rest.first = self.first  # a bill on the first day was written down, too
        return rest


def histories(entries: Iterable[Spent], days: DayRange) -> tuple[History, ...]:
    """A history of each currency that has entries in these days, by code."""
    by_currency = grouped((entry.currency, entry) for entry in entries)
    made = []
    for currency, own in sorted(by_currency.items()):
        if any(entry.amount > 0 and days.first <= entry.spent_on <= days.last for entry in own):
            made.append(History(currency, own, days))
    return tuple(made)


def days_before(last: date, count: int) -> DayRange:
    """So many days, the last of them included."""
    return DayRange(first=last - timedelta(days=count - 1), last=last)


def by_date(entry: Spent) -> tuple[date, UUID]:
    """The one order of entries."""
    return entry.spent_on, entry.id


def merchant_key(name: str) -> str:
    """What makes two spellings the same merchant: letters without case, single spaces."""
    return " ".join(name.casefold().split())


def usual_spelling(entries: Sequence[Spent]) -> str:
    """The merchant's name as it is written most often."""
    names = grouped((entry.merchant, entry) for entry in entries)
    return min(names, key=lambda name: (-len(names[name]), name))


def usual_category(entries: Sequence[Spent]) -> Category:
    """The category most of the entries have."""
    categories = grouped((entry.category, entry) for entry in entries)
    return min(categories, key=lambda name: (-len(categories[name]), name))


def total_of(entries: Iterable[Spent]) -> Decimal:
    """What entries of one currency add up to."""
    return sum((entry.amount for entry in entries), Decimal(0))


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The second of each pair by the first."""
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
