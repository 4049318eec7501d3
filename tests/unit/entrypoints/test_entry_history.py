"""`poon entries` on a database file."""

import asyncio
import json
import sqlite3
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from tests.services.migrated import migrated_sqlite
from tests.unit.domain.examples import ENTRY_ID, OWNER, SENT_AT, TENANT, full_record_command
from tests.unit.queries.rows import stored
from tests.unit.queries.test_entry_history import rows
from workers.domain.spending import entry_stream, record
from workers.entrypoints.cli import app
from workers.entrypoints.entry_lines import history_table, version_table
from workers.entrypoints.exits import ExitCode
from workers.ports.store import Verdict
from workers.queries.replay import ENTRIES, replayed


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An entry recorded at noon in Bangkok for 120.50, corrected to 99.00 at one, deleted at two."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POON_DEFAULTS__TENANT", TENANT)
    url = migrated_sqlite(tmp_path / "poon.db")
    asyncio.run(kept(url))
    return tmp_path / "poon.db"


async def kept(url: str) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit([Verdict(row.inbox_key, (row,)) for row in rows()])
    await opened.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["entries", *arguments])


def shown(*arguments: str) -> dict[str, Any]:
    result = poon("show", str(ENTRY_ID), "--json", *arguments)
    assert result.exit_code == ExitCode.OK, result.output
    told = json.loads(result.stdout)
    assert isinstance(told, dict)
    return told


def test_a_history_tells_what_happened_and_what_changed() -> None:
    result = poon("history", str(ENTRY_ID))
    assert result.exit_code == ExitCode.OK, result.output
    recorded, corrected, deleted = result.stdout.rstrip().splitlines()[-3:]
    assert all(words in recorded for words in ("recorded", "120.50 THB", "Cafe Amazon"))
    assert all(words in corrected for words in ("2026-03-02 06:00:00", "corrected", "99.00 THB", "amount, confidence"))
    assert all(words in deleted for words in ("deleted", "deleted_reason"))


def test_a_history_is_told_as_json_a_line_a_version() -> None:
    result = poon("history", str(ENTRY_ID), "--json", "--owner", OWNER)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["version"], each["entry"]["amount"]["amount"]) for each in told] == [
        (1, "120.50"), (2, "99.00"), (3, "99.00"),
    ]  # fmt: skip
    assert told[1]["data"]["changes"] == {"amount": {"amount": "99.00", "currency": "THB"}}
    assert told[2]["entry"]["deleted_reason"] == "entered twice"


@pytest.mark.parametrize(
    ("arguments", "version", "amount"),
    [
        ((), 3, "99.00"),
        (("--version", "1"), 1, "120.50"),
        (("--as-of", "2026-03-02T12:30+07:00"), 1, "120.50"),
        (("--as-of", "2026-03-02T12:30"), 1, "120.50"),
        (("--as-of", "2026-03-02T05:30", "--time-zone", "UTC"), 1, "120.50"),
        (("--as-of", "2026-03-02T06:00Z"), 2, "99.00"),
        (("--as-of", "2026-03-02"), 3, "99.00"),
        (("--as-of", "2099-01-01"), 3, "99.00"),
    ],
)
def test_an_entry_is_shown_as_it_was(arguments: tuple[str, ...], version: int, amount: str) -> None:
    told = shown(*arguments)
    assert (told["version"], told["entry"]["amount"]["amount"]) == (version, amount)


def test_an_entry_is_shown_field_by_field() -> None:
    result = poon("show", str(ENTRY_ID), "--version", "1")
    assert all(words in result.stdout for words in ("Cafe Amazon", "120.50 THB", "work, coffee", "2026-03-01"))
    assert "deleted_reason" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nothing",), ExitCode.BAD_INPUT, "'nothing' is no entry's id"),
        ((str(UUID(int=9)),), ExitCode.BAD_INPUT, f"tenant acme has no entry {UUID(int=9)}"),
        ((str(ENTRY_ID), "--tenant", "globex"), ExitCode.BAD_INPUT, f"tenant globex has no entry {ENTRY_ID}"),
        ((str(ENTRY_ID), "--owner", "lek"), ExitCode.BAD_INPUT, f"owner lek of tenant acme has no entry {ENTRY_ID}"),
        ((str(ENTRY_ID), "--version", "4"), ExitCode.BAD_INPUT, "has no version 4: the newest is 3"),
        ((str(ENTRY_ID), "--version", "4", "--owner", "lek"), ExitCode.BAD_INPUT, "owner lek of tenant acme has no"),
        ((str(ENTRY_ID), "--as-of", "2026-03-01"), ExitCode.BAD_INPUT, "recorded at 2026-03-02T05:00:00+00:00"),
        ((str(ENTRY_ID), "--as-of", "noon"), ExitCode.BAD_INPUT, "'noon' is no time: write 2026-11-01T12:00+07:00"),
        ((str(ENTRY_ID), "--as-of", "2569-03-02"), ExitCode.BAD_INPUT, "write years of the common era, 2026"),
        ((str(ENTRY_ID), "--as-of", "0001-01-01T00:00"), ExitCode.BAD_INPUT, "too early"),
        ((str(ENTRY_ID), "--as-of", "2026-03-02", "--time-zone", "Siam"), ExitCode.BAD_INPUT, "'Siam' is no time zone"),
        ((str(ENTRY_ID), "--as-of", "2026-03-02", "--version", "1"), ExitCode.USAGE, "not both"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: tuple[str, ...], code: ExitCode, message: str) -> None:
    result = poon("show", *arguments)
    assert (result.exit_code, message in result.output) == (code, True), result.output


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    recorded = record(None, full_record_command(merchant="Cafe [/red] [b]"), OWNER, ENTRY_ID, SENT_AT)
    versions = list(replayed(ENTRIES, stored([recorded], entry_stream(ENTRY_ID))))
    shown_on = Console(file=StringIO(), width=200)
    shown_on.print(history_table(versions))
    shown_on.print(version_table(versions[0]))
    assert isinstance(shown_on.file, StringIO)
    assert shown_on.file.getvalue().count("Cafe [/red] [b]") == 2


def test_an_entry_a_newer_release_changed_says_so(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("update events set type = 'poon.spending.corrected.v2' where version = 2")
    connection.close()
    result = poon("history", str(ENTRY_ID))
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "version 2 of entry-" in result.output
    assert "newer release" in result.output
