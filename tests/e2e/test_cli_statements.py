"""Statements imported by `poon statement import` with nothing configured: sums, the same file again, an overlap."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.statements import CHUNK_ROWS
from tests.e2e.command_line import poon
from tests.e2e.fleet_process import FleetProcess
from tests.unit.adapters.statements.many import WRITERS, sums
from workers.entrypoints.exits import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROWS = 2 * CHUNK_ROWS + 50
HEAD = "Date,Description,Debit,Credit\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a fleet on the embedded broker."""
    folder = tmp_path_factory.mktemp("statements")
    fleet = FleetProcess({}, folder, areas="statements,workflows")
    fleet.start_and_wait()
    yield folder
    assert fleet.terminate() == ExitCode.OK


def imported(folder: Path, file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    result = poon(folder, "statement", "import", str(file), "--json", "--timeout", "280", *options)
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def test_many_rows_end_exactly_and_the_same_file_again_records_nothing(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    WRITERS["csv"](file, ROWS)
    wanted = sums(ROWS)
    code, first = imported(folder, file, "--owner", "many", "--bad", "5")
    assert (code, first["state"]) == (ExitCode.NO, "completed"), "some rows are wrong"
    assert len(first["rejected_rows"]) == 5
    end = first["imported"]
    assert (end["complete"], end["sums_agree"], end["rows"]) == (True, True, ROWS)
    totals = end["totals"]
    assert (totals["rows"], totals["rejected"], totals["duplicates"]) == (ROWS, wanted.bad, 0)
    assert totals["recorded"] + totals["income"] == wanted.good
    (baht,) = totals["sums"]
    assert (baht["money_out"], baht["recorded"]) == (str(wanted.money_out), str(wanted.money_out))
    assert baht["money_in"] == str(wanted.money_in)

    _, again = imported(folder, file, "--owner", "many")
    totals = again["imported"]["totals"]
    assert (totals["recorded"], totals["duplicates"]) == (0, first["imported"]["totals"]["recorded"])
    assert totals["sums"][0]["duplicates"] == str(wanted.money_out)


def test_of_two_overlapping_months_each_row_is_recorded_once(folder: Path, tmp_path: Path) -> None:
    days = [f"{day:02}/01/2026,shop,{day}.00,\n" for day in range(1, 32)]
    later = [f"{day:02}/02/2026,shop,{day}.00,\n" for day in range(1, 15)]
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(HEAD + "".join(days))
    two.write_text(HEAD + "".join(reversed([*days[20:], *later])))
    code, _ = imported(folder, one, "--owner", "two")
    assert code == ExitCode.OK
    code, second = imported(folder, two, "--owner", "two")
    assert code == ExitCode.OK
    totals = second["imported"]["totals"]
    assert (totals["recorded"], totals["duplicates"]) == (14, 11)


def test_a_file_that_is_no_statement_is_not_imported_and_people_are_told_why(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.7")
    result = poon(folder, "statement", "import", str(file), "--timeout", "280")
    assert result.returncode == ExitCode.NO
    assert "not imported: statement_unsupported" in result.stdout


def test_a_statement_may_be_sent_without_waiting_for_its_end(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(HEAD + "02/01/2026,shop,1.00,\n")
    sent = poon(folder, "statement", "import", str(file), "--no-wait", "--json", "--id", "mine", "--owner", "patient")
    assert (sent.returncode, json.loads(sent.stdout)) == (ExitCode.OK, {"id": "mine"})
    code, found = imported(folder, file, "--owner", "patient")
    assert (code, found["imported"]["totals"]["duplicates"]) == (ExitCode.OK, 1), "the first one was done before"


def test_a_large_file_goes_through_the_store(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_text(HEAD + "\n" * 600_000 + "02/01/2026,shop,1.00,\n")
    code, found = imported(folder, file, "--owner", "large")
    assert (code, found["imported"]["totals"]["recorded"]) == (ExitCode.OK, 1)
    assert len(list((folder / "images").rglob("*"))) > 0


def test_an_import_that_is_sent_again_by_its_id_ends_as_it_did(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "again.csv"
    file.write_text(HEAD + "02/01/2026,shop,1.00,\n03/01/2026,shop,wrong,\n")
    first = imported(folder, file, "--owner", "again", "--id", "once")
    assert first[1]["imported"]["totals"]["recorded"] == 1
    assert imported(folder, file, "--owner", "again", "--id", "once") == first
