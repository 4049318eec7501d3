"""`poon backup` and `poon owners erase-again` on a database file, where no broker is needed."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.owners import SqlOwnerReader
from adapters.database.store import SqlDecisionStore
from contracts.ids import owner_folder
from tests.conformance.database.samples import entry_verdict, spending
from tests.services.migrated import migrated_sqlite
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import json_text
from workers.ports.privacy import PastErasure

TENANT, OWNER = "default", "anong"
ERASED = PastErasure(TENANT, OWNER, "e-1", datetime(2126, 3, 2, tzinfo=UTC))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    url = migrated_sqlite(tmp_path / "poon.db")
    asyncio.run(store(url, OWNER, "lek"))
    return tmp_path


async def store(url: str, *owners: str) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit(
        [entry_verdict(f"c-{owner}", spending(f"lunch-{owner}", tenant=TENANT, owner=owner)) for owner in owners]
    )
    await opened.close()


async def rows_of(url: str, owner: str) -> set[str]:
    opened = open_database(url)
    found = {row.table async for row in SqlOwnerReader(opened).rows(TENANT, owner)}
    await opened.close()
    return found


def poon(*arguments: str, input_text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=input_text)


def told(*arguments: str) -> dict[str, Any]:
    result = poon(*arguments, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    values: dict[str, Any] = json.loads(result.stdout)
    return values


def test_a_backup_is_made_verified_and_put_back_with_equal_sums(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = told("backup", "create", "copies/one")
    assert (made["database"], made["positions"]) == ("sqlite", 0)
    assert made["rows"] >= 4
    assert (folder / "copies/one").stat().st_mode & 0o077 == 0
    assert told("backup", "verify", "copies/one", "--database")["rows"] == made["rows"]

    monkeypatch.setenv("POON_DATABASE__URL", f"sqlite:///{folder}/again/poon.db")
    result = poon("backup", "restore", "copies/one")
    assert result.exit_code == ExitCode.OK, result.output
    assert "rows of sqlite at" in result.stdout
    assert asyncio.run(rows_of(f"sqlite:///{folder}/again/poon.db", OWNER)) == {"events", "spending_entries"}


def test_a_database_that_holds_something_else_is_told_line_by_line(folder: Path) -> None:
    told("backup", "create", "one")
    asyncio.run(store(f"sqlite:///{folder}/poon.db", "nok"))
    result = poon("backup", "verify", "one", "--database")
    assert result.exit_code == ExitCode.NO
    assert "events of default: 2 rows were backed up, 3 are there" in result.output


def test_nothing_is_written_into_a_folder_in_use_nor_over_a_database(folder: Path) -> None:
    told("backup", "create", "one")
    again = poon("backup", "create", "one")
    assert (again.exit_code, "is not empty" in again.output) == (ExitCode.UNAVAILABLE, True)
    over = poon("backup", "restore", "one")
    assert (over.exit_code, "has tables already" in over.output) == (ExitCode.UNAVAILABLE, True)
    (folder / "file").write_text("")
    assert "cannot be used" in poon("backup", "create", "file/inside").output


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda folder: (folder / "backup.json").unlink(), "is no backup"),
        (lambda folder: (folder / "backup.json").write_text("[]"), "is no object"),
        (lambda folder: (folder / "database").unlink(), "cannot be read"),
        (lambda folder: (folder / "database").write_bytes(b"cut"), "is not the file that was written"),
        (
            lambda folder: (folder / "backup.json").write_text(
                (folder / "backup.json").read_text().replace('"sqlite"', '"postgresql"')
            ),
            "it is a backup of postgresql, the settings name sqlite",
        ),
    ],
)
def test_what_is_no_whole_backup_of_this_database_is_refused(folder: Path, harm: Any, message: str) -> None:  # noqa: ANN401
    told("backup", "create", "one")
    harm(folder / "one")
    result = poon("backup", "verify", "one")
    assert (result.exit_code, message in result.output) == (ExitCode.UNAVAILABLE, True), result.output


def test_a_backup_without_positions_rewinds_nothing() -> None:
    told("backup", "create", "one", "--no-positions")
    result = poon("backup", "rewind", "one")
    assert (result.exit_code, "names no positions" in result.output) == (ExitCode.UNAVAILABLE, True)


def test_a_schema_that_is_not_this_releases_is_not_backed_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POON_DATABASE__URL", f"sqlite:///{folder}/none.db")
    assert poon("backup", "create", "one").exit_code == ExitCode.CONFIGURATION
    assert not (folder / "one").exists()
    assert poon("events", "republish", "--since", "2026-03-02").exit_code == ExitCode.CONFIGURATION


def test_who_was_erased_is_erased_again_with_files_and_listed_as_it_was(folder: Path) -> None:
    picture = folder / "images" / owner_folder(TENANT, OWNER) / "r-1.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\xff\xd8picture")
    line = json_text(ERASED._asdict())

    result = poon("owners", "erase-again", "-", input_text=line)
    assert result.exit_code == ExitCode.OK, result.output
    assert result.stdout == "erased again: 1, known to the database: 0\n"
    url = f"sqlite:///{folder}/poon.db"
    assert asyncio.run(rows_of(url, OWNER)) == {"owner_erasures"}
    assert "events" in asyncio.run(rows_of(url, "lek"))
    assert not picture.exists()
    assert json.loads(poon("owners", "erasures").stdout) == json.loads(line)
    assert poon("owners", "erase-again", "-", input_text=line).stdout.startswith("erased again: 0, known")


def test_an_owner_of_whom_something_later_is_stored_is_left_and_told(folder: Path) -> None:
    line = json_text(ERASED._replace(until=datetime(2000, 1, 1, tzinfo=UTC))._asdict())
    result = poon("owners", "erase-again", "-", "--json", input_text=line)
    assert result.exit_code == ExitCode.NO
    assert json.loads(result.stdout) == {"known": 0, "due": 0, "later": 1}
    assert "events" in asyncio.run(rows_of(f"sqlite:///{folder}/poon.db", OWNER))


def test_a_topic_for_which_no_events_are_stored_is_refused() -> None:
    result = poon("events", "republish", "--since", "2026-03-02", "--topic", "poon.texts.dlt")
    assert result.exit_code == ExitCode.USAGE
