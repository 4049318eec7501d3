"""What stands beneath lines: whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.pictures.curves import Curve
from tests.pictures.words import fitted

DASH: Final = 16.0
"""How long a line's sample is."""
BEFORE_NAME: Final = 5.0
GAP: Final = 16.0
MOST_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A curve as it is drawn, and the name that is written."""

    curve: Curve
    name: str
    colour: str
    dashes: str

    def width(self, measure: Callable[[str], float]) -> float:
        """With the space behind it."""
        return DASH + BEFORE_NAME + measure(self.name) + GAP


@dataclass(frozen=True, slots=True)
class Legend:
    """Rows of entries.

    Attributes:
        rest: what is said instead of those for which there is no room; empty where there is.
    """

    rows: tuple[tuple[Entry, ...], ...]
    rest: str = ""


def legend(entries: Sequence[Entry], width: float, measure: Callable[[str], float]) -> Legend:
    """As many of them as fit into a few rows, in their order."""
    rows = list(_rows(entries, width, measure))
    if len(rows) <= MOST_ROWS:
        return Legend(tuple(map(tuple, rows)))
    rows = rows[:MOST_ROWS]
    rest = _rest(entries, rows)
    while rows[-1] and row_width(rows[-1], measure) + measure(rest) > width:
        rows[-1].pop()
        rest = _rest(entries, rows)
    return Legend(tuple(map(tuple, rows)), rest)


def short_name(name: str, width: float, measure: Callable[[str], float]) -> str:
    """A name that fits into a row of its own."""
    return fitted(name, width - DASH - BEFORE_NAME, measure)


def row_width(row: Sequence[Entry], measure: Callable[[str], float]) -> float:
    """With the space behind the last one."""
    return sum(entry.width(measure) for entry in row)


def _rows(entries: Sequence[Entry], width: float, measure: Callable[[str], float]) -> Iterator[list[Entry]]:
    row: list[Entry] = []
    used = 0.0
    for entry in entries:
        wide = entry.width(measure)
        if row and used + wide - GAP > width:
            yield row
            row, used = [], 0.0
        row.append(entry)
        used += wide
    yield row


def _rest(entries: Sequence[Entry], rows: Sequence[Sequence[Entry]]) -> str:
    return f"and {len(entries) - sum(map(len, rows))} more"
