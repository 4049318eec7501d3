"""Asking the read models: what may be asked, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.domain.spending import SpendingEntry


class PageKey(NamedTuple):
    """The place of an entry in a list, the newest day first, within a day by id."""

    spent_on: date
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesFilter:
    """Which entries of an owner are wanted. Deleted ones never are.

    Attributes:
        first: no day before this.
        last: no day after this.
        merchant: whose name is this, as the totals of merchants write it.
        least: of at least this amount; of all currencies unless one is named.
        most: of at most this amount.
        text: that hold these words in merchant, description, location or raw text, whatever the case of
            their Latin letters.
    """

    tenant: str
    owner: str
    first: date | None = None
    last: date | None = None
    category: Category | None = None
    merchant: str | None = None
    currency: Currency | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    payment_method: PaymentMethod | None = None
    text: str | None = None


class EntriesFound(NamedTuple):
    """Some of the entries that are wanted.

    Attributes:
        entries: the newest day first.
        after: where to go on; None where nothing is left. A filter that fits few entries may give none of them and a
            place all the same: no more than `most_examined` are looked at at a time.
    """

    entries: tuple[SpendingEntry, ...]
    after: PageKey | None


class MonthRange(NamedTuple):
    """Months by their first days, both included."""

    first: date
    last: date


class MonthTotal(NamedTuple):
    """What an owner spent on a category in a month."""

    month: date
    category: str
    currency: str
    entries: int
    amount: Decimal


class MerchantTotal(NamedTuple):
    """What an owner spent at a merchant in some months.

    Attributes:
        first_month: of the range, the first with a visit.
        last_month: the last.
    """

    merchant: str
    currency: str
    visits: int
    amount: Decimal
    first_month: date
    last_month: date


class QualityTotal(NamedTuple):
    """How often commands ended like this on a day, and how long they took together; see `QualityCell`."""

    day: date
    area: str
    outcome: str
    code: str
    backend: str
    degraded: bool
    outcomes: int
    milliseconds: Decimal


class NotBuiltError(Exception):
    """A read model has never been built; says what to do."""


class ReadModels(Protocol):
    """The read side. Answers may be as old as its database is behind, if it is a replica.

    Every query walks an index of one owner's or tenant's rows. All raise UnavailableError where the database cannot be
    used; totals raise NotBuiltError before their projection has been built.
    """

    async def entries(self, wanted: EntriesFilter, limit: int, after: PageKey | None = None) -> EntriesFound:
        """The next entries after a place, or the first.

        Args:
            wanted: which.
            limit: the most at a time.
            after: the place the last answer gave.
        """
        ...

    async def month_totals(self, tenant: str, owner: str, months: MonthRange) -> Sequence[MonthTotal]:
        """What an owner spent, by month, category and currency."""
        ...

    async def merchant_totals(self, tenant: str, owner: str, months: MonthRange, limit: int) -> Sequence[MerchantTotal]:
        """Where an owner spent most: by currency, the most money first."""
        ...

    async def quality(self, tenant: str, first: date, last: date) -> Sequence[QualityTotal]:
        """How a tenant's commands ended, by day."""
        ...
