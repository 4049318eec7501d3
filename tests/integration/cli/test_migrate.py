"""`poon migrate`, and that a fleet refuses a schema that is not this release's."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.database.schema import SchemaStatus
from workers.bootstrap.errors import DatabaseRefusedError
from workers.bootstrap.ground import grounded, schema_of
from workers.config import Settings
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.integration


def poon(database: str, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"POON_DATABASE__URL": database} | environment)


def settings_of(database: str, **more: object) -> Settings:
    return Settings.model_validate(
        {"database": {"url": database} | more, "kafka": {"bootstrap_servers": "kafka.example:9092"}}
    )


@pytest.fixture
def ahead(tmp_path: Path) -> str:
    """A database whose schema a newer release made."""
    file = tmp_path / "poon.db"
    url = f"sqlite:///{file}"
    poon(url, "migrate")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    return url


def test_postgresql_is_migrated_when_asked(fresh_database: str) -> None:
    before = poon(fresh_database, "migrate", "--check")
    done = poon(fresh_database, "migrate")
    after = poon(fresh_database, "migrate", "--check")

    assert (before.exit_code, done.exit_code, after.exit_code) == (ExitCode.NO, ExitCode.OK, ExitCode.OK)
    assert "the schema was missing and is at revision" in done.stdout


async def test_a_fleet_leaves_postgresql_alone_and_says_what_to_do(fresh_database: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="is missing: run `poon migrate`"):
        async with grounded(settings_of(fresh_database)):
            pass


async def test_a_fleet_migrates_its_own_sqlite_file(tmp_path: Path) -> None:
    settings = settings_of(f"sqlite:///{tmp_path}/poon.db")

    async with grounded(settings) as address:
        assert address == "kafka.example:9092"

    assert await schema_of(settings) is SchemaStatus.CURRENT


def test_the_schema_of_a_newer_release_is_refused(ahead: str) -> None:
    result = poon(ahead, "migrate")

    assert result.exit_code == ExitCode.CONFIGURATION
    assert "newer release" in result.stderr
    assert poon(ahead, "migrate", "--check").exit_code == ExitCode.NO


def test_the_schema_of_a_newer_release_is_left_as_it_is_where_that_is_accepted(ahead: str) -> None:
    done, checked = (
        poon(ahead, *command, POON_DATABASE__ACCEPT_NEWER_SCHEMA="true")
        for command in (["migrate"], ["migrate", "--check"])
    )

    assert (done.exit_code, checked.exit_code) == (ExitCode.OK, ExitCode.OK)
    assert "the schema is ahead" in done.stdout


async def test_a_fleet_works_on_a_newer_schema_only_where_that_is_accepted(ahead: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="newer release"):
        async with grounded(settings_of(ahead)):
            pass

    async with grounded(settings_of(ahead, accept_newer_schema=True)) as address:
        assert address == "kafka.example:9092"

    assert await schema_of(settings_of(ahead)) is SchemaStatus.AHEAD


def test_an_unreachable_database_ends_with_69() -> None:
    result = poon("postgresql://poon:secret@127.0.0.1:1/poon", "migrate")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "secret" not in result.stderr


async def test_a_missing_schema_is_none_to_work_on_whatever_is_accepted(fresh_database: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="is missing: run `poon migrate`"):
        async with grounded(settings_of(fresh_database, accept_newer_schema=True)):
            pass
