"""The official parser judges the AsyncAPI document."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
CHECK = ROOT / "infra" / "tools" / "asyncapi" / "check.sh"
SCHEMAS = ROOT / "contracts" / "schemas"

pytestmark = pytest.mark.integration

needs_node = pytest.mark.skipif(
    shutil.which("node") is None and not os.environ.get("CI"),
    reason="Node.js is not installed; CI insists on it",
)


def check(*documents: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CHECK), *map(str, documents)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def copied(folder: Path) -> Path:
    """The document and what it refers to, to plant errors in."""
    shutil.copytree(SCHEMAS / "json", folder / "json")
    return Path(shutil.copy(SCHEMAS / "asyncapi.yaml", folder))


@needs_node
def test_the_official_parser_takes_the_document() -> None:
    result = check(SCHEMAS / "asyncapi.yaml")
    assert result.returncode == 0, result.stderr
    assert "valid AsyncAPI 3.0.0, 25 channels, 24 operations, 73 messages" in result.stdout


def replace(old: str, new: str) -> Callable[[Path], None]:
    def plant(document: Path) -> None:
        text = document.read_text(encoding="utf-8")
        assert old in text
        document.write_text(text.replace(old, new, 1), encoding="utf-8")

    return plant


def spoil_a_schema(document: Path) -> None:
    replace('"type": "object"', '"type": "objekt"')(document.parent / "json" / "poon.text.parse.v1.json")


PLANTED: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "a misspelt action": (
        replace("action: receive", "action: recieve"),
        "operations.receiveReceiptsCommands.action",
    ),
    "a missing schema": (
        replace("./json/poon.text.parse.v1.json", "./json/poon.text.parse.v9.json"),
        "poon.text.parse.v9.json",
    ),
    "a channel that is none": (replace("#/channels/textsEvents", "#/channels/textsEvnts"), "textsEvnts"),
    "a reply that is none": (
        replace("#/channels/replies/messages/poon.text.parsed.v1", "#/channels/replies/messages/x"),
        "replies/messages/x",
    ),
    "a schema that is none": (spoil_a_schema, '"type" property must be equal to one of the allowed values'),
}


class Verdict(NamedTuple):
    """What the parser made of one document."""

    valid: bool
    errors: str


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """What it makes of each planted error; asked once, as it is up and warm only after seconds."""
    documents = {name: copied(tmp_path_factory.mktemp("planted")) for name in PLANTED}
    for name, document in documents.items():
        PLANTED[name][0](document)
    result = check(*documents.values())
    assert result.returncode == 1
    return {name: verdict(result, document) for name, document in documents.items()}


def verdict(result: subprocess.CompletedProcess[str], document: Path) -> Verdict:
    errors = [line for line in result.stderr.splitlines() if line.startswith(f"{document}: error: ")]
    return Verdict(f"{document}: valid" in result.stdout, "\n".join(errors).replace(str(document), ""))


@needs_node
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_named(verdicts: Mapping[str, Verdict], name: str) -> None:
    assert not verdicts[name].valid
    assert PLANTED[name][1] in verdicts[name].errors


@pytest.fixture
def without_node(tmp_path: Path) -> str:
    """A PATH with what the script itself needs, and no Node.js."""
    for program in ("sh", "dirname"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / program).symlink_to(found)
    return str(tmp_path)


def test_without_node_the_check_is_skipped_at_ones_desk(without_node: str) -> None:
    result = check(SCHEMAS / "asyncapi.yaml", PATH=without_node, CI="")
    assert result.returncode == 0
    assert "skipped: install Node.js" in result.stderr


def test_without_node_the_check_fails_in_ci(without_node: str) -> None:
    result = check(SCHEMAS / "asyncapi.yaml", PATH=without_node, CI="true")
    assert result.returncode == 1
    assert "required in CI" in result.stderr
