"""The rules for tests bite: no network in unit tests, warnings are errors, markers are known, areas have an order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

NETWORK = "import socket\n\n\ndef test_network():\n    socket.socket(socket.AF_INET).close()\n"
LOCAL = "import asyncio\n\n\nasync def test_loop():\n    await asyncio.wait_for(asyncio.Event().wait(), 0.001)\n"
WARNING = "import warnings\n\n\ndef test_warning():\n    warnings.warn('careless')\n"
MARKER = "import pytest\n\n\n@pytest.mark.intergation\ndef test_marked():\n    pass\n"
PASSING = "def test_passes():\n    pass\n"
SLOW = f"import pytest\n\n\n{PASSING}\n\n@pytest.mark.slow\ndef test_slow():\n    pass\n"

XDIST = "PYTEST_XDIST_WORKER"
"""By it a process knows that it has a share of the tests."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return made(tmp_path)


def made(folder: Path) -> Path:
    """A project with this one's settings for tests, and no tests."""
    for name in ("pyproject.toml", "tests/conftest.py", "tests/side_by_side.py", "tests/weak_keys.py"):
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text((ROOT / name).read_text())
    plant(folder, "services/fixtures", "")
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run tells of tests that do what they must not, and of some that do what they may."""
    project = made(tmp_path_factory.mktemp("planted"))
    plant(project, "unit/test_network", NETWORK)
    plant(project, "integration/test_network", NETWORK)
    plant(project, "unit/test_loop", LOCAL)
    plant(project, "unit/test_warning", WARNING)
    return run(project)


def plant(project: Path, name: str, code: str) -> None:
    path = project / "tests" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    for folder in (path.parent, project / "tests"):
        (folder / "__init__.py").touch()


def run(project: Path, *, side_by_side: bool = False) -> str:
    command = [sys.executable, "-m", "pytest", "-v", "--color=no", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name != XDIST}
    if side_by_side:
        environment[XDIST] = "gw0"
    done = subprocess.run(command, cwd=project, env=environment, check=False, capture_output=True, text=True)
    return done.stdout


def areas_run(output: str) -> list[str]:
    return [line.split("/")[1] for line in output.splitlines() if line.startswith("tests/")]


def test_a_unit_test_cannot_reach_the_network_and_others_can(told: str) -> None:
    assert "tests/unit/test_network.py::test_network FAILED" in told
    assert "SocketBlockedError" in told
    assert "tests/integration/test_network.py::test_network PASSED" in told


def test_a_unit_test_can_run_an_event_loop(told: str) -> None:
    assert "TimeoutError" in told


def test_a_warning_is_an_error(told: str) -> None:
    assert "UserWarning: careless" in told


def test_a_misspelt_marker_is_an_error(project: Path) -> None:
    plant(project, "unit/test_planted", MARKER)
    assert "'intergation' not found in `markers` configuration option" in run(project)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_areas_run_in_their_order_and_side_by_side_what_waits_begins(project: Path, *, side_by_side: bool) -> None:
    areas = ["unit", "conformance", "architecture", "integration", "e2e", "chaos"]
    for area in sorted(areas):
        plant(project, f"{area}/test_planted", PASSING)
    ran = areas_run(run(project, side_by_side=side_by_side))
    assert ran == (areas[::-1] if side_by_side else areas)


def test_side_by_side_a_file_with_a_slow_test_begins_before_all_others(project: Path) -> None:
    plant(project, "unit/test_planted", SLOW)
    plant(project, "e2e/test_planted", PASSING)
    assert areas_run(run(project, side_by_side=True)) == ["unit", "unit", "e2e"]
