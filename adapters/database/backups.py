"""`DatabaseBackup` by the databases' own means: `pg_dump` and `pg_restore` with PostgreSQL, SQLite's online backup."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import subprocess
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Table, inspect, text

from adapters.database.columns import SQLITE
from adapters.database.engine import BUSY_SECONDS
from adapters.database.failures import translated
from adapters.database.schema import current_revision, sync_engine
from adapters.database.tables import METADATA
from adapters.database.urls import parse_url, place_of, sqlite_file
from workers.ports.backups import BackupError, DatabaseBackup, Snapshot, TableSum

_LAST_WORDS: Final = 500
# A row's text depends on these; the same row has to give the same text in every session.
_ONE_SPELLING: Final = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
)
_SUM: Final = """
    SELECT tenant, count(*), sum(('x' || left(encode(hash, 'hex'), 15))::bit(60)::bigint)
    FROM (SELECT {tenant} AS tenant, sha256(convert_to(t::text, 'UTF8')) AS hash FROM {table} t) rows
    GROUP BY tenant ORDER BY tenant
"""
_DIGITS: Final = 15
"""Of a row's hash, hexadecimal: as many as fit into a bigint, whose sum PostgreSQL makes without end."""
_AS_ONE_FILE: Final = "PRAGMA journal_mode = DELETE"
_PRESENT: Final = "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"


def open_backup(url: str) -> DatabaseBackup:
    """Who copies the database of a URL.

    Raises:
        DatabaseUrlError: the URL names no database we know.
    """
    parsed = parse_url(url)
    return SqliteBackup(parsed) if parsed.drivername == SQLITE else PostgresqlBackup(parsed)


class PostgresqlBackup:
    """`DatabaseBackup` of PostgreSQL. Needs `pg_dump` and `pg_restore`, not older than the server."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url = url

    async def take(self, target: Path) -> Snapshot:
        return await asyncio.to_thread(self._take, target)

    async def check(self, source: Path) -> None:
        await asyncio.to_thread(_run, ["pg_restore", "--list", str(source)], None)

    async def restore(self, source: Path) -> None:
        await asyncio.to_thread(self._restore, source)

    async def sums(self) -> Sequence[TableSum]:
        return await asyncio.to_thread(self._sums_now)

    def _take(self, target: Path) -> Snapshot:
        with self._one_moment() as connection:
            taken_at, snapshot = connection.execute(text("SELECT clock_timestamp(), pg_export_snapshot()")).one()
            # The moment stays as it is for as long as this transaction does: what is summed up is what is dumped.
            self._program(
                "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={target}"
            )
            sums = _postgresql_sums(connection)
        return Snapshot(taken_at.astimezone(UTC), self.kind, _revision(self._url), sums)

    def _restore(self, source: Path) -> None:
        with translated(place_of(self._url)), sync_engine(self._url).connect() as connection:
            _must_be_empty(inspect(connection).get_table_names(), self._url)
        self._program("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl", str(source))
        with translated(place_of(self._url)), sync_engine(self._url).connect() as connection:
            # A dump holds no statistics, and plans without them read whole tables.
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))

    def _sums_now(self) -> Sequence[TableSum]:
        with self._one_moment() as connection:
            return _postgresql_sums(connection)

    @contextmanager
    def _one_moment(self) -> Iterator[Connection]:
        with translated(place_of(self._url)), sync_engine(self._url).connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ")
            for setting in ("SET TRANSACTION READ ONLY", *_ONE_SPELLING):
                connection.execute(text(setting))
            yield connection

    def _program(self, *command: str) -> None:
        # Not the password: every user of the machine sees the arguments of programs.
        place = self._url.set(password=None).render_as_string()
        _run([command[0], f"--dbname={place}", *command[1:]], self._url.password)


class SqliteBackup:
    """`DatabaseBackup` of an SQLite file."""

    kind = SQLITE

    def __init__(self, url: URL) -> None:
        self._url = url

    @property
    def _file(self) -> Path:
        return sqlite_file(self._url)

    async def take(self, target: Path) -> Snapshot:
        return await asyncio.to_thread(self._take, target)

    async def check(self, source: Path) -> None:
        await asyncio.to_thread(_check_file, source)

    async def restore(self, source: Path) -> None:
        await asyncio.to_thread(self._restore, source)

    async def sums(self) -> Sequence[TableSum]:
        return await asyncio.to_thread(self._sums_of, self._file)

    def _take(self, target: Path) -> Snapshot:
        with translated(place_of(self._url)):
            with closing(_opened(self._file)) as connection:
                ((moment,),) = connection.execute(_PRESENT)
            _copy(self._file, target)
        return Snapshot(datetime.fromisoformat(moment), self.kind, _revision(self._url), self._sums_of(target))

    def _restore(self, source: Path) -> None:
        with translated(place_of(self._url)):
            if self._file.exists():
                with closing(_opened(self._file)) as there:
                    _must_be_empty(_present(there), self._url)
                    there.execute(_AS_ONE_FILE)  # a log that stayed behind would be read into the new file
            self._file.parent.mkdir(parents=True, exist_ok=True)
            half = self._file.with_suffix(".restoring")
            half.unlink(missing_ok=True)
            _copy(source, half)
            half.replace(self._file)

    def _sums_of(self, file: Path) -> Sequence[TableSum]:
        with translated(str(file)), closing(_opened(file)) as connection:
            connection.execute("BEGIN")
            return [found for table in _tables(_present(connection)) for found in _sqlite_sums(connection, table.name)]


def _copy(source: Path, target: Path) -> None:
    with closing(_opened(source)) as one, closing(_opened(target)) as two:
        one.backup(two)  # in one step: it holds a reader's lock, which keeps no writer out
        two.execute(_AS_ONE_FILE)
    target.chmod(0o600)


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)


def _present(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _check_file(source: Path) -> None:
    try:
        with closing(_opened(source)) as connection:
            ((found,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be read: {error}") from None
    if found != "ok":
        raise BackupError(f"{source} is damaged: {found}")


def _sqlite_sums(connection: sqlite3.Connection, table: str) -> Iterator[TableSum]:
    found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a name of ours
    columns = [column[0] for column in found.description]
    place = columns.index("tenant") if "tenant" in columns else None
    rows: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for row in found:
        tenant = "" if place is None else row[place]
        rows[tenant] += 1
        sums[tenant] += int(hashlib.sha256(repr(row).encode()).hexdigest()[:_DIGITS], 16)
    return (TableSum(table, tenant, rows[tenant], str(sums[tenant])) for tenant in sorted(rows))


def _postgresql_sums(connection: Connection) -> Sequence[TableSum]:
    quoted = connection.dialect.identifier_preparer.quote
    sums: list[TableSum] = []
    present = set(inspect(connection).get_table_names())
    for table in _tables(present):
        tenant = "t.tenant::text" if "tenant" in table.c else "''"
        found = connection.execute(text(_SUM.format(tenant=tenant, table=quoted(table.name))))
        sums += [TableSum(table.name, whose, rows, str(digest)) for whose, rows, digest in found]
    return sums


def _tables(present: Collection[str]) -> list[Table]:
    """Those that are there: a backup of an older release has fewer, and is migrated after it was restored."""
    return [table for table in METADATA.sorted_tables if table.name in present]


def _revision(url: URL) -> str:
    return current_revision(url.render_as_string(hide_password=False)) or ""


def _must_be_empty(tables: Collection[str], url: URL) -> None:
    if tables:
        raise BackupError(
            f"the database {place_of(url)} has tables already: restore into a new one, nothing is ever written over"
        )


def _run(command: Sequence[str], password: str | None) -> None:
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  ours
    except FileNotFoundError:
        raise BackupError(f"there is no {command[0]} here: install PostgreSQL's client programs") from None
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()[-_LAST_WORDS:]}")
