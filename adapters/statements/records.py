"""What every table gives, whatever its format: records of cells, from the beginning as often as asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Context, Decimal
from typing import Final, Protocol

from contracts.errors import ErrorCode

_DIGITS_OF_A_FLOAT: Final = 15
_MAGNITUDE: Final = 30


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that has no value: a formula, or an error of the spreadsheet.

    Attributes:
        reason: why not.
        text: as it stands in the file.
    """

    reason: str
    text: str


Cell = str | Decimal | datetime | date | time | Unusable


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a table.

    Attributes:
        number: for people: of the line, the sheet's row or the item, from 1.
        problem: why it could not be taken apart; then it has no cells.
    """

    number: int
    cells: Sequence[Cell]
    problem: str | None = None


class Table(Protocol):
    """A source of records."""

    def records(self) -> Iterator[Record]:
        """All records, from the first one.

        Raises:
            StatementError: the file is damaged or beyond a limit.
        """
        ...


class RowFaultError(Exception):
    """A field of a row cannot be read; never leaves the adapter."""

    def __init__(self, field: str, reason: str, code: ErrorCode = ErrorCode.STATEMENT_ROW_INVALID) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.code = code


def cell_at(cells: Sequence[Cell], place: int | None) -> Cell:
    """The cell at a place; lines may break off before it, and not every table has every column."""
    return "" if place is None or place >= len(cells) else cells[place]


def text_of(cell: Cell | None) -> str:
    """The cell as people read it, without blanks around it."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case Decimal():
            return format(cell, "f")
        case Unusable():
            return cell.text.strip()
        case datetime():
            return cell.isoformat(" ")
        case _:
            return cell.isoformat()


def exact(text: str) -> Decimal:
    """A number as the program that wrote it showed it: binary floats keep 15 digits, what follows is noise.

    Raises:
        ArithmeticError: the text is no number, or one that money never is.
    """
    number = Context(prec=_DIGITS_OF_A_FLOAT).create_decimal(text)
    if not number.is_finite() or (number and abs(number.adjusted()) > _MAGNITUDE):
        raise ArithmeticError("no number that money could be")
    return number
