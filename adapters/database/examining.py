"""`DatabaseExaminer` on both databases."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.columns import SQLITE, present_moment
from adapters.database.engine import open_database
from adapters.database.schema import REVISIONS, FoundSchema
from adapters.database.urls import parse_url, sqlite_file
from workers.ports.errors import UnavailableError
from workers.ports.examining import DatabaseState, LongTransaction

OLDEST_POSTGRESQL: Final = 140_000

_HAS_TABLE: Final = {
    False: text("SELECT to_regclass(:name) IS NOT NULL"),
    True: text("SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = :name"),
}
_REVISION: Final = ("alembic_version", text("SELECT version_num FROM alembic_version"))
_OLDEST: Final = ("schema_floor", text("SELECT oldest FROM schema_floor"))
_POSTGRESQL: Final = text(
    "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
    " current_setting('server_encoding'), pg_is_in_recovery(), now(),"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
)
_LONG: Final = text(
    "SELECT pid, coalesce(nullif(application_name, ''), usename, '?'),"
    " extract(epoch FROM clock_timestamp() - xact_start)::float8, state LIKE 'idle%'"
    " FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    " AND xact_start < clock_timestamp() - make_interval(secs => :seconds) ORDER BY xact_start LIMIT 20"
)
_BEHIND: Final = text(
    # Without anything new to replay the last replayed moment only says when there was.
    "SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0"
    " ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) END::float8"
)


class SqlDatabaseExaminer:
    """`DatabaseExaminer` on PostgreSQL or SQLite. A file that is not there is not made.

    Raises:
        DatabaseUrlError: the URL names no database we know.
    """

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parsed = parse_url(url)
        self._url = url
        self._file = sqlite_file(parsed) if parsed.drivername == SQLITE else None
        self._timeout = timeout_seconds

    async def state(self, long_seconds: float) -> DatabaseState:
        if self._file is not None and not await asyncio.to_thread(self._file.exists):
            raise UnavailableError(f"there is no database file {self._file}: `poon run` or `poon migrate` makes it")
        database = open_database(self._url, pool_size=1, connect_timeout=self._timeout)
        try:
            async with database.connection() as connection:
                if self._file is None:
                    return await _of_postgresql(connection, long_seconds)
                return await _of_file(connection, self._file)
        finally:
            await database.close()


async def _of_postgresql(connection: AsyncConnection, long_seconds: float) -> DatabaseState:
    version, number, encoding, standby, now, most, used = (await connection.execute(_POSTGRESQL)).one()
    long = await connection.execute(_LONG, {"seconds": long_seconds})
    found = await _schema(connection, is_sqlite=False)
    return DatabaseState(
        name=f"PostgreSQL {version}, {encoding}",
        is_supported=number >= OLDEST_POSTGRESQL and encoding == "UTF8",
        is_standby=standby,
        revision=found.revision,
        oldest=found.oldest,
        now=now,
        connections=(used, most),
        long=tuple(LongTransaction(*row) for row in long),
        behind_seconds=(await connection.execute(_BEHIND)).scalar_one() if standby else None,
    )


async def _of_file(connection: AsyncConnection, file: Path) -> DatabaseState:
    version = (await connection.execute(text("SELECT sqlite_version()"))).scalar_one()
    now: datetime = (await connection.execute(select(present_moment()))).scalar_one()
    found = await _schema(connection, is_sqlite=True)
    return DatabaseState(
        name=f"SQLite {version}",
        is_supported=True,
        is_standby=False,
        revision=found.revision,
        oldest=found.oldest,
        now=now,
        free_bytes=(await asyncio.to_thread(shutil.disk_usage, file.parent)).free,
    )


async def _schema(connection: AsyncConnection, *, is_sqlite: bool) -> FoundSchema:
    revision = await _only(connection, _REVISION, is_sqlite=is_sqlite)
    if revision is None or revision in REVISIONS:
        return FoundSchema(revision)
    return FoundSchema(revision, await _only(connection, _OLDEST, is_sqlite=is_sqlite))


async def _only(connection: AsyncConnection, asked: tuple[str, TextClause], *, is_sqlite: bool) -> str | None:
    """What a table of one row says; None without the table."""
    table, question = asked
    if not (await connection.execute(_HAS_TABLE[is_sqlite], {"name": table})).scalar_one():
        return None
    found: Any = (await connection.execute(question)).scalar()
    return None if found is None else str(found)
