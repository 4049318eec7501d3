"""The rules that keep time, tasks, waiting and luck in their homes bite, and have no hidden exceptions."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_texts

HOMES = {"adapters/clock.py", "tests/services/waiting.py", "workers/runtime/supervisor.py"}

BANNED = [
    "import datetime\n\nNOW = datetime.datetime.now(tz=datetime.UTC)\n",
    "from datetime import UTC, datetime\n\nNOW = datetime.now(tz=UTC)\n",
    "from datetime import datetime\n\nNOW = datetime.utcnow()\n",
    "import datetime\n\nTODAY = datetime.date.today()\n",
    "import time\n\nNOW = time.time()\n",
    "import time\n\ntime.sleep(1)\n",
    "import asyncio\n\n\nasync def wait() -> None:\n    await asyncio.sleep(1)\n",
    "import asyncio\n\n\nasync def lose() -> None:\n    asyncio.create_task(lose())\n",
    "import asyncio\n\n\nasync def lose() -> None:\n    asyncio.ensure_future(lose())\n",
    "from unittest import mock\n\nFAKE = mock.Mock()\n",
    "from unittest.mock import patch\n\nPATCH = patch\n",
    "import random\n\nLUCK = random.random()\n",
    "from random import choice\n\nLUCK = choice([1, 2])\n",
]

FUNCTION = "def planted({arguments}) -> None:\n{body}"

OVERSIZED = {
    "C901": FUNCTION.format(
        arguments="number: int",
        body="".join(f"    if number == {n}:\n        print({n})\n" for n in range(8)),
    ),
    "PLR0913": FUNCTION.format(arguments=", ".join(f"a{n}: int" for n in range(7)), body="    del a0\n"),
    "PLR0915": FUNCTION.format(arguments="", body="    print()\n" * 31),
}


def ruff(code: str, filename: str) -> set[str]:
    """The rules the code breaks when it is in that file."""
    ruff_program = str(Path(sys.executable).with_name("ruff"))
    command = [ruff_program, "check", "--quiet", "--output-format=json", "--stdin-filename", filename, "-"]
    done = subprocess.run(command, cwd=ROOT, check=False, input=code, capture_output=True, text=True)
    return {finding["code"] for finding in json.loads(done.stdout)}


@pytest.mark.parametrize("code", BANNED)
@pytest.mark.parametrize("filename", ["workers/handlers/planted.py", "tests/unit/test_planted.py"])
def test_time_tasks_mocks_and_luck_are_refused_outside_their_homes(code: str, filename: str) -> None:
    assert "TID251" in ruff(code, filename)


@pytest.mark.parametrize("home", sorted(HOMES))
def test_each_home_may_use_what_it_wraps(home: str) -> None:
    assert "TID251" not in ruff(BANNED[6], home)


def test_there_are_no_other_homes() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert {path for path, rules in lint["per-file-ignores"].items() if "TID251" in rules} == HOMES
    silencer = "noqa: " + "TID251"
    assert not [path for path, text in committed_texts() if silencer in text]


@pytest.mark.parametrize("rule", sorted(OVERSIZED))
def test_an_oversized_function_is_refused(rule: str) -> None:
    assert rule in ruff(OVERSIZED[rule], "workers/domain/planted.py")


@pytest.mark.parametrize(
    ("filename", "required"),
    [
        ("contracts/planted.py", True),
        ("workers/domain/planted.py", True),
        ("workers/ports/planted.py", True),
        ("workers/runtime/planted.py", True),
        ("workers/handlers/planted.py", False),
        ("adapters/kafka/planted.py", False),
        ("tests/unit/test_planted.py", False),
    ],
)
def test_docstrings_are_required_where_the_design_is_read(filename: str, *, required: bool) -> None:
    broken = ruff("def planted() -> None:\n    return\n", filename)
    assert ({"D100", "D103"} <= broken) is required
