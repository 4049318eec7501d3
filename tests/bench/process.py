"""A contender's process: started for one round, its output in a file, ended with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.contenders import Contender
from tests.bench.round import Round
from tests.services.processes import ServiceProcess

LOG: Final = "output.log"


@contextmanager
def running(contender: Contender, about: Round, folder: Path, *, profile: bool = False) -> Iterator[ServiceProcess]:
    """The contender at work, for the length of a `with`; the folder is its working directory."""
    command = contender.command(folder / "profile.out" if profile else None)
    process = ServiceProcess(command, folder / LOG, environment=contender.environment(about))
    try:
        yield process
    finally:
        process.stop()
