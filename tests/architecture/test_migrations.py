"""Migrations that run before a release only add, so that the release before works on what they leave.

`database.accept_newer_schema` rests on it, and with it every rolling update and every step back.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT

BEFORE = sorted((ROOT / "adapters/database/migrations/versions").glob("pre_*.py"))
TAKING = {"drop_column", "drop_table", "rename_table"}
"""A dropped index or constraint is missed by nobody who writes; what is gone or has another name is."""


def taken_away(code: str) -> Iterator[str]:
    """Operations that take something from the release before; stepping back may."""
    for function in ast.parse(code).body:
        if isinstance(function, ast.FunctionDef) and function.name == "downgrade":
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                told = {keyword.arg for keyword in call.keywords}
                if call.func.attr in TAKING or (call.func.attr == "alter_column" and "new_column_name" in told):
                    yield f"{call.func.attr} in line {call.lineno}"
                if call.func.attr == "add_column" and "nullable=False" in ast.unparse(call) and not _is_filled(call):
                    yield f"add_column in line {call.lineno}: the release before cannot insert any more"


def _is_filled(call: ast.Call) -> bool:
    return "server_default" in ast.unparse(call)


def test_there_are_some() -> None:
    assert BEFORE


@pytest.mark.parametrize("name", [path.name for path in BEFORE])
def test_migrations_before_a_release_only_add(name: str) -> None:
    code = next(path for path in BEFORE if path.name == name).read_text()
    assert not list(taken_away(code))


@pytest.mark.parametrize(
    "operation",
    [
        "op.drop_table('events')",
        "op.drop_column('events', 'type')",
        "op.rename_table('events', 'log')",
        "op.alter_column('events', 'type', new_column_name='kind')",
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=False))",
    ],
)
def test_a_planted_step_the_release_before_stumbles_over_is_noticed(operation: str) -> None:
    assert list(taken_away(f"def upgrade():\n    {operation}\n"))
    assert not list(taken_away(f"def downgrade():\n    {operation}\n"))


@pytest.mark.parametrize(
    "operation",
    [
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=True))",
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=False, server_default=''))",
        "op.drop_index('ix_events')",
    ],
)
def test_what_the_release_before_does_not_notice_is_let_pass(operation: str) -> None:
    assert not list(taken_away(f"def upgrade():\n    {operation}\n"))
