"""Prints for people (tables and colour on a terminal) and for scripts (JSON)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 200


def console() -> Console:
    """Standard output. Made anew each time, so that it follows a redirected stream."""
    return _console(stderr=False)


def error_console() -> Console:
    """Standard error."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _WIDTH_WITHOUT_TERMINAL
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=not stream.isatty())


def say(text: str | Text) -> None:
    """One line on standard output. Square brackets in plain text are text, not markup."""
    console().print(text, markup=False)


def complain(text: str) -> None:
    """One line on standard error."""
    error_console().print(Text("error: ", style="bold red") + Text(text))


def say_json(value: object) -> None:
    """One JSON value on one line."""
    sys.stdout.write(json_text(value) + "\n")
    sys.stdout.flush()


def json_text(value: object) -> str:
    """The value as JSON on one line."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], right: Sequence[str] = ()) -> Table:
    """A table; columns named in `right` are aligned right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
