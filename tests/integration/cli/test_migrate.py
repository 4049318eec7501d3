"""`poon migrate`, and on which schemas a fleet works: its own, and newer ones that let it."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.database.schema import SchemaStatus, head_revision
from workers.bootstrap.dead_letters import dead_letter_box
from workers.bootstrap.errors import DatabaseRefusedError
from workers.bootstrap.ground import grounded, schema_of
from workers.config import Settings
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.ports.dead_letters import DeadLetterFilter

pytestmark = pytest.mark.integration


def poon(database: str, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"POON_DATABASE__URL": database} | environment)


def settings_of(database: str, **more: object) -> Settings:
    return Settings.model_validate(
        {"database": {"url": database} | more, "kafka": {"bootstrap_servers": "kafka.example:9092"}}
    )


def newer(tmp_path: Path, oldest: str) -> str:
    """A database whose schema a newer release made, which lets releases from `oldest` on work."""
    file = tmp_path / "poon.db"
    url = f"sqlite:///{file}"
    poon(url, "migrate")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE schema_floor SET oldest = ?", [oldest])
    connection.close()
    return url


@pytest.fixture
def compatible(tmp_path: Path) -> str:
    return newer(tmp_path, head_revision())


@pytest.fixture
def ahead(tmp_path: Path) -> str:
    return newer(tmp_path, "9999")


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


@pytest.mark.parametrize("accepts", ["true", "false"])
def test_a_schema_this_release_may_not_work_on_any_more_is_refused_whatever_is_accepted(
    ahead: str, accepts: str
) -> None:
    result, checked = (
        poon(ahead, *command, POON_DATABASE__ACCEPT_NEWER_SCHEMA=accepts)
        for command in (["migrate"], ["migrate", "--check"])
    )

    assert (result.exit_code, checked.exit_code) == (ExitCode.CONFIGURATION, ExitCode.NO)
    assert "newer release" in result.stderr


def test_a_newer_schema_that_lets_this_release_work_is_left_as_it_is(compatible: str) -> None:
    done, checked = poon(compatible, "migrate"), poon(compatible, "migrate", "--check")

    assert (done.exit_code, checked.exit_code) == (ExitCode.OK, ExitCode.OK)
    assert "the schema is newer" in done.stdout


async def test_a_fleet_works_on_a_newer_schema_that_lets_it_unless_that_is_forbidden(compatible: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="ACCEPT_NEWER_SCHEMA"):
        async with grounded(settings_of(compatible, accept_newer_schema=False)):
            pass

    async with grounded(settings_of(compatible)) as address:
        assert address == "kafka.example:9092"

    assert await schema_of(settings_of(compatible)) is SchemaStatus.NEWER


async def test_a_fleet_does_not_start_where_it_may_not_work_any_more(ahead: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="may not work any more: install a newer one"):
        async with grounded(settings_of(ahead)):
            pass


async def test_operators_of_the_release_before_look_into_a_newer_schema_that_lets_them(compatible: str) -> None:
    async with dead_letter_box(settings_of(compatible)) as box:
        assert await box.find(DeadLetterFilter(), 10) == []


async def test_operators_of_a_release_that_may_not_work_any_more_are_told(ahead: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="install a newer one"):
        async with dead_letter_box(settings_of(ahead)):
            pass


def test_an_unreachable_database_ends_with_69() -> None:
    result = poon("postgresql://poon:secret@127.0.0.1:1/poon", "migrate")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "secret" not in result.stderr


async def test_a_missing_schema_is_none_to_work_on_whatever_is_accepted(fresh_database: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="is missing: run `poon migrate`"):
        async with grounded(settings_of(fresh_database, accept_newer_schema=True)):
            pass
