"""The hot statements on PostgreSQL: one statement a batch, its columns as binary arrays.

Measured against the alternatives: SQLAlchemy's own multi-row insert costs several times the client CPU, and arrays in
text format as much again. So these three statements bypass SQLAlchemy and speak to its psycopg connection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.failures import UnstorableRowError
from adapters.database.kept import driver_of
from adapters.database.rows import ENTRY_FIELDS, EVENT_FIELDS, entry_values, zoned_event_of
from adapters.database.text_columns import TextColumn
from workers.domain.spending import SpendingEntry
from workers.ports.store import InboxKey, StoredEvent

_TYPES: Final = {
    "id": "uuid",
    "version": "int4",
    "ordinal": "int2",
    "occurred_at": "timestamptz",
    "terminal": "bool",
    "amount": "numeric",
    "spent_on": "date",
    "spent_at": "time",
    "confidence": "float8",
}
_JSON: Final = ("tags", "source")


def _arrays(names: Sequence[str]) -> str:
    return ", ".join(f"%b::{_TYPES.get(name, 'text')}[]" for name in names)


def _selected(name: str) -> str:
    return f"given.{name}::jsonb" if name in _JSON else f"given.{name}"


_INSERT_EVENTS: Final = f"""
    INSERT INTO events ({", ".join(EVENT_FIELDS)})
    SELECT * FROM unnest({_arrays(EVENT_FIELDS)})
    ON CONFLICT DO NOTHING
    RETURNING id
"""  # noqa: S608  column names only

# An entry follows on the version before it, or is new at version 1. A scalar sub-query, for the planner would turn an
# EXISTS into a hash of the whole table as soon as its statistics are stale.
_UPSERT_ENTRIES: Final = f"""
    INSERT INTO spending_entries AS stored ({", ".join(ENTRY_FIELDS)})
    SELECT {", ".join(map(_selected, ENTRY_FIELDS))}
    FROM unnest({_arrays(ENTRY_FIELDS)}) AS given ({", ".join(ENTRY_FIELDS)})
    WHERE given.version = 1
       OR given.version - 1 =
           (SELECT e.version FROM spending_entries e WHERE e.tenant = given.tenant AND e.id = given.id)
    ON CONFLICT (tenant, id) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in ENTRY_FIELDS if name not in {"tenant", "id"})}
    WHERE stored.version = excluded.version - 1
    RETURNING tenant, id
"""  # noqa: S608  column names only

# Both tables in one statement, which is a transaction of its own: one round trip. Whatever is there already makes it
# fail as a whole.
_INSERT_NEW: Final = f"""
    WITH entered AS (
        INSERT INTO spending_entries ({", ".join(ENTRY_FIELDS)})
        SELECT {", ".join(map(_selected, ENTRY_FIELDS))}
        FROM unnest({_arrays(ENTRY_FIELDS)}) AS given ({", ".join(ENTRY_FIELDS)})
    )
    INSERT INTO events ({", ".join(EVENT_FIELDS)})
    SELECT * FROM unnest({_arrays(EVENT_FIELDS)})
"""  # noqa: S608  column names only

# OFFSET 0 keeps the planner from joining: one look into the inbox's index a key, whatever the statistics say.
_RECORDED: Final = f"""
    SELECT {", ".join(f"found.{name}" for name in EVENT_FIELDS)}
    FROM unnest(%b::text[], %b::text[], %b::text[]) AS given (handler, tenant, causation_id)
    CROSS JOIN LATERAL (
        SELECT * FROM events e
        WHERE e.tenant = given.tenant AND e.handler = given.handler AND e.causation_id = given.causation_id
        OFFSET 0
    ) AS found
    ORDER BY found.ordinal
"""  # noqa: S608  column names only


class PostgresqlStatements:
    """`Statements` on PostgreSQL."""

    async def insert_new(
        self, connection: AsyncConnection, events: Sequence[StoredEvent], entries: Sequence[SpendingEntry]
    ) -> bool:
        _refuse_zoneless(events)
        columns = _columns(map(entry_values, entries), ENTRY_FIELDS) + _columns(events, EVENT_FIELDS)
        try:
            await _execute(connection, _INSERT_NEW, columns)
        except UniqueViolation:
            return False
        return True

    async def insert_events(self, connection: AsyncConnection, events: Sequence[StoredEvent]) -> Collection[UUID]:
        _refuse_zoneless(events)
        columns = _columns(events, EVENT_FIELDS)
        return [row[0] for row in await _fetch(connection, _INSERT_EVENTS, columns)]

    async def upsert_entries(
        self, connection: AsyncConnection, entries: Sequence[SpendingEntry]
    ) -> Collection[tuple[str, UUID]]:
        columns = _columns(map(entry_values, entries), ENTRY_FIELDS)
        return [(row[0], row[1]) for row in await _fetch(connection, _UPSERT_ENTRIES, columns)]

    async def recorded(self, connection: AsyncConnection, keys: Sequence[InboxKey]) -> Sequence[StoredEvent]:
        return [zoned_event_of(row) for row in await _fetch(connection, _RECORDED, _columns(keys, InboxKey._fields))]


def _refuse_zoneless(events: Sequence[StoredEvent]) -> None:
    if any(event.occurred_at.tzinfo is None for event in events):
        raise UnstorableRowError("a moment without a zone is no moment")


def _columns(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> list[Sequence[Any]]:
    """Rows as columns, empty ones where there are no rows."""
    found = list(zip(*rows, strict=True)) or [()] * len(names)
    return [list(column) if name in _TYPES else TextColumn(column) for name, column in zip(names, found, strict=True)]


async def _fetch(connection: AsyncConnection, statement: str, columns: Sequence[object]) -> list[TupleRow]:
    cursor: AsyncCursor[TupleRow]
    async with driver_of(connection).cursor(binary=True) as cursor:
        await cursor.execute(statement, columns)
        return await cursor.fetchall()


async def _execute(connection: AsyncConnection, statement: str, columns: Sequence[object]) -> None:
    cursor: AsyncCursor[TupleRow]
    async with driver_of(connection).cursor(binary=True) as cursor:
        await cursor.execute(statement, columns)
