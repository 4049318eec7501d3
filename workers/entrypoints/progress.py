"""Shows progress: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workers.entrypoints.output import console

_PLAIN_STEPS = 4


class ProgressView(Protocol):
    """Told how far it is."""

    def update(self, done: int, total: int, note: str = "") -> None:
        """So many of so many are done; the note says what else there is to tell."""
        ...


@contextmanager
def shown_progress(what: str, out: Console | None = None) -> Iterator[ProgressView]:
    """A view of progress, on standard output unless another is given; told no number yet, it says that all starts."""
    out = out or console()
    if not out.is_terminal:
        yield PlainProgress(out, what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        yield BarProgress(bar, what)


class PlainProgress:
    """A line whenever another quarter is done."""

    def __init__(self, out: Console, what: str) -> None:
        self._out = out
        self._what = what
        self._steps = 0

    def update(self, done: int, total: int, note: str = "") -> None:
        steps = done * _PLAIN_STEPS // total if total else 0
        if steps > self._steps:
            self._steps = steps
            self._out.print(_told(done, total, self._what, note), markup=False)


class BarProgress:
    """A bar that moves."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._what = what
        self._task = bar.add_task("starting", total=None)

    def update(self, done: int, total: int, note: str = "") -> None:
        self._bar.update(self._task, completed=done, total=total, description=_told(done, total, self._what, note))


def _told(done: int, total: int, what: str, note: str) -> str:
    return f"{done}/{total} {what}{f', {note}' if note else ''}"
