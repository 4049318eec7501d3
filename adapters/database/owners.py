"""`OwnerReader` on both databases: what each table holds of an owner."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, or_, select

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.letter_rows import filed_of, letter_values, state_values
from adapters.database.rows import EVENT_FIELDS, entry_of, event_of
from adapters.database.seals import (
    ENTRY_TEXTS,
    Keyring,
    opened_entry,
    opened_event,
    opened_letter,
)
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
from workers.ports.vault import DestroyedKeyError

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
"""Every table with an owner but that of keys, which are nothing about anybody; a test compares."""

_LETTER_TEXTS: Final = ("record_value", "record_headers", "edit_data", "action_reason")


class SqlOwnerReader:
    """`OwnerReader` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, tenant: str, owner: str) -> AsyncGenerator[OwnerRow, None]:
        keyring = await self._keyring(tenant, owner)
        for table in TABLES:
            wanted = select(table).where(about(table, tenant, owner)).order_by(*table.primary_key)
            try:
                async with self._database.connection() as connection:
                    found = await connection.stream(wanted, execution_options={"yield_per": ROWS_AT_ONCE})
                    async for rows in found.mappings().partitions():
                        for row in rows:
                            yield OwnerRow(table.name, _in_the_clear(table, dict(row), keyring))
            except UnstorableRowError:  # a name the database cannot hold was never stored
                return

    async def _keyring(self, tenant: str, owner: str) -> Keyring:
        """The owner's key, and of those whose dead letters were edited to be the owner's."""
        own = dead_letters.c
        others = select(own.tenant, own.owner).where(about(dead_letters, tenant, owner)).distinct()
        try:
            async with self._database.connection() as connection:
                places = {(row[0], row[1]) for row in await connection.execute(others)}
        except UnstorableRowError:
            return {}
        return await self._database.seals.keyring_of({(tenant, owner), *places})


class SqlErasedOwners:
    """`ErasedOwners` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[tuple[str, str], datetime]:
        own = owner_erasures.c
        wanted = select(own.tenant, own.owner, own.erased_until).where(own.under_way.is_(False))
        async with self._database.connection() as connection:
            return {(tenant, owner): until for tenant, owner, until in await connection.execute(wanted)}


def _in_the_clear(table: Table, row: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """A row with its texts opened; as it is where the key was destroyed, as it is once an erasure has begun."""
    try:
        if table is events:
            return row | {"data": opened_event(event_of([row[name] for name in EVENT_FIELDS]), keyring).data}
        if table is spending_entries:
            entry = opened_entry(entry_of(row), keyring)
            return row | {name: getattr(entry, name) for name in ENTRY_TEXTS} | {"tags": list(entry.tags)}
        if table is dead_letters:
            filed = opened_letter(filed_of(row), keyring)
            values = letter_values(filed.letter) | state_values(filed)
            return row | {name: values[name] for name in _LETTER_TEXTS}
    except DestroyedKeyError:
        pass
    return row


def about(table: Table, tenant: str, owner: str) -> ColumnElement[bool]:
    """Whether a row is about an owner; a dead letter also where it was edited to be that owner's."""
    own = and_(table.c.tenant == tenant, table.c.owner == owner)
    if table is not dead_letters:
        return own
    return or_(own, and_(table.c.edit_tenant == tenant, table.c.edit_owner == owner))
