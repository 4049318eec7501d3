"""Creating, upgrading and judging the schema. Synchronous: it is used before and beside the fleet, not within."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, text

from adapters.database.columns import SQLITE
from adapters.database.engine import WRITES, begin_sqlite, prepare_sqlite
from adapters.database.failures import translated
from adapters.database.urls import parse_url, place_of, sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0006", "0008", "0009", "0010", "0011", "0012", "0014", "0015")
"""Those of the folder of migrations, the oldest first. Here too: a fleet that only judges the schema spares itself
the migrator: a tenth of its memory and of its start."""
_VERSION_TABLE: Final = "alembic_version"
_FLOOR_TABLE: Final = "schema_floor"
LOCK_SECONDS: Final = 60
"""How long a migrator waits for another to finish."""
_CONNECT_SECONDS: Final = 10
_ADVISORY_LOCK: Final = 0x706F6F6E  # "poon"
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


class SchemaStatus(StrEnum):
    """How the database's schema stands to this code."""

    MISSING = "missing"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"
    """A newer release made it, and it says that this code may work on it."""
    AHEAD = "ahead"
    """A newer release made it, and it says nothing of the kind."""


class FoundSchema(NamedTuple):
    """What a database says of its schema.

    Attributes:
        revision: it is at; None without a schema.
        oldest: the oldest revision whose code may work on it; None where the database does not say, or where it needs
            not be asked because this code knows the revision.
    """

    revision: str | None
    oldest: str | None = None


class SchemaError(Exception):
    """A schema change was asked for that cannot be made."""


def migrate(url: str) -> str:
    """Bring the schema up to date, and tell its revision. Does nothing when it is; waits for another migrator.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used, or another migrator did not finish in time.
        SchemaError: the schema was made by newer code.
    """
    from alembic import command  # noqa: PLC0415  heavy, and of use to a migrator alone

    sqlite_folder(url)
    with _alone(url) as connection, _understood():
        command.upgrade(_config(connection), "head")
    return head_revision()


def downgrade(url: str, revision: str = "base") -> None:
    """Take the schema back to a revision; what that one cannot hold is lost.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used, or another migrator did not finish in time.
        SchemaError: there is no such revision.
    """
    from alembic import command  # noqa: PLC0415  see migrate

    with _alone(url) as connection, _understood():
        command.downgrade(_config(connection), revision)


def head_revision() -> str:
    """The revision this code needs."""
    return REVISIONS[-1]


def current_revision(url: str) -> str | None:
    """The revision a database is at; None without a schema. Creates no file.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    return found_schema(url).revision


def found_schema(url: str) -> FoundSchema:
    """What a database says of its schema. Creates no file.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    parsed = parse_url(url)
    if parsed.drivername == SQLITE and not sqlite_file(parsed).exists():
        return FoundSchema(None)
    with translated(place_of(parsed)), sync_engine(parsed).connect() as connection:
        revision = _only(connection, _VERSION_TABLE, "version_num")
        if revision is None or revision in REVISIONS:
            return FoundSchema(revision)
        # Asked only where it counts: a role that was given its rights before this table was there goes on working.
        return FoundSchema(revision, _only(connection, _FLOOR_TABLE, "oldest"))


def schema_status(url: str) -> SchemaStatus:
    """Whether this code can run on the database.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    return status_of(found_schema(url))


def status_of(found: FoundSchema) -> SchemaStatus:
    """How a schema stands to this code.

    Revisions follow one another, so code that knows the oldest one is that release's or a later one's.
    """
    if found.revision is None:
        return SchemaStatus.MISSING
    if found.revision == head_revision():
        return SchemaStatus.CURRENT
    if found.revision in REVISIONS:
        return SchemaStatus.BEHIND
    return SchemaStatus.NEWER if found.oldest in REVISIONS else SchemaStatus.AHEAD


def sync_engine(url: URL) -> Engine:
    """An engine without a pool, for a single use."""
    if url.drivername == SQLITE:
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_SECONDS})
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
        return engine
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "poon-migrate"},
    )


def sqlite_folder(url: str) -> None:
    """Create the folder of an SQLite file.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the folder cannot be created.
    """
    parsed = parse_url(url)
    if parsed.drivername == SQLITE:
        with translated(place_of(parsed)):
            sqlite_file(parsed).parent.mkdir(parents=True, exist_ok=True)


def _only(connection: Connection, table: str, column: str) -> str | None:
    """What a table of one row says; None without the table."""
    if not inspect(connection).has_table(table):
        return None
    found = connection.execute(text(f"SELECT {column} FROM {table}")).scalar()  # noqa: S608  constants
    return None if found is None else str(found)


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """A transaction no other migrator has at the same time."""
    parsed = parse_url(url)
    writing = sync_engine(parsed).execution_options(**{WRITES: True})
    with translated(place_of(parsed)), writing.begin() as connection:
        if parsed.drivername != SQLITE:  # SQLite's BEGIN IMMEDIATE is lock enough
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection


@contextmanager
def _understood() -> Iterator[None]:
    from alembic.util import CommandError  # noqa: PLC0415  see migrate

    try:
        yield
    except CommandError as error:
        raise SchemaError(f"{error}; was the database made by a newer release?") from None


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config  # noqa: PLC0415  see migrate

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
