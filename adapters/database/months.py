"""`MonthEntries` on both databases."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import select

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.tables import spending_entries
from contracts.events.insights import DayRange
from contracts.money import Currency
from contracts.values import Category
from workers.domain.months import KeptEntry

ROWS_AT_ONCE: Final = 500
"""Rows that are in memory at a time."""

_OWN: Final = spending_entries.c
_COLUMNS: Final = (_OWN.id, _OWN.version, _OWN.amount, _OWN.currency, _OWN.category, _OWN.deleted_reason)


class SqlMonthEntries:
    """`MonthEntries` on PostgreSQL or SQLite: one scan of the index of tenant, owner and date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_days(self, tenant: str, owner: str, days: DayRange) -> AsyncIterator[KeptEntry]:
        wanted = (
            select(*_COLUMNS)
            .where(_OWN.tenant == tenant, _OWN.owner == owner, _OWN.spent_on.between(days.first, days.last))
            .order_by(_OWN.spent_on, _OWN.id)
        )
        try:
            async with self._database.connection() as connection:
                found = await connection.stream(wanted, execution_options={"yield_per": ROWS_AT_ONCE})
                async for rows in found.partitions():
                    for row in rows:
                        yield _kept(row)
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return


def _kept(row: Sequence[Any]) -> KeptEntry:
    identity, version, amount, currency, category, deleted = row
    unit = Currency(currency)
    return KeptEntry(identity, version, amount.quantize(unit.quantum), unit, Category(category), deleted is not None)
