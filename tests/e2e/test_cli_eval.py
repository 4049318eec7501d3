"""`poon eval` on labelled data of the project's own, through real recognition; and on damaged files."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import Typed, poon
from tests.eval.labelled import DATA
from tests.fakes.models import FILLED
from tests.services.model_server import ModelServer, completion
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


async def evaluated(folder: Path, server: ModelServer, chain: str) -> Typed:
    """Two texts that no rule can be sure of, read through a chain."""
    file = folder / "mine.jsonl"
    rows = [{"text": f"blorgo 100 {name}", "expected": {"amount": 100, "merchant": "blorgo"}} for name in "ab"]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    settings = {
        "POON_MODELS__SERVERS": json.dumps({"test": {"base_url": server.base_url, "model": "test-model"}}),
        "POON_CHAINS__TEXT_EXTRACTION": chain,
    }
    return await asyncio.to_thread(
        poon, folder, "eval", "texts", str(file), "--date", "2026-03-02", "--json", "--failures", settings=settings
    )


async def test_a_model_server_of_the_settings_is_asked_and_told(tmp_path: Path) -> None:
    server = ModelServer()
    server.answer(completion(json.dumps(FILLED)))
    async with server.running():
        result = await evaluated(tmp_path, server, "rules>=1,test")
    assert result.returncode == ExitCode.OK, result.stderr
    found = json.loads(result.stdout)
    assert len(server.asked) == 2
    assert {one["backend"]: one["answers"] for one in found["backends"]}["test/test-model"] == 2
    assert (found["degraded"], found["fields"]["merchant"]["count"]) == (0, 2)


async def test_without_its_server_a_chain_is_degraded_and_one_of_it_alone_answers_nothing(tmp_path: Path) -> None:
    server = ModelServer()
    async with server.running():
        pass  # its address is nobody's from now on
    degraded = await evaluated(tmp_path, server, "rules>=1,test")
    assert degraded.returncode == ExitCode.OK, degraded.stderr
    assert json.loads(degraded.stdout)["degraded"] == 2
    out = await evaluated(tmp_path, server, "test")
    assert out.returncode == ExitCode.UNAVAILABLE
    assert "2 of 2 could not be answered" in out.stderr
    found = json.loads(out.stdout)
    assert (found["fields"], sum(found["unanswered"].values()), len(found["failures"])) == ({}, 2, 2)
