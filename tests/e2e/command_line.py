"""`poon` typed beside a fleet, within this process: starting one takes longer than what most commands do.

That the program itself starts, is told its settings by its environment and ends with its code is seen by the fleets,
and where a command is carried out as a process all the same.
"""

import os
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from workers.entrypoints.cli import app


class Typed(NamedTuple):
    """What a command left behind, named as of a process."""

    returncode: int
    stdout: str
    stderr: str


def poon(folder: Path, *arguments: str, given: str = "", settings: Mapping[str, str] | None = None) -> Typed:
    """Carry out a command in a data folder, with no other setting but those given.

    Raises:
        Exception: that nobody handled; a process would have ended with its traceback.
    """
    others = dict.fromkeys(name for name in os.environ if name.startswith("POON_"))
    with chdir(folder):
        result = CliRunner().invoke(
            app, arguments, input=given, env={**others, "POON_DATA_DIR": str(folder), **(settings or {})}
        )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Typed(result.exit_code, result.stdout, result.stderr)
