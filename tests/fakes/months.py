"""The entries of an owner's months in memory."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from contracts.events.insights import DayRange
from contracts.money import Currency
from contracts.values import Category
from workers.domain.months import KeptEntry


def kept(
    number: int,
    amount: str = "100",
    category: Category = Category.FOOD,
    *,
    version: int = 1,
    currency: Currency = Currency.THB,
    is_deleted: bool = False,
) -> KeptEntry:
    """An entry, known by its number."""
    return KeptEntry(UUID(int=number), version, Decimal(amount), currency, category, is_deleted)


class MemoryMonthEntries:
    """`MonthEntries` of one owner.

    Attributes:
        entries: by date; the test changes them as it likes.
    """

    def __init__(self, *entries: tuple[date, KeptEntry], tenant: str = "acme", owner: str = "nok") -> None:
        self.entries = list(entries)
        self._whose = (tenant, owner)

    async def of_days(self, tenant: str, owner: str, days: DayRange) -> AsyncIterator[KeptEntry]:
        own = self.entries if (tenant, owner) == self._whose else []
        for day, entry in sorted(own, key=lambda one: (one[0], one[1].id)):
            if days.first <= day <= days.last:
                yield entry
