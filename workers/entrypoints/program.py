"""How a person types this program."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "poon"


def program() -> str:
    """The name of this program as it can be typed where it was started."""
    return typed_name(Path(sys.argv[0]).absolute(), Path.cwd(), is_on_path=shutil.which(NAME) is not None)


def typed_name(executable: Path, folder: Path, *, is_on_path: bool) -> str:
    """The plain name where the shell finds it, else the path from the folder (`.venv/bin/poon` in a checkout)."""
    if is_on_path or executable.name != NAME:
        return NAME
    inside = executable.is_relative_to(folder)
    return str(executable.relative_to(folder) if inside else executable)
