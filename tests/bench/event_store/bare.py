"""The same table without the store: plain inserts by the batch, plain selects."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

import psycopg

from adapters.database.rows import EVENT_FIELDS, sqlite_event_values
from adapters.database.urls import parse_url
from workers.ports.store import StoredEvent

_COLUMNS: Final = ", ".join(EVENT_FIELDS)
_TYPES: Final = {
    "id": "uuid", "version": "int4", "ordinal": "int2", "occurred_at": "timestamptz", "terminal": "bool",
}  # fmt: skip
_ARRAYS: Final = ", ".join(f"%b::{_TYPES.get(name, 'text')}[]" for name in EVENT_FIELDS)
_INSERT: Final = f"INSERT INTO events ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608  column names only
_INSERT_ON_SQLITE: Final = f"INSERT INTO events ({_COLUMNS}) VALUES ({', '.join('?' * len(EVENT_FIELDS))})"  # noqa: S608
_SELECT: Final = f"SELECT {_COLUMNS} FROM events WHERE tenant = {{0}} AND stream = {{0}} ORDER BY version"  # noqa: S608


def insert(url: str, batches: Sequence[Sequence[StoredEvent]]) -> None:
    """Insert, one transaction a batch: on PostgreSQL one statement of binary arrays, on SQLite a prepared one."""
    if url.startswith("sqlite"):
        with closing(_sqlite(url)) as connection:
            for batch in batches:
                with connection:
                    connection.executemany(_INSERT_ON_SQLITE, map(sqlite_event_values, batch))
        return
    with psycopg.connect(url, autocommit=True) as connection:
        for batch in batches:
            connection.execute(_INSERT.encode(), [list(column) for column in zip(*batch, strict=True)])


def select(url: str, tenant: str, stream: str) -> list[Any]:
    """The rows of a stream as the driver gives them."""
    if url.startswith("sqlite"):
        with closing(_sqlite(url)) as connection:
            return connection.execute(_SELECT.format("?"), (tenant, stream)).fetchall()
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(_SELECT.format("%s").encode(), (tenant, stream)).fetchall()


def _sqlite(url: str) -> sqlite3.Connection:
    """With the durability the fleet asks for."""
    connection = sqlite3.connect(parse_url(url).database or "")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
