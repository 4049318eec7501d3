"""How the program is typed."""

from pathlib import Path

import pytest

from workers.entrypoints.program import typed_name

CHECKOUT = Path("/somewhere/poon")


@pytest.mark.parametrize(
    ("executable", "is_on_path", "typed"),
    [
        (CHECKOUT / ".venv/bin/poon", False, ".venv/bin/poon"),
        (CHECKOUT / ".venv/bin/poon", True, "poon"),
        (Path("/opt/fleet/bin/poon"), False, "/opt/fleet/bin/poon"),
        (CHECKOUT / "workers/entrypoints/cli.py", False, "poon"),
    ],
)
def test_hints_name_what_can_be_typed(executable: Path, is_on_path: bool, typed: str) -> None:  # noqa: FBT001  a case
    assert typed_name(executable, CHECKOUT, is_on_path=is_on_path) == typed
