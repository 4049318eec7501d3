"""A migration that runs after a release (`post_…`) takes away: it has to say which releases may still work.

A database carries the answer (`schema_floor`), and every release asks it before it works.
"""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

VERSIONS = ROOT / "adapters/database/migrations/versions"


def is_silent(code: str) -> bool:
    """Whether one of its two directions does not say from which release on the schema may be worked on."""
    functions = [each for each in ast.parse(code).body if isinstance(each, ast.FunctionDef)]
    says = {
        function.name
        for function in functions
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "works_from"
    }
    return not says >= {"upgrade", "downgrade"}


def silent(folder: Path) -> list[str]:
    return [path.name for path in sorted(folder.glob("post_*.py")) if is_silent(path.read_text())]


def test_migrations_that_take_away_say_who_may_still_work() -> None:
    assert silent(VERSIONS) == []


@pytest.mark.parametrize(
    ("up", "down", "found"),
    [
        ("works_from('0020')", "works_from('0014')", []),
        ("works_from('0020')", "pass", ["post_0020_planted.py"]),
        ("op.drop_table('kept')", "works_from('0014')", ["post_0020_planted.py"]),
    ],
)
def test_a_planted_one_that_does_not_say_is_noticed(tmp_path: Path, up: str, down: str, found: list[str]) -> None:
    (tmp_path / "post_0020_planted.py").write_text(f"def upgrade():\n    {up}\n\ndef downgrade():\n    {down}\n")
    assert silent(tmp_path) == found
