"""The programs of docs/producers.md do what the page says, with what it says to install."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.kafka.embedded import ANNOUNCEMENT
from tests.e2e.fleet_process import FleetProcess
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "producers.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:9092"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the embedded broker of a running fleet listens."""
    folder = tmp_path_factory.mktemp("fleet")
    fleet = FleetProcess({}, folder, areas="texts")
    fleet.start_and_wait()
    yield json.loads((folder / ANNOUNCEMENT).read_text())["address"]
    assert fleet.terminate() == ExitCode.OK


def run(program: str, address: str, folder: Path) -> str:
    """What a program of the page prints; it finds nothing of the project but the contracts."""
    assert program.count(ADDRESS) == 1
    (folder / "contracts").symlink_to(ROOT / "contracts")
    (folder / "program.py").write_text(program.replace(ADDRESS, address), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "program.py"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_program_that_sends_a_command_works(address: str, tmp_path: Path) -> None:
    sending, _ = PROGRAMS
    assert "send_and_wait" in sending
    assert run(sending, address, tmp_path) == ""


def test_the_program_that_asks_prints_what_the_page_says(address: str, tmp_path: Path) -> None:
    _, asking = PROGRAMS
    (said,) = re.findall(r"^It prints\n\n```\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert run(asking, address, tmp_path) == said


def test_the_programs_use_nothing_of_the_fleet() -> None:
    assert not re.findall(r"^(?:from|import) (?:workers|adapters)", "\n".join(PROGRAMS), flags=re.MULTILINE)
