"""The image ships what may be shipped, and says what it ships."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.tools.delivery.licences import STATED, is_allowed, judged
from infra.tools.delivery.locked import LockError, shipped
from infra.tools.delivery.sbom import bill
from tests.architecture.tree import ROOT
from tests.delivery.plants import install, package

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(bill(shipped(), AT))
    return read


def test_every_package_of_the_image_has_a_licence_on_the_list() -> None:
    assert not [wrong for one in shipped() if (wrong := judged(one))]


@pytest.mark.parametrize(
    "said",
    [
        "License-Expression: AGPL-3.0-only",
        "License-Expression: MIT AND SSPL-1.0",
        "License: GPL-3.0-or-later",
        "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
        "License: see the file",
        "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: Other/Proprietary License",
    ],
)
def test_a_planted_licence_that_is_not_on_the_list_or_not_known_is_refused(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "planted", *said.splitlines())
    monkeypatch.syspath_prepend(tmp_path)
    allowed = "MIT License" in said
    assert (judged(package("planted")) is None) is allowed


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [("MIT", True), ("MIT OR GPL-3.0-only", True), ("MIT AND (GPL-2.0-only OR ISC)", True), ("GPL-2.0-only", False)],
)
def test_of_licences_joined_by_and_all_count_and_of_those_joined_by_or_one(expression: str, *, allowed: bool) -> None:
    assert is_allowed(expression) is allowed


def test_a_package_that_is_not_installed_as_locked_cannot_be_judged() -> None:
    assert "not installed" in str(judged(package("never-heard-of-it")))
    assert "is locked" in str(judged(package("idna", "0.1")))


def test_only_packages_of_the_image_are_stated_by_hand() -> None:
    assert set(STATED) <= {one.name for one in shipped()}


def test_the_bill_lists_every_locked_package_with_its_hashes_and_its_licence(document: dict[str, Any]) -> None:
    listed = {one["name"]: one for one in document["components"]}
    assert set(listed) == {"poon-contracts", *(one.name for one in shipped())}
    for one in shipped():
        component = listed[one.name]
        assert component["version"] == one.version
        assert {told["content"] for told in component["hashes"]} == set(one.hashes)
        assert component["licenses"]


def test_the_bill_says_what_needs_what(document: dict[str, Any]) -> None:
    needs = {one["ref"].partition("@")[0]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert any(ref.startswith("pkg:pypi/openvino@") for ref in needs["pkg:pypi/poon-workers"])
    # By an extra that is asked for.
    assert any(ref.startswith("pkg:pypi/psycopg-binary@") for ref in needs["pkg:pypi/psycopg"])
    reached, open_ends = set(), ["pkg:pypi/poon-workers"]
    while open_ends:
        name = open_ends.pop()
        reached.add(name)
        open_ends += [ref.partition("@")[0] for ref in needs[name] if ref.partition("@")[0] not in reached]
    assert reached == set(needs)


def test_the_same_commit_gives_the_same_bytes() -> None:
    command = [sys.executable, "-c", f"{IMPORTS}; print(bill(shipped(), datetime(2026, 1, 1, tzinfo=UTC)), end='')"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == bill(shipped(), AT)


IMPORTS = (
    "from datetime import UTC, datetime; from infra.tools.delivery.sbom import bill; "
    "from infra.tools.delivery.locked import shipped"
)


def test_a_planted_package_of_unknown_licence_has_no_place_in_the_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "planted", "License: see the file")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(LockError, match="licence is not known"):
        bill([package("planted")], AT)
