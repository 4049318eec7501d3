"""`poon statement check`: people see what was understood, scripts get it exactly, and wrong files end with a code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

GOOD = (
    'เลขที่บัญชี,55\nวันที่,รายการ,ถอนเงิน,ฝากเงิน\n13/02/2568,กาแฟ,65.00,\n14/02/2568,โอน,,"1,000.00"\n,รวม,65.00,"1,000.00"\n'
)


def check(tmp_path: Path, content: str, *options: str) -> Result:
    path = tmp_path / "statement"
    path.write_text(content, encoding="utf-8")
    arguments = ["statement", "check", str(path), "--date", "2026-03-02", *options]
    return CliRunner().invoke(app, arguments, env={"TERM": "dumb", "COLUMNS": "160"})


def test_people_see_columns_rows_and_sums(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD, "--rows", "1")

    assert result.exit_code == ExitCode.OK
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "CSV, utf-8, cells parted by comma, header in line 2"
    assert "Dates are day, month, year" in lines
    assert "ถอนเงิน debit" in lines
    assert "3 2025-02-13 65.00 THB กาแฟ" in lines
    assert "2 rows: 2 read, 0 not; 1 other lines" in lines
    assert "55: out 65.00, in 1,000.00 THB; the file says total out 65.00, total in 1,000.00; it agrees" in lines


def test_rows_that_cannot_be_read_are_shown_with_their_reason(tmp_path: Path) -> None:
    rows = "2025-01-32,x,1\n2025-01-02,y,one\n2025-01-02,z,5\n"
    result = check(tmp_path, f"Date,Description,Amount\n{rows}", "--positive", "out", "--bad", "1")

    assert result.exit_code == ExitCode.NO
    assert "2025-01-32 | x | 1" in result.output
    assert "1 more rows that cannot be read: --bad 2 shows them" in result.output
    assert "A positive amount went out, as you said" in result.output


def test_sums_that_differ_end_with_no(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD.replace(",รวม,65.00", ",รวม,66.00"))

    assert result.exit_code == ExitCode.NO
    assert "IT DIFFERS" in result.output


def test_scripts_get_exact_values(tmp_path: Path) -> None:
    found = json.loads(check(tmp_path, GOOD + "1/1/2568,x,one,\n", "--rows", "9", "--json").output)

    assert (found["rows"], found["good"], found["bad"], found["notes"]) == (3, 2, 1, 1)
    assert found["accounts"][0]["money_in"] == "1000.00"
    assert found["accounts"][0]["agrees"] is True
    assert found["good_rows"][0]["day"] == "2025-02-13"
    assert found["good_rows"][1]["amount"] == "1000.00"
    assert [(row["number"], row["field"], row["code"]) for row in found["bad_rows"]] == [
        (6, "debit", "statement_row_invalid")
    ]
    assert found["layout"]["columns"][0] == {"name": "วันที่", "meaning": "date"}


@pytest.mark.parametrize(
    ("content", "told"),
    [("%PDF-1.7", "statement_unsupported"), ("x,y\n1,2\n", "statement_not_understood"), ("", "statement_unreadable")],
)
def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path, content: str, told: str) -> None:
    result = check(tmp_path, content)

    assert result.exit_code == ExitCode.BAD_INPUT
    assert told in result.output


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["statement", "check", str(tmp_path / "none.csv")])

    assert result.exit_code == ExitCode.BAD_INPUT
    assert "none.csv" in result.output
