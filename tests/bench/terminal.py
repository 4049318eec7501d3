"""What every experiment tells people while it runs, and where it leaves what it found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from adapters.clock import SystemClock
from tests.bench.report import write_json

# Wide enough for the tables also where the output goes to a file.
CONSOLE: Final = Console(width=max(Console().width, 120))


@contextmanager
def folder(wanted: Path | None, *, profile: bool = False) -> Iterator[Path]:
    """Where the contenders' logs go: a folder that is kept when asked for, or when there will be profiles in it."""
    if wanted is None and not profile:
        with tempfile.TemporaryDirectory(prefix="poon-bench-") as temporary:
            yield Path(temporary)
        return
    kept = (wanted or Path("build/bench") / f"profile-{_now():%Y%m%dT%H%M%SZ}").absolute()
    CONSOLE.print(f"logs and profiles: {kept}", soft_wrap=True)
    yield kept


def write(name: str, content: dict[str, object]) -> None:
    """Leave everything measured in a file, and say where."""
    CONSOLE.print(f"written to {write_json(name, _now(), content)}", soft_wrap=True)


def tell(line: str) -> None:
    """Say what is going on."""
    CONSOLE.print(f"[dim]{line}[/dim]", highlight=False)


def _now() -> datetime:
    return SystemClock().now()
