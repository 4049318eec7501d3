"""The pipeline is what GitHub takes, asks for no more than it needs, trusts no moving tag, and holds no program."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.tools.delivery.workflows import (
    actionlint,
    actions,
    by_actionlint,
    by_schema,
    by_zizmor,
    of_this_project,
    workflows,
)
from tests.architecture.tree import ROOT

GITHUB = ROOT / ".github"
PINS = re.compile(r"uses: (?P<action>[\w/-]+)@(?P<commit>[0-9a-f]{40}) # v(?P<version>\S+)")
CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
GOOD = f"""\
name: Planted
on:
  pull_request:
permissions: {{}}
concurrency:
  group: planted
  cancel-in-progress: true
jobs:
  planted:
    name: Planted
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - run: make check
"""


def planted(folder: Path, text: str) -> Path:
    path = folder / "workflows/planted.yml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def workflow(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((GITHUB / "workflows" / name).read_text())
    return read


@pytest.mark.parametrize("path", [*workflows(GITHUB), *actions(GITHUB)], ids=lambda path: path.name)
def test_every_workflow_keeps_the_rules_of_this_project(path: Path) -> None:
    assert not list(of_this_project(path))


def test_every_workflow_fits_githubs_schemas() -> None:
    assert not by_schema(GITHUB)


def test_no_workflow_can_be_abused_as_far_as_is_known() -> None:
    assert not by_zizmor(GITHUB)


def test_expressions_and_scripts_are_right() -> None:
    assert not by_actionlint(GITHUB)


def test_one_action_has_one_version_everywhere() -> None:
    texts = [path.read_text() for path in GITHUB.rglob("*.yml")]
    pins = {(match["action"], match["commit"], match["version"]) for text in texts for match in PINS.finditer(text)}
    assert len({action for action, _, _ in pins}) == len(pins)


def test_every_make_target_of_the_pipeline_is_there() -> None:
    called = {
        target
        for path in GITHUB.rglob("*.yml")
        for target in re.findall(r"\bmake (?:--silent )?([a-z-]+)", path.read_text())
    }
    assert called
    assert called <= targets()


def test_only_what_was_tested_is_published_and_only_what_works_on_one_stage_comes_to_the_next() -> None:
    needs = {name: job.get("needs", []) for name, job in workflow("release.yml")["jobs"].items()}
    assert needs == {
        "ci": [],
        "publish": "ci",
        "dev": "publish",
        "stage": ["publish", "dev"],
        "prod": ["publish", "stage"],
        "announce": "prod",
    }


def test_the_same_digest_goes_to_every_stage() -> None:
    jobs = workflow("release.yml")["jobs"]
    for stage in ("dev", "stage", "prod"):
        assert jobs[stage]["environment"] == stage
        assert jobs[stage]["steps"][-1]["with"]["image"] == "${{ needs.publish.outputs.image }}"


def test_an_image_is_scanned_before_it_is_signed() -> None:
    runs = [step.get("run", "") for step in workflow("release.yml")["jobs"]["publish"]["steps"]]
    order = [
        next(n for n, run in enumerate(runs) if part in run) for part in ("image-push", "image-scan", "image-sign")
    ]
    assert order == sorted(order)


def test_a_release_is_never_cut_off() -> None:
    assert workflow("release.yml")["concurrency"]["cancel-in-progress"] is False


def test_the_pipeline_insists_on_todays_advisories() -> None:
    for name, job in (("ci.yml", "scan"), ("nightly.yml", "advisories")):
        assert any("ADVISORIES=--required" in step.get("run", "") for step in workflow(name)["jobs"][job]["steps"])


def test_a_good_workflow_is_let_pass(tmp_path: Path) -> None:
    path = planted(tmp_path, GOOD)
    assert not [*of_this_project(path), *by_schema(tmp_path), *by_zizmor(tmp_path), *by_actionlint(tmp_path)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CHECKOUT, "actions/checkout@v6"),
        (CHECKOUT, "actions/checkout@main"),
        (" # v6.0.2", ""),
        ("permissions: {}", "permissions: write-all"),
        ("    timeout-minutes: 5\n", ""),
        ("concurrency:\n  group: planted\n  cancel-in-progress: true\n", ""),
        (
            "      - run: make check\n",
            "      - run: |\n          a=1\n          b=2\n          c=3\n          make check\n",
        ),
        ("make check", "if true; then make check; fi"),
    ],
)
def test_a_planted_breach_of_our_rules_is_noticed(old: str, new: str, tmp_path: Path) -> None:
    assert list(of_this_project(planted(tmp_path, changed(old, new))))


@pytest.mark.parametrize(("old", "new"), [("runs-on:", "run-on:"), ("steps:", "step:"), ("on:\n  pull", "on:\n  pul")])
def test_a_planted_workflow_github_would_not_take_is_noticed(old: str, new: str, tmp_path: Path) -> None:
    planted(tmp_path, changed(old, new))
    assert "planted.yml" in "\n".join(by_schema(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("make check", "echo ${{ github.event.pull_request.title }}", "template-injection"),
        ("pull_request:", "pull_request_target:", "dangerous-triggers"),
        ("          persist-credentials: false\n", "          fetch-depth: 0\n", "artipacked"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
    ],
)
def test_a_planted_way_to_abuse_a_workflow_is_noticed(old: str, new: str, name: str, tmp_path: Path) -> None:
    planted(tmp_path, changed(old, new))
    assert f"[{name}]" in "\n".join(by_zizmor(tmp_path))


@pytest.mark.parametrize(
    ("old", "new"), [("make check", "echo ${{ steps.nowhere.outputs.x }}"), ("runs-on: ubuntu-24.04", "needs: nobody")]
)
def test_a_planted_wrong_expression_is_noticed(old: str, new: str, tmp_path: Path) -> None:
    if actionlint() is None:
        pytest.skip("there is no Go here that builds actionlint")
    planted(tmp_path, changed(old, new))
    assert "planted.yml" in "\n".join(by_actionlint(tmp_path))


@pytest.mark.parametrize(
    "line",
    [
        "FROM python:latest\n",
        "FROM python:3.11-slim-bookworm\nRUN apt-get install curl\n",
        "FROM python:3.11-slim-bookworm\nRUN cd /tmp && sudo make\n",
        "FROM python:3.11-slim-bookworm\nADD context /context\nCMD poon run\n",
    ],
)
def test_a_planted_bad_line_of_a_dockerfile_is_noticed(line: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(line)
    hadolint = str(Path(sys.executable).with_name("hadolint"))
    assert subprocess.run([hadolint, str(tmp_path / "Dockerfile")], capture_output=True, check=False).returncode != 0
