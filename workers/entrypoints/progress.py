"""Shows progress: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workers.entrypoints.output import console

_PLAIN_STEPS = 4


class ProgressView(Protocol):
    """Told how far it is."""

    def update(self, done: int, total: int) -> None:
        """So many of so many are done; the total may grow."""
        ...


@contextmanager
def shown_progress(what: str) -> Iterator[ProgressView]:
    """A view of progress for this output."""
    out = console()
    if not out.is_terminal:
        yield PlainProgress(out, what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        yield _Bar(bar, what)


class PlainProgress:
    """A line whenever another quarter is done."""

    def __init__(self, out: Console, what: str) -> None:
        self._out = out
        self._what = what
        self._steps = 0

    def update(self, done: int, total: int) -> None:
        steps = done * _PLAIN_STEPS // total if total else 0
        if steps > self._steps:
            self._steps = steps
            self._out.print(f"{done}/{total} {self._what}", markup=False)


class _Bar:
    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None)

    def update(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)
