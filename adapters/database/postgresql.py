"""The hot statements on PostgreSQL: one statement a batch, its columns as binary arrays.

Measured against the alternatives: SQLAlchemy's own multi-row insert costs several times the client CPU, and arrays in
text format as much again. So these statements bypass SQLAlchemy and speak to its psycopg connection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.erasures import POSTGRESQL_ERASED, Sent
from adapters.database.failures import UnstorableRowError
from adapters.database.kept import driver_of
from adapters.database.near import POSTGRESQL_NEAR, Near
from adapters.database.rows import EVENT_FIELDS, zoned_event_of
from adapters.database.states import OwnerPlace, StatePlace, StateTable
from adapters.database.text_columns import TextColumn
from workers.ports.store import AggregateState, InboxKey, StoredEvent

_EVENT_TYPES: Final = {
    "id": "uuid",
    "version": "int4",
    "ordinal": "int2",
    "occurred_at": "timestamptz",
    "terminal": "bool",
}
_SENT_TYPES: Final = {"sent_at": "timestamptz", "key_generation": "int4"}
_NO_TYPES: Final[Mapping[str, str]] = {}


def _arrays(names: Sequence[str], types: Mapping[str, str]) -> str:
    return ", ".join(f"%b::{types.get(name, 'text')}[]" for name in names)


def _given(table: StateTable) -> str:
    """The states sent along, as rows of their table."""
    selected = [f"given.{name}::jsonb" if name in table.documents else f"given.{name}" for name in table.fields]
    arrays = _arrays(table.fields, table.types)
    return f"SELECT {', '.join(selected)} FROM unnest({arrays}) AS given ({', '.join(table.fields)})"  # noqa: S608  column names only


_INSERT_EVENTS: Final = f"""
    INSERT INTO events ({", ".join(EVENT_FIELDS)})
    SELECT * FROM unnest({_arrays(EVENT_FIELDS, _EVENT_TYPES)})
"""  # noqa: S608  column names only

_INSERT_EVENTS_THAT_FIT: Final = f"{_INSERT_EVENTS} ON CONFLICT DO NOTHING RETURNING id"


@cache
def _upsert(table: StateTable) -> str:
    """A state follows on the version before it, or is new at version 1.

    A scalar sub-query, for the planner would turn an EXISTS into a hash of the whole table as soon as its statistics
    are stale.
    """
    return f"""
        INSERT INTO {table.name} AS stored ({", ".join(table.fields)})
        {_given(table)}
        WHERE given.version = 1
           OR given.version - 1 =
               (SELECT e.version FROM {table.name} e WHERE e.tenant = given.tenant AND e.id = given.id)
        ON CONFLICT (tenant, id) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in table.changing)}
        WHERE stored.version = excluded.version - 1
        RETURNING tenant, id
    """  # noqa: S608  names of tables and columns only


@cache
def _insert_new(tables: tuple[StateTable, ...], *, unless_erased: bool) -> str:
    """All tables in one statement, which is a transaction of its own: one round trip.

    Whatever is there already makes it fail as a whole. An erased owner makes it insert nothing: it looks at the owners
    after it has its lock on the events, which it is not given while an erasure begins.
    """
    where = "WHERE NOT EXISTS (SELECT FROM erased)" if unless_erased else ""
    before = [f"erased AS ({POSTGRESQL_ERASED})"] if unless_erased else []
    before += [
        f"entered_{table.name} AS (INSERT INTO {table.name} ({', '.join(table.fields)}) {_given(table)} {where})"
        for table in tables
    ]
    return f"{'WITH' if before else ''} {', '.join(before)} {_INSERT_EVENTS} {where}"


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


# From the index alone, one look an owner; see OFFSET 0 above.
_OWNER_VERSIONS: Final = """
    SELECT given.tenant, given.owner, counted.changes
    FROM unnest(%b::text[], %b::text[]) AS given (tenant, owner)
    CROSS JOIN LATERAL (
        SELECT sum(m.version) AS changes FROM category_mappings m
        WHERE m.tenant = given.tenant AND m.owner = given.owner
        OFFSET 0
    ) AS counted
    WHERE counted.changes IS NOT NULL
"""


class PostgresqlStatements:
    """`Statements` on PostgreSQL."""

    async def insert_new(
        self,
        connection: AsyncConnection,
        events: Sequence[StoredEvent],
        states: Sequence[tuple[StateTable, Sequence[AggregateState]]],
        sent: Sequence[Sent],
    ) -> bool:
        _refuse_zoneless(events)
        columns: list[Sequence[Any]] = _columns(sent, Sent._fields, _SENT_TYPES) if sent else []
        statement = _insert_new(tuple(table for table, _ in states), unless_erased=bool(sent))
        for table, own in states:
            columns += _state_columns(table, own)
        columns += _columns(events, EVENT_FIELDS, _EVENT_TYPES)
        try:
            return bool(await _execute(connection, statement, columns))
        except UniqueViolation:
            return False

    async def insert_events(self, connection: AsyncConnection, events: Sequence[StoredEvent]) -> Collection[UUID]:
        _refuse_zoneless(events)
        columns = _columns(events, EVENT_FIELDS, _EVENT_TYPES)
        return [row[0] for row in await _fetch(connection, _INSERT_EVENTS_THAT_FIT, columns)]

    async def upsert_states(
        self, connection: AsyncConnection, table: StateTable, states: Sequence[AggregateState]
    ) -> Collection[StatePlace]:
        found = await _fetch(connection, _upsert(table), _state_columns(table, states))
        return [(row[0], row[1]) for row in found]

    async def recorded(self, connection: AsyncConnection, keys: Sequence[InboxKey]) -> Sequence[StoredEvent]:
        return [
            zoned_event_of(row)
            for row in await _fetch(connection, _RECORDED, _columns(keys, InboxKey._fields, _NO_TYPES))
        ]

    async def owner_versions(
        self, connection: AsyncConnection, owners: Sequence[OwnerPlace]
    ) -> Sequence[tuple[str, str, int]]:
        """How often the mappings of owners have changed; those without any are missing."""
        found = await _fetch(connection, _OWNER_VERSIONS, _columns(owners, OwnerPlace._fields, _NO_TYPES))
        return [(row[0], row[1], row[2]) for row in found]

    async def near(self, connection: AsyncConnection, asked: Sequence[Near]) -> Sequence[tuple[int, UUID]]:
        """The ids of entries that share a reference, or a day and a sum, each by its place among those asked for."""
        rows = [(n.tenant, n.owner, n.spent_on.isoformat(), str(n.amount), n.currency, n.reference) for n in asked]
        # Planned each time: a plan that was kept from when the table was small would read all of it for each of them.
        found = await _fetch(connection, POSTGRESQL_NEAR, _columns(rows, Near._fields, _NO_TYPES), prepare=False)
        return [(row[0] - 1, row[1]) for row in found]


def _refuse_zoneless(events: Sequence[StoredEvent]) -> None:
    if any(event.occurred_at.tzinfo is None for event in events):
        raise UnstorableRowError("a moment without a zone is no moment")


def _state_columns(table: StateTable, states: Sequence[AggregateState]) -> list[Sequence[Any]]:
    return _columns(map(table.values, states), table.fields, table.types)


def _columns(rows: Iterable[Sequence[Any]], names: Sequence[str], types: Mapping[str, str]) -> list[Sequence[Any]]:
    """Rows as columns, empty ones where there are no rows."""
    found = list(zip(*rows, strict=True)) or [()] * len(names)
    return [list(column) if name in types else TextColumn(column) for name, column in zip(names, found, strict=True)]


async def _fetch(
    connection: AsyncConnection, statement: str, columns: Sequence[object], *, prepare: bool | None = None
) -> list[TupleRow]:
    cursor: AsyncCursor[TupleRow]
    async with driver_of(connection).cursor(binary=True) as cursor:
        await cursor.execute(statement, columns, prepare=prepare)
        return await cursor.fetchall()


async def _execute(connection: AsyncConnection, statement: str, columns: Sequence[object]) -> int:
    """How many rows it changed."""
    cursor: AsyncCursor[TupleRow]
    async with driver_of(connection).cursor(binary=True) as cursor:
        await cursor.execute(statement, columns)
        return cursor.rowcount
