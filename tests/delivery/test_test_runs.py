"""What a run of the tests tells of itself when something ends it early."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from infra.tools.all_tests import CORE, SIDE_BY_SIDE, alone, parts
from infra.tools.coverage_gate import PARTS
from infra.tools.test_counts import counts
from tests.architecture.tree import ROOT

DIES = """
import os, signal
def test_before(): pass
def test_dies(): os.kill(os.getpid(), signal.SIGKILL)
def test_after(): pass
"""


def test_a_process_that_dies_ends_the_run_and_is_told_with_its_signal(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"test_{number}.py").write_text("def test_fine(): pass\ndef test_too(): pass\n")
    (tmp_path / "test_8.py").write_text(DIES)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ["-c", os.devnull, f"--rootdir={tmp_path}", "-p", "tests.side_by_side", "-p", "no:randomly"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *SIDE_BY_SIDE, "--numprocesses=2", str(tmp_path)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 1
    assert "ended by signal 9" in done.stdout
    assert "test_8.py::test_dies" in done.stdout


def test_what_is_to_run_alone_is_found_wherever_it_is_marked(tmp_path: Path) -> None:
    marks = {"whole": "pytestmark = [pytest.mark.e2e, pytest.mark.alone]", "one": "@pytest.mark.alone", "none": ""}
    for name, mark in marks.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"test_{name}.py").write_text(f"import pytest\n{mark}\ndef test_fine(): pass\n")
    assert [path.stem for path in alone(tmp_path)] == ["test_one", "test_whole"]


def test_what_the_core_runs_is_left_to_it_and_nothing_else_is_left_out() -> None:
    told = parts()
    assert [word for word in told["core"] if word.startswith("tests")] == list(CORE)
    ignored = [word.removeprefix("--ignore=") for word in told["side by side"] if word.startswith("--ignore")]
    assert ignored == list(CORE)
    assert told["side by side"][-1] == "tests"
    assert all((ROOT / folder).exists() for folder in CORE)
    assert not {str(path) for path in alone(Path("tests"))} & set(CORE)
    assert not [path for folder in CORE for path in alone(ROOT / folder)]


def test_the_unit_tests_of_all_the_gate_judges_are_measured() -> None:
    assert {part.removeprefix("workers/") for part in PARTS} <= {folder.removeprefix("tests/unit/") for folder in CORE}


def test_what_is_measured_is_what_the_gate_judges() -> None:
    (file,) = (word.removeprefix("--cov-config=") for word in parts()["core"] if word.startswith("--cov-config="))
    settings = tomllib.loads((ROOT / file).read_text())["tool"]["coverage"]["run"]
    assert sorted(settings["source"]) == sorted(PARTS)


def test_failures_are_named_last_and_a_run_without_an_end_is_told(tmp_path: Path) -> None:
    report = tmp_path / "some.xml"
    case = '<testcase classname="tests.unit.runtime.test_{0}" name="test_{0}">{1}</testcase>'
    cases = [case.format("good", ""), case.format("bad", "<failure/>"), case.format("left", "<skipped/>")]
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    assert counts([report, tmp_path / "none.xml"]) == [
        "tests: 3 (1 failure, 1 passed, 1 skipped)",
        "  unit               3",
        "failed: tests.unit.runtime.test_bad::test_bad",
        f"no report {tmp_path / 'none.xml'}: that run did not end",
    ]


def test_a_run_in_which_everything_fails_names_a_few(tmp_path: Path) -> None:
    report = tmp_path / "some.xml"
    cases = '<testcase classname="tests.unit.test_all" name="test_one"><error/></testcase>' * 50
    report.write_text(f"<testsuite>{cases}</testsuite>")
    *_, named, more = counts([report])
    assert named == "failed: tests.unit.test_all::test_one"
    assert more == "and 30 more"
