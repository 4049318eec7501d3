"""Reads statements from bytes the way the tests need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from adapters.statements.limits import LIMITS, Limits
from adapters.statements.reader import FileStatementReader
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError
from workers.ports.statements import BadRow, StatementHints, StatementLayout, StatementRow, StatementSummary

REFERENCE: Final = date(2026, 3, 2)
HINTS: Final = StatementHints(reference=REFERENCE)
PIECE: Final = 1000


@dataclass(frozen=True, slots=True)
class Read:
    """All of a small statement."""

    layout: StatementLayout
    rows: list[StatementRow]
    bad: list[BadRow]
    summary: StatementSummary


def read(data: bytes | str, hints: StatementHints = HINTS, limits: Limits = LIMITS) -> Read:
    """Read a whole file, handed over by small pieces."""
    content = data.encode() if isinstance(data, str) else data
    with FileStatementReader(limits).open(pieces(content), hints) as statement:
        found = list(statement.rows())
        return Read(
            statement.layout,
            [row for row in found if isinstance(row, StatementRow)],
            [row for row in found if isinstance(row, BadRow)],
            statement.summary(),
        )


def pieces(content: bytes, size: int = PIECE) -> Iterable[bytes]:
    return (content[place : place + size] for place in range(0, len(content), size))


def refused(data: bytes | str, hints: StatementHints = HINTS, limits: Limits = LIMITS) -> tuple[ErrorCode, str | None]:
    """The code and the field with which a file is refused."""
    try:
        read(data, hints, limits)
    except StatementError as error:
        return error.code, error.field
    raise AssertionError("the file was read")


def one(text: str) -> StatementRow:
    """The only row of a file."""
    found = read(text)
    assert not found.bad, found.bad
    (row,) = found.rows
    return row
