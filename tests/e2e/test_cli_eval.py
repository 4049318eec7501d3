"""`poon eval` on labelled data of the project's own, through real recognition; and on damaged files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import poon
from tests.eval.labelled import DATA
from workers.entrypoints.demo.material import DATA as DEMO
from workers.entrypoints.exits import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.ocr, pytest.mark.timeout(600)]

PICTURES = ("coffee-cash.jpg", "slip-transfer.png")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures of the demonstration with their keys beside them, and one without a key."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in (*PICTURES, "fuel-litres.jpg"):
        shutil.copy(DEMO / "images" / name, folder)
    rows = [line for line in (DEMO / "keys.jsonl").read_text().splitlines() if json.loads(line)["file"] in PICTURES]
    (tmp_path / "keys.jsonl").write_text("\n".join(rows))
    return folder


def test_texts_are_read_by_the_fleets_rules_and_told_for_programs(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("".join((DATA / "2026-11-26-d.jsonl").read_text().splitlines(keepends=True)[:30]))
    result = poon(tmp_path, "eval", "texts", str(file), "--json", "--min-accuracy", "amount=0.9")
    assert result.returncode == ExitCode.OK, result.stderr
    found = json.loads(result.stdout)
    assert (found["cases"], found["unanswered"], found["below"]) == (30, {}, [])
    assert found["fields"]["amount"]["share"] >= 0.9


def test_pictures_are_recognised_read_and_judged(tmp_path: Path, pictures: Path) -> None:
    result = poon(tmp_path, "eval", "receipts", str(pictures), "--json", "--failures")
    assert result.returncode == ExitCode.OK, result.stderr
    found = json.loads(result.stdout)
    assert (found["cases"], found["read"], found["left_out"]) == (2, 2, 1)
    assert {name: share["of"] for name, share in found["fields"].items()} == {
        "total": 2, "date": 2, "currency": 2, "merchant": 2, "category": 2, "payment_method": 2,
    }  # fmt: skip
    assert found["fields"]["total"]["count"] == 2
    assert {one["capability"] for one in found["backends"]} == {
        "text_recognition", "receipt_extraction", "categorization",
    }  # fmt: skip
    assert found["memory_megabytes"]["reading_process"] > 100
    assert "2/2 pictures" in result.stderr


def test_a_damaged_picture_is_a_refusal_and_a_damaged_keys_file_an_error(tmp_path: Path, pictures: Path) -> None:
    (pictures / PICTURES[0]).write_bytes(b"\xff\xd8\xff no picture at all")
    result = poon(tmp_path, "eval", "receipts", str(pictures), "--min-accuracy", "total=1", "--failures")
    assert result.returncode == ExitCode.NO, result.stderr
    assert "refused wrongly: 1 of 2, 50.0 % (image_unreadable 1)" in result.stdout
    (tmp_path / "keys.jsonl").write_text('{"file": "coffee-cash.jpg", "total": "a lot"}\n')
    result = poon(tmp_path, "eval", "receipts", str(pictures))
    assert result.returncode == ExitCode.BAD_INPUT
    assert "keys.jsonl, line 1: total: 'a lot' is no amount" in " ".join(result.stderr.split())
