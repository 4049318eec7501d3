"""The sheets of an XLSX file as tables, read by pieces from the archive: one row at a time is held.

Values are taken as the spreadsheet last showed them. A formula is never evaluated: the value remembered with it counts,
and without one the cell has no value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from adapters.statements.limits import Limits
from adapters.statements.records import Cell, Record, Unusable, exact
from adapters.statements.xlsx_package import Package
from adapters.statements.xlsx_strings import SharedStrings
from adapters.statements.xlsx_styles import date_styles, moment_of
from adapters.statements.xml_events import parsed
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_WORKBOOK: Final = "xl/workbook.xml"
_LETTERS: Final = 26
_LAST_ROW: Final = 1_048_576
_VALUES: Final = frozenset({"v", "t"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its name, and its part in the archive."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """What all sheets share."""

    package: Package
    strings: SharedStrings
    dates: frozenset[int]
    since_1904: bool
    sheets: tuple[Sheet, ...]


def opened(package: Package, strings: SharedStrings, limits: Limits) -> Workbook:
    """Read what stands outside of the sheets.

    Raises:
        StatementError: the workbook is damaged or beyond a limit.
    """
    relations = package.relations(_WORKBOOK)
    sheets: list[Sheet] = []
    systems: list[bool] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            systems.append(attributes.get("date1904", "0") in {"1", "true"})
        elif tag == "sheet" and attributes.get("state", "visible") == "visible" and len(sheets) < limits.columns:
            relation = next((value for name, value in attributes.items() if name.endswith(" id")), "")
            if relation in relations:
                sheets.append(Sheet(attributes.get("name", ""), relations[relation]))

    for _ in parsed(package.part(_WORKBOOK), (start, _nothing, _nothing), limits):
        pass
    return Workbook(package, strings, date_styles(package, limits), any(systems), tuple(sheets))


class XlsxTable:
    """One sheet."""

    def __init__(self, workbook: Workbook, sheet: Sheet, limits: Limits) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._limits = limits

    def records(self) -> Iterator[Record]:
        rows = _Rows(self._workbook, self._limits)
        part = self._workbook.package.part(self._sheet.part)
        for _ in parsed(part, (rows.start, rows.end, rows.text), self._limits):
            while rows.done:
                yield rows.done.popleft()


class _Rows:
    """Puts cells and rows together from the parser's events."""

    def __init__(self, workbook: Workbook, limits: Limits) -> None:
        self._workbook = workbook
        self._limits = limits
        self.done: deque[Record] = deque()
        self._number = 0
        self._cells: list[Cell] = []
        self._problem: str | None = None
        self._column = 0
        self._type = "n"
        self._style = 0
        self._formula = False
        self._reading = False
        self._value: list[str] = []
        self._size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _VALUES:
            self._reading = True
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._number = _row_number(attributes.get("r"), self._number)
            self._cells, self._problem, self._column = [], None, 0

    def text(self, text: str) -> None:
        if self._reading and self._size <= self._limits.cell:
            self._value.append(text)
            self._size += len(text)

    def end(self, tag: str) -> None:
        if tag in _VALUES:
            self._reading = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self.done.append(Record(self._number, () if self._problem else self._cells, self._problem))
            self._cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._column = _column(attributes.get("r", ""), self._column + 1)
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isascii() and style.isdigit() and len(style) < len("100000") else 0
        self._formula = False
        self._value, self._size = [], 0

    def _end_cell(self) -> None:
        text = "".join(self._value)
        if not text and not self._formula:
            return
        if self._column > self._limits.columns:
            self._problem = f"more than {self._limits.columns} cells"
            return
        if self._size > self._limits.cell:
            self._problem = f"a cell of more than {self._limits.cell} characters"
            return
        self._cells.extend([""] * (self._column - 1 - len(self._cells)))
        self._cells.append(self._cell(text))

    def _cell(self, text: str) -> Cell:
        if not text:
            return Unusable("a formula without a remembered value", "=")
        match self._type:
            case "s":
                return self._shared(text)
            case "n":
                return self._numeric(text)
            case "e":
                return Unusable("an error of the spreadsheet", text)
            case _:
                return text

    def _shared(self, text: str) -> Cell:
        try:
            return self._workbook.strings[int(text)]
        except (ValueError, IndexError):
            return Unusable("a text that the workbook lacks", text)

    def _numeric(self, text: str) -> Cell:
        try:
            number = exact(text)
        except ArithmeticError:
            return Unusable("no number", text)
        return self._moment(number) if self._style in self._workbook.dates else number

    def _moment(self, number: Decimal) -> Cell:
        moment = moment_of(number, since_1904=self._workbook.since_1904)
        return Unusable("no day of the calendar", format(number, "f")) if moment is None else moment


def _row_number(text: str | None, before: int) -> int:
    if text is None:
        return before + 1
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_ROW)) and 0 < int(text) <= _LAST_ROW):
        raise StatementError(ErrorCode.STATEMENT_UNREADABLE, "the sheet has a row without a number", field="file")
    return int(text)


def _column(reference: str, expected: int) -> int:
    """The number of a column, from 1, by a cell's reference such as AB12."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number or expected


def _nothing(*_: object) -> None:
    """An event nobody needs."""
