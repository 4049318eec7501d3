"""`OwnerReader` on both databases: what each table holds of an owner."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, or_, select

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.tables import (
    category_mappings,
    dead_letters,
    duplicate_pairs,
    events,
    owner_erasures,
    spending_entries,
    spending_merchants,
    spending_months,
    workflow_runs,
    workflow_timers,
)
from workers.ports.privacy import OwnerRow

ROWS_AT_ONCE: Final = 200
"""Rows in memory at a time: one may hold an image of 700 kB."""

TABLES: Final = (
    spending_entries,
    category_mappings,
    duplicate_pairs,
    workflow_runs,
    workflow_timers,
    dead_letters,
    spending_months,
    spending_merchants,
    events,
    owner_erasures,
)
"""Every table with an owner; a test compares."""


class SqlOwnerReader:
    """`OwnerReader` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, tenant: str, owner: str) -> AsyncGenerator[OwnerRow, None]:
        for table in TABLES:
            wanted = select(table).where(about(table, tenant, owner)).order_by(*table.primary_key)
            try:
                async with self._database.connection() as connection:
                    found = await connection.stream(wanted, execution_options={"yield_per": ROWS_AT_ONCE})
                    async for rows in found.mappings().partitions():
                        for row in rows:
                            yield OwnerRow(table.name, dict(row))
            except UnstorableRowError:  # a name the database cannot hold was never stored
                return


class SqlErasedOwners:
    """`ErasedOwners` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[tuple[str, str], datetime]:
        own = owner_erasures.c
        wanted = select(own.tenant, own.owner, own.erased_until).where(own.under_way.is_(False))
        async with self._database.connection() as connection:
            return {(tenant, owner): until for tenant, owner, until in await connection.execute(wanted)}


def about(table: Table, tenant: str, owner: str) -> ColumnElement[bool]:
    """Whether a row is about an owner; a dead letter also where it was edited to be that owner's."""
    own = and_(table.c.tenant == tenant, table.c.owner == owner)
    if table is not dead_letters:
        return own
    return or_(own, and_(table.c.edit_tenant == tenant, table.c.edit_owner == owner))
