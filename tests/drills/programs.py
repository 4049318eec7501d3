"""`poon` as an operator runs it: a process for each command, with its own environment, output and exit code.

The processes are forked from one that has loaded the program already. Loading it takes seconds, on a busy machine a
minute, and would be most of what is measured; it is no part of what a drill is about.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

COMMAND_SECONDS: Final = 240.0
_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "workers.entrypoints.cli",
        "workers.entrypoints.doctor.checks",
        "workers.entrypoints.dead_letter_work",
        "workers.entrypoints.story_work",
        "workers.entrypoints.top.looking",
    ]
)


class Said(NamedTuple):
    """How a command ended, and what it wrote."""

    exit_code: int
    output: str
    errors: str


def poon(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Said:
    """Run a command in a folder; blocks.

    Raises:
        TimeoutError: it does not end.
    """
    with TemporaryDirectory() as written:
        output, errors = Path(written, "output"), Path(written, "errors")
        for path in (output, errors):
            path.touch()
        process = _CONTEXT.Process(target=_run, args=(list(arguments), dict(environment), folder, output, errors))
        process.start()
        process.join(COMMAND_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"poon {' '.join(arguments)} does not end")
        return Said(process.exitcode, output.read_text(), errors.read_text())


def _run(arguments: list[str], environment: dict[str, str], folder: Path, output: Path, errors: Path) -> None:
    """The new process: it becomes what a shell would have started."""
    for name in [name for name in os.environ if name.startswith("POON_")]:
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(folder)
    for path, descriptor in ((output, 1), (errors, 2)):
        os.dup2(os.open(path, os.O_WRONLY), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["poon", *arguments]
    from workers.entrypoints.cli import main  # noqa: PLC0415

    main()
