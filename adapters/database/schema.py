"""Creating, upgrading and judging the schema. Synchronous: it is used before and beside the fleet, not within."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, text

from adapters.database.columns import SQLITE
from adapters.database.engine import WRITES, begin_sqlite, prepare_sqlite
from adapters.database.failures import translated
from adapters.database.urls import parse_url, place_of, sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0006", "0008", "0009", "0010", "0011", "0012")
"""Those of the folder of migrations, the oldest first. Here too: a fleet that only judges the schema spares itself
the migrator: a tenth of its memory and of its start."""
_VERSION_TABLE: Final = "alembic_version"
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
    AHEAD = "ahead"


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
    parsed = parse_url(url)
    if parsed.drivername == SQLITE and not sqlite_file(parsed).exists():
        return None
    with translated(place_of(parsed)), sync_engine(parsed).connect() as connection:
        if not inspect(connection).has_table(_VERSION_TABLE):
            return None
        found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608  a constant
        return None if found is None else str(found)


def schema_status(url: str) -> SchemaStatus:
    """Whether this code can run on the database.

    Raises:
        DatabaseUrlError: the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    return status_of(current_revision(url))


def status_of(current: str | None) -> SchemaStatus:
    """How the schema of a revision stands to this code."""
    if current is None:
        return SchemaStatus.MISSING
    if current == head_revision():
        return SchemaStatus.CURRENT
    return SchemaStatus.BEHIND if current in REVISIONS else SchemaStatus.AHEAD


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
