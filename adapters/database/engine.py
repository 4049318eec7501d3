"""Opening a database by its URL, and connections whose errors are the project's."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.database.columns import SQLITE
from adapters.database.failures import VENDOR_ERRORS, UnstorableRowError, translated, translation
from adapters.database.kept import LONGEST_LIFE, KeptConnections
from adapters.database.owner_keys import OwnerKeys, Vault
from adapters.database.seals import Seals
from adapters.database.urls import parse_url, place_of, sqlite_file
from workers.ports.errors import UnavailableError

BUSY_SECONDS: Final = 5.0
"""How long SQLite waits for another process's transaction."""
OPERATION_SECONDS: Final = 30.0
MOST_KEPT: Final = 3
"""One each for looking up, storing and reading; half the pool at most."""
WRITES: Final = "writes"
OLDEST_SQLITE: Final = (3, 35)  # the first with RETURNING

# FULL, not NORMAL: an acknowledged commit survives a power cut too, and group commit shares the one fsync it costs.
# What was deleted or written over is no longer in the file.
_SQLITE_PRAGMAS: Final = ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
_WRITE_AHEAD: Final = "PRAGMA journal_mode = WAL"
_MOST_SWITCHES: Final = 100

# A peer that vanished without a word is noticed within 30 s, instead of never.
_KEEP_ALIVE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


class Database:
    """A pool of connections to one database.

    Attributes:
        place: names the database for people, without its password.
        seals: what is personal in it goes through these.
    """

    def __init__(self, engine: AsyncEngine, place: str, operation_timeout: float | None, most_kept: int = 0) -> None:
        self.place = place
        self.seals = Seals(OwnerKeys(self, None))
        self._keys: Database | None = None
        self._engine = engine
        self._operation_timeout = operation_timeout
        self._kept = KeptConnections(engine, most_kept)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == SQLITE

    @asynccontextmanager
    async def connection(self, *, writes: bool = False, commits_itself: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection within a transaction, rolled back unless `commit` is called on it.

        Args:
            writes: take the write lock at once, where a database has one.
            commits_itself: no transaction: each statement is one of its own, without the round trips around it. With
                PostgreSQL; SQLite has no round trips to save.

        Raises:
            UnavailableError: the database cannot be used now.
            UnstorableRowError: a row cannot be stored.
        """
        opened = (
            self._autocommitting() if commits_itself and not self.is_sqlite else self._in_transaction(writes=writes)
        )
        with translated(self.place):
            async with asyncio.timeout(self._operation_timeout), opened as connection:
                yield connection

    async def check(self) -> str:
        """Connect and tell the database's name and version.

        Raises:
            UnavailableError: it cannot be reached, or is none we can keep our promises on.
        """
        if self.is_sqlite:
            return await self._check_sqlite()
        async with self.connection() as connection:
            found = await connection.execute(text(_POSTGRESQL_STATE))
            version, encoding, standby = found.one()
        if encoding != "UTF8":
            raise UnavailableError(f"the database {self.place} is encoded as {encoding}; create it with encoding UTF8")
        if standby:
            raise UnavailableError(f"the database {self.place} is a read-only standby; name the primary")
        return f"PostgreSQL {version}"

    def seal_with(self, vault: Vault | None, keys: Database | None = None) -> None:
        """Seal from now on what is personal, or at least open what was sealed.

        Args:
            vault: None where nothing is to be sealed.
            keys: the database of the owners' keys, closed with this one; None where they are in this one.
        """
        self.seals = Seals(OwnerKeys(self if keys is None else keys, vault))
        self._keys = keys

    async def close(self) -> None:
        """Close all connections."""
        if self._keys is not None:
            await self._keys.close()
        await self._kept.drop()
        await self._engine.dispose()

    @asynccontextmanager
    async def _in_transaction(self, *, writes: bool) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**{WRITES: writes})
            await connection.begin()
            try:
                yield connection
            except VENDOR_ERRORS as error:
                if _is_broken(error) and not connection.invalidated:
                    # What is used below SQLAlchemy, SQLAlchemy does not see fail.
                    await connection.invalidate(error)
                    await self._drop_idle()
                raise

    @asynccontextmanager
    async def _autocommitting(self) -> AsyncIterator[AsyncConnection]:
        connection = await self._kept.take()
        try:
            yield connection
        except Exception as error:
            if isinstance(error, VENDOR_ERRORS) and _is_broken(error):
                await self._kept.throw_away(connection)
                await self._drop_idle()
            else:
                await self._kept.give_back(connection)
            raise
        except BaseException:  # given up in the middle of a statement, most likely
            await asyncio.shield(self._kept.throw_away(connection))
            raise
        else:
            await self._kept.give_back(connection)

    async def _drop_idle(self) -> None:
        """Those that are idle most likely failed with the one that was used."""
        await self._kept.drop()
        await self._engine.dispose()

    async def _check_sqlite(self) -> str:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            wanted = ".".join(map(str, OLDEST_SQLITE))
            raise UnavailableError(f"SQLite {sqlite3.sqlite_version} is too old; {wanted} or newer is needed")
        async with self.connection() as connection:
            version = (await connection.execute(text("select sqlite_version()"))).scalar_one()
        return f"SQLite {version}"


def _is_broken(error: Exception) -> bool:
    """Whether more than a row is the matter."""
    return not isinstance(translation(error, ""), UnstorableRowError)


_POSTGRESQL_STATE: Final = (
    "select current_setting('server_version'), current_setting('server_encoding'), pg_is_in_recovery()"
)


def open_database(
    url: str,
    *,
    pool_size: int = 8,
    connect_timeout: float = 10.0,
    operation_timeout: float = OPERATION_SECONDS,
) -> Database:
    """Open a database. Connects when first used.

    Args:
        url: ``sqlite:///file`` or ``postgresql://user:password@host:5432/database``.
        pool_size: most connections at a time.
        connect_timeout: longest wait for a connection, seconds.
        operation_timeout: longest time one transaction with PostgreSQL may take, seconds.

    Raises:
        DatabaseUrlError: the URL names no database we know.
    """
    parsed = parse_url(url)
    if parsed.drivername == SQLITE:
        return Database(_sqlite_engine(parsed, pool_size, connect_timeout), place_of(parsed), None)
    engine = _postgresql_engine(parsed, pool_size, connect_timeout)
    return Database(engine, place_of(parsed), operation_timeout, min(MOST_KEPT, pool_size // 2))


def _postgresql_engine(url: URL, pool_size: int, connect_timeout: float) -> AsyncEngine:
    arguments: dict[str, Any] = {
        **_KEEP_ALIVE,
        "connect_timeout": math.ceil(connect_timeout),
        "application_name": "poon-workers",
    }
    given = {name: value for name, value in arguments.items() if name not in url.query}
    return create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=given,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=connect_timeout,
        pool_pre_ping=True,
        pool_recycle=int(LONGEST_LIFE),
        pool_use_lifo=True,
    )


def _sqlite_engine(url: URL, pool_size: int, connect_timeout: float) -> AsyncEngine:
    folder = sqlite_file(url).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translation(error, place_of(url)) from error
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=connect_timeout,
    )
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Set a new connection up; the driver leaves beginning a transaction to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    write_ahead(cursor)
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def write_ahead(cursor: DBAPICursor) -> None:
    """Have the file keep a write-ahead log; nothing to do once it does. Blocks for as long as another is writing.

    A new file is switched by whoever opens it first, and several may be first. SQLite then refuses a second at once,
    without its busy time-out; beginning to write does wait, and is what we wait with.

    Raises:
        sqlite3.OperationalError: another holds the file for longer than the connection's busy time-out.
    """
    for _ in range(_MOST_SWITCHES):
        try:
            cursor.execute(_WRITE_AHEAD)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        else:
            return
    cursor.execute(_WRITE_AHEAD)


def begin_sqlite(connection: Connection) -> None:
    """Begin, the driver having been told not to."""
    # A writer takes the write lock at once: one that starts as a reader and then finds another writer has been
    # faster gets SQLITE_BUSY without any waiting.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
