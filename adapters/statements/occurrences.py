"""Counting keys on disk: a statement has up to a million rows, and most of their keys differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from workers.ports.statements import Occurrences

_CACHE_KIB: Final = 2_048


@contextmanager
def open_occurrences() -> Iterator[Occurrences]:
    """An empty count, in a temporary file without a name that is gone with the process."""
    # An empty name is SQLite's for a private database on disk, whose pages are written once they outgrow the cache.
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as database:
        database.execute(f"pragma cache_size = -{_CACHE_KIB}")
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.execute("create table seen (key text primary key, times integer not null) without rowid")
        yield _Count(database)


class _Count:
    """`Occurrences` in SQLite."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def next(self, key: str) -> int:
        found = self._database.execute(_NEXT, (key,))
        return int(found.fetchone()[0])


_NEXT: Final = "insert into seen values (?, 1) on conflict do update set times = times + 1 returning times"
