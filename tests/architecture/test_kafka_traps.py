"""docs/kafka-client-traps.md names tests that exist, at least one for each trap."""

import ast
import re
from functools import cache

import pytest

from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "kafka-client-traps.md").read_text(encoding="utf-8")
COLUMNS = 4


def traps(page: str) -> list[tuple[str, list[str]]]:
    """What bites, and the tests named for it."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("| ")]
    return [
        (cells[0].strip(), re.findall(r"`([\w/]+\.py::\w+)`", cells[-1]))
        for cells in rows
        if len(cells) == COLUMNS and cells[0].strip() != "What bites"
    ]


@cache
def defined_in(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    if not path.exists():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def missing(page: str) -> list[str]:
    """Traps without a test, and tests that are not there."""
    found = traps(page)
    unguarded = [trap for trap, names in found if not names]
    return unguarded + [
        name
        for _, names in found
        for name in names
        if name.partition("::")[2] not in defined_in(name.partition("::")[0])
    ]


def test_every_trap_is_guarded_by_tests_that_exist() -> None:
    assert len(traps(PAGE)) >= 30
    assert missing(PAGE) == []


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("| It bites | yes | so | |", "It bites"),
        (
            "| It bites | yes | so | `unit/runtime/test_flow.py::test_nothing` |",
            "unit/runtime/test_flow.py::test_nothing",
        ),
        ("| It bites | yes | so | `unit/test_gone.py::test_x` |", "unit/test_gone.py::test_x"),
    ],
)
def test_a_trap_without_its_test_is_noticed(row: str, named: str) -> None:
    assert missing(f"{PAGE}{row}\n") == [named]
