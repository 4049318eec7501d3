"""What a doctor sees of a real PostgreSQL and of an SQLite file."""

import asyncio
import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from adapters.clock import SystemClock
from adapters.database import schema
from adapters.database.examining import SqlDatabaseExaminer
from workers.entrypoints.doctor.database import Expected, look_at_database, look_at_replica
from workers.entrypoints.doctor.findings import Finding
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.integration

SECONDS = 10.0


async def look(url: str, pool_size: int = 1) -> list[Finding]:
    examiner = SqlDatabaseExaminer(url, SECONDS)
    return list(await look_at_database(examiner, Expected(pool_size, accepts_newer=False), SystemClock().now))


async def test_a_healthy_postgresql_has_no_findings(postgres_url: str) -> None:
    assert await look(postgres_url) == []
    assert await look_at_replica(SqlDatabaseExaminer(postgres_url, SECONDS)) == []


async def test_a_healthy_file_has_no_findings_and_is_not_changed(sqlite_url: str) -> None:
    state = await SqlDatabaseExaminer(sqlite_url, SECONDS).state(60)
    assert (state.name.split(maxsplit=1)[0], state.connections) == ("SQLite", None)
    assert state.revision == schema.head_revision()
    assert abs((state.now - SystemClock().now()).total_seconds()) < 5
    assert await look(sqlite_url) == []


def test_a_file_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    (finding,) = asyncio.run(look(f"sqlite:///{tmp_path}/folder/poon.db"))
    assert "there is no database file" in finding.what
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
async def test_a_database_without_the_schema_is_told(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/poon.db"
    if kind == "postgresql":
        url = request.getfixturevalue("fresh_database")
    else:
        sqlite3.connect(tmp_path / "poon.db").close()
        (tmp_path / "poon.db").touch()
    (finding,) = await look(url)
    assert finding.what.startswith("the schema is missing")


@pytest.mark.parametrize("oldest", [schema.head_revision(), "9999"])
async def test_a_schema_of_a_newer_release_is_told(fresh_database: str, oldest: str) -> None:
    schema.migrate(fresh_database)
    with psycopg.connect(fresh_database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE schema_floor SET oldest = %s", [oldest])
    (finding,) = await look(fresh_database)
    assert "made by a newer release" in finding.what
    assert ("from 9999 on" in finding.do) is (oldest == "9999")


async def test_a_transaction_that_stays_open_is_told(postgres_url: str) -> None:
    url = make_url(postgres_url).update_query_dict({"application_name": "forgotten"})
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT 1")
        state = await SqlDatabaseExaminer(postgres_url, SECONDS).state(0.0)
        (found,) = [one for one in state.long if one.process == connection.info.backend_pid]
    assert (found.program, found.is_idle) == ("forgotten", True)


async def test_connections_are_counted(postgres_url: str) -> None:
    with psycopg.connect(postgres_url):
        state = await SqlDatabaseExaminer(postgres_url, SECONDS).state(60)
    assert state.connections is not None
    used, most = state.connections
    assert 2 <= used < most
    (finding,) = await look(postgres_url, pool_size=most)
    assert f"one more process takes up to {most}" in finding.what


async def test_a_database_of_another_encoding_is_told(postgres_url: str) -> None:
    name = "poon_latin"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        statement = "CREATE DATABASE {} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
        try:
            found = await look(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    assert "encoding UTF8" in found[0].what


async def test_one_that_refuses_is_told_without_the_password() -> None:
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1/poon") as caught:
        await SqlDatabaseExaminer("postgresql://ben:secret@127.0.0.1:1/poon", 2.0).state(60)
    assert "secret" not in str(caught.value)
