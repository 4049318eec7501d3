"""The hot statements on SQLite: multi-row, straight on the aiosqlite connection, one hop to its thread each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from aiosqlite import Connection as DriverConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.columns import scaled
from adapters.database.failures import UnstorableRowError
from adapters.database.near import SQLITE_COLUMNS, SQLITE_NEAR, Near
from adapters.database.rows import EVENT_FIELDS, refuse_nul, sqlite_event_of, sqlite_event_values
from adapters.database.states import OwnerPlace, StatePlace, StateTable
from workers.ports.store import AggregateState, InboxKey, StoredEvent

T = TypeVar("T")

CHUNK: Final = 500
"""Rows in one statement; SQLite takes 32,766 parameters."""


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

    async def upsert_states(
        self, connection: AsyncConnection, table: StateTable, states: Sequence[AggregateState]
    ) -> Collection[StatePlace]:
        rows = [table.sqlite_values(state) for state in states]
        found: list[StatePlace] = []
        for chunk in chunks(rows):
            changed = await _fetch(connection, _upsert(table, chunk), chunk)
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

    async def owner_versions(
        self, connection: AsyncConnection, owners: Sequence[OwnerPlace]
    ) -> Sequence[tuple[str, str, int]]:
        """How often the mappings of owners have changed; those without any are missing."""
        found: list[tuple[str, str, int]] = []
        for chunk in chunks(owners):
            statement = f"""
                SELECT tenant, owner, sum(version) FROM category_mappings
                WHERE (tenant, owner) IN (VALUES {_marks(chunk)}) GROUP BY tenant, owner
            """  # noqa: S608  question marks only
            found.extend((row[0], row[1], row[2]) for row in await _fetch(connection, statement, chunk))
        return found

    async def near(self, connection: AsyncConnection, asked: Sequence[Near]) -> Sequence[tuple[int, UUID]]:
        """The ids of entries that share a reference, or a day and a sum, each by its place among those asked for."""
        rows = [_near_row(place, each) for place, each in enumerate(asked)]
        found: list[tuple[int, UUID]] = []
        for chunk in chunks(rows):
            statement = f"WITH asked ({SQLITE_COLUMNS}) AS (VALUES {_marks(chunk)}) {SQLITE_NEAR}"
            found.extend((row[0], UUID(row[1])) for row in await _fetch(connection, statement, chunk))
        return found


def _near_row(place: int, near: Near) -> tuple[object, ...]:
    """What is asked for as the tables' types would write it.

    Raises:
        UnstorableRowError: no entry with that amount or text can be stored.
    """
    refuse_nul(near)
    try:
        amount = scaled(near.amount)
    except ValueError as error:
        raise UnstorableRowError(str(error)) from None
    return (near.tenant, near.owner, near.spent_on.isoformat(), amount, near.currency, near.reference, place)


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _upsert(table: StateTable, chunk: Sequence[Sequence[Any]]) -> str:
    given = ", ".join(f"column{place} AS {name}" for place, name in enumerate(_quoted(table.fields), 1))
    changes = ", ".join(f"{name} = excluded.{name}" for name in _quoted(table.changing))
    return f"""
        INSERT INTO {table.name} ({", ".join(_quoted(table.fields))})
        SELECT * FROM (SELECT {given} FROM (VALUES {_marks(chunk)})) AS given
        WHERE given.version = 1
           OR given.version - 1 =
               (SELECT e.version FROM {table.name} e WHERE e.tenant = given.tenant AND e.id = given.id)
        ON CONFLICT (tenant, id) DO UPDATE SET {changes}
        WHERE {table.name}.version = excluded.version - 1
        RETURNING tenant, id
    """  # noqa: S608  names of tables and columns and question marks only


def _quoted(names: Sequence[str]) -> list[str]:
    """SQLite takes some of our names for its own words: match, key."""
    return [f'"{name}"' for name in names]


def _marks(rows: Sequence[Sequence[object]]) -> str:
    one = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([one] * len(rows))


async def _fetch(connection: AsyncConnection, statement: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
    raw = await connection.get_raw_connection()
    driver = cast("DriverConnection", raw.driver_connection)
    return list(await driver.execute_fetchall(statement, list(chain.from_iterable(rows))))
