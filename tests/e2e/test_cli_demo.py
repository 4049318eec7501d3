"""`poon demo` with a few texts and two of its images."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workers.entrypoints.demo.material import DATA
from workers.entrypoints.exits import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.ocr, pytest.mark.slow]

TEXTS = "กาแฟ 65 บาท\ntaxi 120\nbought some snacks\ncoffee 65 baht and taxi 120 baht\n"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("coffee-cash.jpg", "slip-transfer.png"):
        shutil.copy(DATA / "images" / name, folder / name)
    shutil.copy(DATA / "keys.jsonl", folder / "keys.jsonl")
    return folder


@pytest.mark.timeout(300)
def test_the_demonstration_shows_every_command_and_checks_itself(
    tmp_path: Path, images: Path, pytestconfig: pytest.Config
) -> None:
    texts = tmp_path / "texts.txt"
    texts.write_text(TEXTS, encoding="utf-8")

    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from workers.entrypoints.cli import main; main()",
            "demo",
            *("--images", str(images), "--texts", str(texts)),
        ],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(pytestconfig.rootpath)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert result.returncode == ExitCode.OK, result.stdout + result.stderr
    assert "65.00 THB" in result.stdout
    assert "rejected: no_amount" in result.stdout
    assert "rejected: several_purchases" in result.stdout
    assert "coffee-cash.jpg" in result.stdout
    assert "your pictures, against their keys: total right" in result.stdout
    assert "one outcome each" in result.stdout
