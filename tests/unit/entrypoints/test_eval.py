"""`poon eval` on the command line: real rules, no broker, no database, and a code for every end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

ROWS = (
    {"id": "a", "text": "กาแฟ 65 บาท เงินสด", "expected": {"amount": 65, "currency": "THB", "payment_method": "Cash"}},
    {"id": "b", "text": "taxi 120 baht", "expected": {"amount": "121", "category": "Transportation"}},
    {"id": "c", "text": "สวัสดี", "expected": {"rejected": "no_amount"}},
    {"id": "d", "text": "ข้าวผัด อร่อยมาก", "expected": {"amount": 50}},
)


def run(tmp_path: Path, *options: str, rows: tuple[object, ...] = ROWS) -> Result:
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(json.dumps({"ref_date": "2025-06-15", **row}) for row in rows))  # type: ignore[dict-item]
    settings = {"TERM": "dumb", "COLUMNS": "160", "POON_DATA_DIR": str(tmp_path)}
    return CliRunner().invoke(app, ["eval", "texts", str(file), *options], env=settings)


def test_people_are_told_how_many_of_each_field_are_right(tmp_path: Path) -> None:
    result = run(tmp_path, "--failures")
    assert result.exit_code == ExitCode.OK, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert any(line.startswith("amount 1 3 33.3 %") for line in lines)
    assert any(line.startswith("rejection 1 1 100.0 %") for line in lines)
    assert any(line.startswith("b amount 121 120 ") for line in lines)
    assert "refused wrongly: 1 of 3, 33.3 % (no_amount 1)" in lines
    assert "4/4 texts" in result.stderr
    assert "texts" not in result.stdout.partition("\n")[2].partition("latency")[0], "progress goes to standard error"


def test_programs_get_one_object_and_nothing_else(tmp_path: Path) -> None:
    result = run(tmp_path, "--json", "--sure", "0.5", "--thresholds", "0.5,0.75", "--at-once", "3")
    found = json.loads(result.stdout)
    assert (found["kind"], found["cases"], found["read"], found["sure_and_wrong"]["sure"]) == ("texts", 4, 2, 0.5)
    assert [one["threshold"] for one in found["thresholds"]["amount"]] == [0.5, 0.75]
    assert [one["capability"] for one in found["backends"]] == ["text_extraction"]


def test_less_than_was_asked_for_ends_with_no(tmp_path: Path) -> None:
    assert run(tmp_path, "--min-accuracy", "amount=0.3").exit_code == ExitCode.OK
    result = run(tmp_path, "--min-accuracy", "amount=0.97", "--min-accuracy", "rejection=1")
    assert result.exit_code == ExitCode.NO
    assert "error: amount is right in 33.3 %, 97.0 % were asked for" in result.stderr
    assert "rejection" not in result.stderr


def test_the_diagram_is_drawn_where_it_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "reliability.png"
    assert run(tmp_path, "--png", str(file), "--confusion").exit_code == ExitCode.OK
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_damaged_file_is_refused_with_its_line_and_field_before_anything_is_read(tmp_path: Path) -> None:
    result = run(tmp_path, rows=(*ROWS, {"id": "e", "text": "x 5", "expected": {"amount": "five"}}))
    assert result.exit_code == ExitCode.BAD_INPUT
    assert f"{tmp_path}/mine.jsonl, line 5: expected.amount: 'five' is no amount" in result.stderr.replace("\n", "")
    assert result.stdout == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ("--min-accuracy", "amuont=0.9"),
        ("--min-accuracy", "amount"),
        ("--min-accuracy", "amount=97"),
        ("--thresholds", "high"),
        ("--thresholds", "1.5"),
        ("--thresholds", ""),
        ("--sure", "2"),
    ],
)
def test_a_wrong_option_is_a_wrong_command_line(tmp_path: Path, wrong: tuple[str, str]) -> None:
    assert run(tmp_path, *wrong).exit_code == ExitCode.USAGE


def test_pictures_without_keys_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "receipts", str(tmp_path)], env={"COLUMNS": "160"})
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "keys.jsonl" in result.stderr


def test_a_wrong_setting_is_told_as_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps({"ref_date": "2025-06-15", **ROWS[0]}))
    environment = {"POON_CHAINS__TEXT_EXTRACTION": "rules,nobody", "POON_DATA_DIR": str(tmp_path)}
    result = CliRunner().invoke(app, ["eval", "texts", str(file)], env=environment)
    assert result.exit_code == ExitCode.CONFIGURATION
