"""SQLite's one writer at a time, and files that cannot be used."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from adapters.database import engine, schema
from adapters.database.engine import open_database, write_ahead
from adapters.database.reading import SqlEventReader
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import verdict
from workers.ports.errors import UnavailableError
from workers.ports.store import Committed

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPICursor

pytestmark = pytest.mark.integration


async def test_a_lock_held_too_long_is_an_outage_and_repeating_works(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    database = open_database(sqlite_url)
    store = SqlDecisionStore(database)
    holder = sqlite3.connect(tmp_path / "poon.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="locked"):
        await store.commit([verdict("c-1")])
    holder.rollback()
    holder.close()
    (result,) = await store.commit([verdict("c-1")])
    assert isinstance(result, Committed)
    await database.close()


async def test_a_commit_given_up_by_its_caller_stores_nothing_and_can_be_repeated(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.5)
    database = open_database(sqlite_url, pool_size=1)
    store = SqlDecisionStore(database)
    holder = sqlite3.connect(tmp_path / "poon.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await store.commit([verdict("c-1")])
    holder.rollback()
    holder.close()
    assert await store.recorded([verdict("c-1").key]) == {}
    (result,) = await store.commit([verdict("c-1")])
    assert result == Committed(verdict("c-1").key, verdict("c-1").events)
    await database.close()


async def test_readers_do_not_wait_for_a_writer(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    await SqlDecisionStore(database).commit([verdict("c-1")])
    holder = sqlite3.connect(tmp_path / "poon.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert len([event async for event in SqlEventReader(database).scan()]) == 1
    assert schema.schema_status(sqlite_url) is schema.SchemaStatus.CURRENT
    holder.rollback()
    holder.close()
    await database.close()


async def test_an_acknowledged_commit_is_on_disk_before_it_is_acknowledged(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    async with database.connection() as connection:
        settings = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    await database.close()


class _LetGo:
    """A cursor before whose waiting statement another lets the file go."""

    def __init__(self, cursor: sqlite3.Cursor, other: sqlite3.Connection) -> None:
        self._cursor = cursor
        self._other = other
        self.said: list[str] = []

    def execute(self, statement: str) -> None:
        self.said.append(statement)
        if statement == "BEGIN IMMEDIATE":
            self._other.execute("COMMIT")
        self._cursor.execute(statement)


def _being_made(file: Path) -> sqlite3.Connection:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE a (b)")
    return other


def test_a_new_file_that_another_is_writing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "fresh.db"
    with closing(_being_made(file)) as other, closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as ours:
        cursor = _LetGo(ours.cursor(), other)
        write_ahead(cast("DBAPICursor", cursor))
        assert len(cursor.said) == 4
        assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_new_file_that_another_never_lets_go_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "fresh.db"
    with closing(_being_made(file)), closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as ours:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(cast("DBAPICursor", ours.cursor()))
        assert not ours.in_transaction


async def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "poon.db").write_bytes(b"this is no database, and long enough to be seen as none" * 20)
    database = open_database(f"sqlite:///{tmp_path}/poon.db")
    with pytest.raises(UnavailableError, match=r"poon\.db"):
        await database.check()
    await database.close()


async def test_a_folder_that_cannot_be_made_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError):
        open_database(f"sqlite:///{tmp_path}/file/poon.db")
    with pytest.raises(UnavailableError):
        schema.migrate(f"sqlite:///{tmp_path}/file/poon.db")


async def test_the_folder_of_a_new_file_is_created(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/a/b/poon.db")
    assert (await database.check()).startswith("SQLite")
    assert (tmp_path / "a" / "b" / "poon.db").exists()
    await database.close()
