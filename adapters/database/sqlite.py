"""The hot statements on SQLite: multi-row, straight on the aiosqlite connection, one hop to its thread each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from aiosqlite import Connection as DriverConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.rows import (
    ENTRY_FIELDS,
    EVENT_FIELDS,
    sqlite_entry_values,
    sqlite_event_of,
    sqlite_event_values,
)
from workers.domain.spending import SpendingEntry
from workers.ports.store import InboxKey, StoredEvent

T = TypeVar("T")

CHUNK: Final = 500
"""Rows in one statement; SQLite takes 32,766 parameters."""

_GIVEN: Final = ", ".join(f"column{place} AS {name}" for place, name in enumerate(ENTRY_FIELDS, 1))


class SqliteStatements:
    """`Statements` on SQLite."""

    insert_new = None
    """A round trip within the process is not worth a statement of its own."""

    async def insert_events(self, connection: AsyncConnection, events: Sequence[StoredEvent]) -> Collection[UUID]:
        rows = [sqlite_event_values(event) for event in events]
        found: list[UUID] = []
        for chunk in chunks(rows):
            statement = f"""
                INSERT INTO events ({", ".join(EVENT_FIELDS)}) VALUES {_marks(chunk)}
                ON CONFLICT DO NOTHING RETURNING id
            """  # noqa: S608  column names and question marks only
            found.extend(UUID(row[0]) for row in await _fetch(connection, statement, chunk))
        return found

    async def upsert_entries(
        self, connection: AsyncConnection, entries: Sequence[SpendingEntry]
    ) -> Collection[tuple[str, UUID]]:
        rows = [sqlite_entry_values(entry) for entry in entries]
        found: list[tuple[str, UUID]] = []
        for chunk in chunks(rows):
            changed = await _fetch(connection, _upsert(chunk), chunk)
            found.extend((row[0], UUID(row[1])) for row in changed)
        return found

    async def recorded(self, connection: AsyncConnection, keys: Sequence[InboxKey]) -> Sequence[StoredEvent]:
        found: list[StoredEvent] = []
        for chunk in chunks(keys):
            statement = f"""
                SELECT {", ".join(EVENT_FIELDS)} FROM events
                WHERE (handler, tenant, causation_id) IN (VALUES {_marks(chunk)}) ORDER BY ordinal
            """  # noqa: S608  column names and question marks only
            found.extend(map(sqlite_event_of, await _fetch(connection, statement, chunk)))
        return found


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _upsert(chunk: Sequence[Sequence[Any]]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in ENTRY_FIELDS if name not in {"tenant", "id"})
    return f"""
        INSERT INTO spending_entries ({", ".join(ENTRY_FIELDS)})
        SELECT * FROM (SELECT {_GIVEN} FROM (VALUES {_marks(chunk)})) AS given
        WHERE given.version = 1
           OR given.version - 1 =
               (SELECT e.version FROM spending_entries e WHERE e.tenant = given.tenant AND e.id = given.id)
        ON CONFLICT (tenant, id) DO UPDATE SET {changes}
        WHERE spending_entries.version = excluded.version - 1
        RETURNING tenant, id
    """  # noqa: S608  column names and question marks only


def _marks(rows: Sequence[Sequence[object]]) -> str:
    one = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([one] * len(rows))


async def _fetch(connection: AsyncConnection, statement: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
    raw = await connection.get_raw_connection()
    driver = cast("DriverConnection", raw.driver_connection)
    return list(await driver.execute_fetchall(statement, list(chain.from_iterable(rows))))
