"""Containers of the image that need no service: whoever starts them, they cannot do more than their work."""

import re
from dataclasses import replace
from typing import Final

import pytest

from tests.image.build import ROOT
from tests.image.containers import SHELLS, Image
from tests.services.fixtures import note_finding

pytestmark = pytest.mark.timeout(600)

PLACES: Final = """
import os, sys
from pathlib import Path
assert os.getuid() == 10001 and os.getgid() == 10001, (os.getuid(), os.getgid())
assert "CapEff:\\t0000000000000000" in Path("/proc/self/status").read_text()
for place in sys.argv[1:]:
    try:
        Path(place, "written").write_text("")
    except OSError as error:
        print(place, "refuses", error.errno)
    else:
        print(place, "takes")
"""
READS: Final = """
import time
from importlib.resources import files
from adapters.inference.ocr.engine import read_image
pictures = files("workers.entrypoints") / "demo_data/images"
for name in ("coffee-cash.jpg", "slip-transfer.png"):
    began = time.monotonic()
    page = read_image((pictures / name).read_bytes())
    print(name, round(time.monotonic() - began, 1), *(line.text for line in page.lines), sep="|")
"""


def test_it_tells_its_version(image: Image) -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert version is not None
    done = image.run("--version")
    assert done.code == 0, done.told
    assert version[1] in done.stdout


@pytest.mark.parametrize("words", [("--help",), ("config",), ("config", "--json"), ("run", "--help")])
def test_commands_that_need_no_service_work(image: Image, words: tuple[str, ...]) -> None:
    done = image.run(*words)
    assert done.code == 0, done.told


def test_a_worker_writes_to_its_volume_and_nowhere_else(image: Image) -> None:
    places = ("/var/lib/poon", "/tmp", "/", "/etc", "/opt/venv/bin", "/opt/venv/lib/python3.11/site-packages/workers")  # noqa: S108
    done = image.python(PLACES, *places)
    assert done.code == 0, done.told
    takes = {line.split()[0] for line in done.stdout.splitlines() if line.endswith("takes")}
    assert takes == {"/var/lib/poon", "/tmp"}  # noqa: S108
    assert len(done.stdout.splitlines()) == len(places)


@pytest.mark.parametrize("shell", ["sh", *SHELLS])
def test_no_shell_can_be_started_where_all_this_works(image: Image, shell: str) -> None:
    assert not image.starts(shell)


def test_a_shell_that_is_let_start_would_be_noticed(image: Image) -> None:
    assert replace(image, shells=()).starts("sh")


def test_receipts_and_slips_are_read_without_any_network(image: Image, pytestconfig: pytest.Config) -> None:
    done = image.python(READS)
    assert done.code == 0, done.told
    pages = {line.split("|")[0]: line.split("|")[1:] for line in done.stdout.splitlines()}
    assert "185.00" in pages["coffee-cash.jpg"], done.told
    assert "65.00 Baht" in pages["slip-transfer.png"], done.told
    note_finding(pytestconfig, f"two pictures read in a new container: {', '.join(p[0] for p in pages.values())} s")


def test_the_demonstration_runs_by_one_command_alone(image: Image) -> None:
    done = image.run("demo")
    assert done.code == 0, done.told
    assert "one outcome each" in done.stdout
