"""`poon events archive` on a database file."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.integration.archive.stored import NEEDED, archived, fill, left
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eleven events of March and April, two of them of entries, and one of May."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    asyncio.run(fill(tmp_path / "poon.db"))
    return tmp_path / "poon.db"


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["events", "archive", *arguments])


def read(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["events", "read", *arguments])


def test_months_are_archived_and_what_nobody_needs_is_deleted_when_asked(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept here"
    first = poon("--before", "2026-05", "--to", str(folder))
    assert first.exit_code == ExitCode.OK, first.output
    assert first.stdout.splitlines() == [
        f"2026-03: 5 events in {folder}/month=2026-03",
        f"2026-04: 7 events in {folder}/month=2026-04",
    ]
    assert len(asyncio.run(left(database))) == 13
    assert poon("--before", "2026-05", "--to", str(folder)).stdout == "no events before 2026-05 that are not archived\n"
    last = poon("--before", "2026-05", "--to", str(folder), "--delete")
    assert last.stdout == "deleted 10 of 12 events; the others are still needed\n"
    assert len(asyncio.run(left(database))) == NEEDED
    assert [len(rows) for rows in archived(folder).values()] == [5, 7]


def test_what_was_done_is_told_as_json(database: Path, tmp_path: Path) -> None:
    assert database.exists()
    result = poon("--before", "2026-05", "--to", str(tmp_path / "a"), "--delete", "--json")
    assert json.loads(result.stdout) == {"archived": 12, "compared": 12, "deleted": 10}


def test_an_archived_month_is_printed_for_one_owner_or_all(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    assert poon("--before", "2026-05", "--to", str(folder)).exit_code == ExitCode.OK
    told = read("--in", str(folder), "--month", "2026-03")
    assert told.exit_code == ExitCode.OK, told.output
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    stored = {str(event.id): event for event in asyncio.run(left(database))}
    assert len(rows) == 5
    assert all(row["data"] == json.loads(stored[row["id"]].data) for row in rows)
    assert rows[0]["recorded_at"] == "2026-03-01T00:00:00+00:00"
    assert read("--in", str(folder), "--month", "2026-03", "--owner", "nobody").stdout == ""
    missing = read("--in", str(folder), "--month", "2026-01")
    assert (missing.exit_code, "no archive of 2026-01" in missing.output) == (ExitCode.UNAVAILABLE, True)


@pytest.mark.parametrize(
    ("before", "message"),
    [("2026-5", "is no month: write one such as 2026-05"), ("2999-01", "can be archived from 2999-01-02")],
)
def test_months_that_cannot_be_archived_are_refused(database: Path, before: str, message: str) -> None:
    result = poon("--before", before, "--to", str(database.parent / "a"))
    assert (result.exit_code, message in result.output) == (ExitCode.BAD_INPUT, True), result.output
    assert not (database.parent / "a").exists()


def test_a_missing_package_is_named_with_the_cure(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arro3.core", None)
    monkeypatch.delitem(sys.modules, "adapters.storage.archive", raising=False)
    result = poon("--before", "2026-05", "--to", str(database.parent / "a"))
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "pip install 'poon-workers[archive]'" in result.output
