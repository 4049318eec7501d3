"""`SpendingHistory` on both databases."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.tables import spending_entries
from contracts.events.insights import DayRange
from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.domain.insights.history import Spent
from workers.ports.history import OwnerEntries

ROWS_AT_ONCE: Final = 500
"""Rows that are made into entries in one go: a few milliseconds of the event loop."""

_OWN: Final = spending_entries.c
_COLUMNS: Final = (
    _OWN.id,
    _OWN.amount,
    _OWN.currency,
    _OWN.merchant,
    _OWN.spent_on,
    _OWN.category,
    _OWN.payment_method,
)


class SqlSpendingHistory:
    """`SpendingHistory` on PostgreSQL or SQLite: one scan of the index of tenant, owner and date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_owner(self, tenant: str, owner: str, days: DayRange, most: int) -> OwnerEntries:
        wanted = (
            select(*_COLUMNS)
            .where(
                _OWN.tenant == tenant,
                _OWN.owner == owner,
                _OWN.spent_on.between(days.first, days.last),
                _OWN.deleted_reason.is_(None),
            )
            .order_by(_OWN.spent_on.desc(), _OWN.id)
            .limit(most + 1)
        )
        entries: list[Spent] = []
        try:
            async with self._database.connection() as connection:
                found = await connection.stream(wanted, execution_options={"yield_per": ROWS_AT_ONCE})
                async for rows in found.partitions():
                    entries += map(_spent_of, rows)
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return OwnerEntries((), complete=True)
        return OwnerEntries(tuple(entries[:most]), complete=len(entries) <= most)


def _spent_of(row: Sequence[Any]) -> Spent:
    identity, amount, currency, merchant, spent_on, category, method = row
    money = Currency(currency)
    return Spent(
        identity,
        amount.quantize(money.quantum),
        money,
        merchant,
        spent_on,
        Category(category),
        method and PaymentMethod(method),
    )
