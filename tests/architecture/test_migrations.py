"""A migration keeps the release before working: it expands, or it takes away what a release that is out left unused.

`database.accept_newer_schema` rests on it, and with it every rolling update and every step back: migrations are applied
before the new release starts, while the one before is at work.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

VERSIONS = ROOT / "adapters/database/migrations/versions"
EXPANDING = sorted(VERSIONS.glob("pre_*.py"))
CONTRACTING = sorted(VERSIONS.glob("post_*.py"))
RELEASED = {path.name for path in (ROOT / "contracts/schemas/released").iterdir() if path.is_dir()}
TAKING = {"drop_column", "drop_table", "rename_table"}
"""A dropped index or constraint is missed by nobody who writes; what is gone or has another name is."""
TAKING_SQL = re.compile(
    r"\b(?:DROP\s+(?:TABLE|COLUMN|VIEW)|RENAME|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\S+\s+TYPE)\b", re.IGNORECASE
)
NARROWING = {"nullable=False", "type_", "new_column_name"}


def taken_away(code: str) -> Iterator[str]:
    """Operations that take something from the release before; stepping back may."""
    for function in ast.parse(code).body:
        if isinstance(function, ast.FunctionDef) and function.name == "downgrade":
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and _takes(call, call.func.attr):
                yield f"{call.func.attr} in line {call.lineno}"


def _takes(call: ast.Call, operation: str) -> bool:
    if operation == "add_column":
        # The release before inserts without it.
        return "nullable=False" in ast.unparse(call) and "server_default" not in ast.unparse(call)
    if operation == "alter_column":
        told = {keyword.arg for keyword in call.keywords} | {ast.unparse(keyword) for keyword in call.keywords}
        return bool(told & NARROWING)
    if operation == "execute":
        return TAKING_SQL.search(ast.unparse(call)) is not None
    return operation in TAKING


def unused_since(code: str) -> str | None:
    """The release that a contracting migration says left unused what it takes away."""
    for statement in ast.parse(code).body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == "UNUSED_SINCE" and isinstance(statement, ast.AnnAssign):
            return ast.literal_eval(statement.value) if statement.value else None
    return None


def refused(name: str, code: str) -> str | None:
    """Why a migration must not be released."""
    if name.startswith("pre_"):
        return ", ".join(taken_away(code)) or None
    since = unused_since(code)
    if since is None:
        return "does not say UNUSED_SINCE: Final = the release that left unused what it takes away"
    return None if since in RELEASED else f"{since} is not out: what it still uses would be taken from it"


def test_there_are_some() -> None:
    assert EXPANDING


def test_every_migration_says_which_of_the_two_it_is() -> None:
    assert {path.name for path in VERSIONS.glob("*.py")} == {
        "__init__.py",
        *(path.name for path in (*EXPANDING, *CONTRACTING)),
    }


@pytest.mark.parametrize("path", [*EXPANDING, *CONTRACTING], ids=lambda path: path.name)
def test_no_migration_takes_from_the_release_before(path: Path) -> None:
    assert refused(path.name, path.read_text()) is None


@pytest.mark.parametrize(
    "operation",
    [
        "op.drop_table('events')",
        "op.drop_column('events', 'type')",
        "op.rename_table('events', 'log')",
        "op.alter_column('events', 'type', new_column_name='kind')",
        "op.alter_column('events', 'type', nullable=False)",
        "op.alter_column('events', 'type', type_=sa.Integer())",
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=False))",
        "op.execute('ALTER TABLE events DROP COLUMN type')",
        "op.execute(sa.text('alter table events rename column type to kind'))",
        "op.execute('ALTER TABLE events ALTER COLUMN type SET NOT NULL')",
        "with op.batch_alter_table('events') as batch:\n        batch.drop_column('type')",
    ],
)
def test_a_planted_step_the_release_before_stumbles_over_is_noticed(operation: str) -> None:
    assert refused("pre_0099_planted.py", f"def upgrade():\n    {operation}\n")
    assert not refused("pre_0099_planted.py", f"def downgrade():\n    {operation}\n")


@pytest.mark.parametrize(
    "operation",
    [
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=True))",
        "op.add_column('events', sa.Column('kind', sa.Text(), nullable=False, server_default=''))",
        "op.alter_column('events', 'type', nullable=True)",
        "op.execute('UPDATE events SET kind = type')",
        "op.drop_index('ix_events')",
    ],
)
def test_what_the_release_before_does_not_notice_is_let_pass(operation: str) -> None:
    assert not refused("pre_0099_planted.py", f"def upgrade():\n    {operation}\n")


CONTRACT = "UNUSED_SINCE: Final = {release!r}\n\ndef upgrade():\n    op.drop_column('events', 'type')\n"


def test_what_a_release_that_is_out_left_unused_may_be_taken_away() -> None:
    assert not refused("post_0099_planted.py", CONTRACT.format(release=min(RELEASED)))


@pytest.mark.parametrize("release", ["99.0.0", ""])
def test_a_planted_expansion_and_contraction_in_the_same_release_is_refused(release: str) -> None:
    assert refused("post_0099_planted.py", CONTRACT.format(release=release))


def test_a_planted_contraction_that_does_not_say_since_when_is_refused() -> None:
    assert refused("post_0099_planted.py", "def upgrade():\n    op.drop_column('events', 'type')\n")
