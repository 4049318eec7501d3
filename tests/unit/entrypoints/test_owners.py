"""`poon owners` on a database file and a folder of pictures: everything that needs no broker."""

import asyncio
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from contracts.ids import owner_folder
from tests.conformance.database.dead_letter_box import HOSTILE
from tests.conformance.database.samples import entry_verdict, lettered, spending, verdict
from tests.services.migrated import migrated_sqlite
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

TENANT, OWNER = "default", "anong"
THAI = "ข้าวมันไก่"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    url = migrated_sqlite(tmp_path / "poon.db")
    asyncio.run(store(url))
    picture = tmp_path / "images" / owner_folder(TENANT, OWNER) / "r-1.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\xff\xd8picture")
    return tmp_path


async def store(url: str) -> None:
    opened = open_database(url)
    mine: dict[str, Any] = {"tenant": TENANT, "owner": OWNER}
    await SqlDecisionStore(opened).commit(
        [
            entry_verdict("c-1", spending("lunch", raw_text=f"{THAI} 50", **mine)),
            lettered(verdict("c-2", **mine)),
            lettered(verdict("c-3", **mine), contents=HOSTILE),
            entry_verdict("c-4", spending("dinner", tenant=TENANT, owner="lek", raw_text="another's")),
        ]
    )
    await opened.close()


def poon(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["owners", *arguments])


def lines(archive: ZipFile, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{table}.jsonl").splitlines()]


def test_an_owner_is_handed_everything_and_nothing_of_others(folder: Path) -> None:
    result = poon("export", OWNER, "--to", "anong.zip", "--json")
    assert result.exit_code == ExitCode.OK, result.output
    told = json.loads(result.stdout)
    assert told["tables"] == {"spending_entries": 1, "dead_letters": 2, "events": 3}
    with ZipFile(folder / "anong.zip") as archive:
        assert json.loads(archive.read("manifest.json")) == told
        (entry,) = lines(archive, "spending_entries")
        assert (entry["raw_text"], entry["owner"], entry["spent_on"]) == (f"{THAI} 50", OWNER, "2026-03-02")
        assert lines(archive, "events")[0]["data"]["amount"] == "50.00", "payloads are unfolded"
        letters = {letter["command_id"]: letter["record_value"] for letter in lines(archive, "dead_letters")}
        assert letters["c-2"]["amount"] == "50.00"
        assert letters["c-3"] == {"hex": bytes(range(256)).hex()}
        (key,) = told["files"]
        assert archive.read(f"files/{key}") == b"\xff\xd8picture"
    assert (folder / "anong.zip").stat().st_mode & 0o777 == 0o600


def test_the_same_content_makes_the_same_bytes(folder: Path) -> None:
    result = poon("export", OWNER, "--to", "one.zip")
    assert "one.zip: 6 rows of 3 tables, 1 files" in result.stdout
    assert poon("export", OWNER, "--to", "two.zip").exit_code == ExitCode.OK
    assert (folder / "one.zip").read_bytes() == (folder / "two.zip").read_bytes()


def test_of_an_unknown_owner_the_archive_says_that_there_is_nothing(folder: Path) -> None:
    assert poon("export", "nobody", "--to", "nobody.zip").exit_code == ExitCode.OK
    with ZipFile(folder / "nobody.zip") as archive:
        assert archive.namelist() == ["manifest.json"]


def test_nothing_is_written_over_and_nothing_is_left_half_done(folder: Path) -> None:
    (folder / "there.zip").write_text("mine")
    assert poon("export", OWNER, "--to", "there.zip").exit_code == ExitCode.BAD_INPUT
    assert (folder / "there.zip").read_text() == "mine"
    assert poon("export", OWNER, "--to", "no/such/folder.zip").exit_code == ExitCode.BAD_INPUT
    assert not [path for path in folder.rglob("*") if "begun" in path.name]


def test_an_owner_is_not_erased_without_saying_so() -> None:
    result = poon("erase", OWNER)
    assert result.exit_code == ExitCode.USAGE
    assert "--yes" in result.output
