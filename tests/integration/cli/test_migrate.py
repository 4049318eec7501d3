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


def poon(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"POON_DATABASE__URL": database})


def settings_of(database: str) -> Settings:
    return Settings.model_validate(
        {"database": {"url": database}, "kafka": {"bootstrap_servers": "kafka.example:9092"}}
    )


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


def test_the_schema_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "poon.db"
    poon(f"sqlite:///{database}", "migrate")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    result = poon(f"sqlite:///{database}", "migrate")

    assert result.exit_code == ExitCode.CONFIGURATION
    assert "newer release" in result.stderr


def test_an_unreachable_database_ends_with_69() -> None:
    result = poon("postgresql://poon:secret@127.0.0.1:1/poon", "migrate")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "secret" not in result.stderr
