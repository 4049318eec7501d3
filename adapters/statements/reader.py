"""The reader: takes a file in, tells its kind and its columns, and gives out its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO
from zoneinfo import ZoneInfo

from adapters.statements.csv_table import DELIMITERS, CsvTable
from adapters.statements.dates import Calendar
from adapters.statements.encoding import encoding_of
from adapters.statements.headings import heading_of
from adapters.statements.intake import kept, kind_of
from adapters.statements.json_table import JsonLists
from adapters.statements.limits import LIMITS, Limits
from adapters.statements.ofx import OfxRows
from adapters.statements.records import Table
from adapters.statements.rows import RowReader
from adapters.statements.survey import Understanding, survey
from adapters.statements.tally import Tally
from adapters.statements.xlsx_package import Package
from adapters.statements.xlsx_strings import SharedStrings
from adapters.statements.xlsx_table import Workbook, XlsxTable, opened
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError
from workers.ports.statements import (
    BadRow,
    Column,
    Statement,
    StatementHints,
    StatementKind,
    StatementLayout,
    StatementRow,
    StatementSummary,
)


class FileStatementReader:
    """`StatementReader` for CSV, XLSX, JSON, OFX and QFX."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits

    @contextmanager
    def open(self, chunks: Iterable[bytes], hints: StatementHints) -> Iterator[Statement]:
        with ExitStack() as stack:
            file = stack.enter_context(kept(chunks, self._limits))
            kind = kind_of(file)
            if kind is StatementKind.XLSX:
                package = Package(file, self._limits)
                strings = stack.enter_context(SharedStrings(package, self._limits))
                yield self._xlsx(opened(package, strings, self._limits), hints)
                return
            encoding = encoding_of(file)
            match kind:
                case StatementKind.OFX:
                    yield self._ofx(file, encoding, hints)
                case StatementKind.JSON:
                    yield self._json(file, encoding, hints)
                case StatementKind.CSV:
                    yield self._csv(file, encoding, hints)

    def _ofx(self, file: IO[bytes], encoding: str, hints: StatementHints) -> Statement:
        tally = Tally(self._limits)
        rows = OfxRows(file, encoding, hints, tally, self._limits)
        return _Statement(StatementLayout(StatementKind.OFX, encoding=encoding), rows.rows(), tally)

    def _json(self, file: IO[bytes], encoding: str, hints: StatementHints) -> Statement:
        lists = JsonLists(file, encoding, self._limits)
        places = [place for place, names in lists.names.items() if heading_of(names)]
        if len(places) != 1:
            how = "no list" if not places else "more than one list"
            reason = f"the file has {how} of objects whose names tell a date and an amount"
            raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="header")
        found = _Found(StatementKind.JSON, lists.table(places[0]), encoding=encoding)
        return self._table(found, hints)

    def _csv(self, file: IO[bytes], encoding: str, hints: StatementHints) -> Statement:
        """By the delimiter with which a header shows the most columns; a comma in a preamble misleads nobody."""
        tables = {delimiter: CsvTable(file, encoding, delimiter, self._limits) for delimiter in DELIMITERS}
        known = {delimiter: _known_columns(table, self._limits) for delimiter, table in tables.items()}
        best = max(DELIMITERS, key=lambda delimiter: known[delimiter])
        return self._table(_Found(StatementKind.CSV, tables[best], encoding=encoding, delimiter=best), hints)

    def _xlsx(self, workbook: Workbook, hints: StatementHints) -> Statement:
        tables = {sheet.name: XlsxTable(workbook, sheet, self._limits) for sheet in workbook.sheets}
        if hints.sheet is not None:
            tables = {name: table for name, table in tables.items() if name == hints.sheet}
        else:
            tables = {name: table for name, table in tables.items() if _known_columns(table, self._limits)}
        if len(tables) != 1:
            raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, _which_sheet(tables, hints), field="sheet")
        ((name, table),) = tables.items()
        return self._table(_Found(StatementKind.XLSX, table, sheet=name), hints)

    def _table(self, found: _Found, hints: StatementHints) -> Statement:
        calendar = Calendar(hints.reference, ZoneInfo(hints.time_zone))
        understood = survey(found.table, hints, calendar, self._limits)
        tally = Tally(self._limits)
        rows = _rows(found.table, understood, RowReader(understood, hints, calendar, tally))
        return _Statement(_layout(found, understood), rows, tally)


@dataclass(frozen=True, slots=True)
class _Found:
    """A table in its file."""

    kind: StatementKind
    table: Table
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


class _Statement:
    """`Statement`."""

    def __init__(self, layout: StatementLayout, rows: Iterator[StatementRow | BadRow], tally: Tally) -> None:
        self.layout = layout
        self._rows = rows
        self._tally = tally

    def rows(self) -> Iterator[StatementRow | BadRow]:
        for row in self._rows:
            self._tally.take(row)
            yield row

    def summary(self) -> StatementSummary:
        return self._tally.summary()


def _rows(table: Table, understood: Understanding, reader: RowReader) -> Iterator[StatementRow | BadRow]:
    records = table.records()
    for record in islice(records, understood.header - 1):
        reader.preamble(record)
    next(records)
    for record in records:
        if row := reader.row(record):
            yield row


def _known_columns(table: Table, limits: Limits) -> int:
    """How many columns of a table's header are understood; 0 without a header.

    A header that contradicts itself counts: its own error says more than that there is none.
    """
    for record in islice(table.records(), limits.preamble):
        try:
            found = heading_of(record.cells)
        except StatementError:
            return len(record.cells)
        if found:
            return sum(meaning is not None for meaning in found.meanings)
    return 0


def _which_sheet(tables: dict[str, XlsxTable], hints: StatementHints) -> str:
    if hints.sheet is not None:
        return "there is no visible sheet of the name that was given"
    if tables:
        return f"{len(tables)} sheets hold transactions; say which one is meant"
    return "no visible sheet has a header that names a date and an amount"


def _layout(found: _Found, understood: Understanding) -> StatementLayout:
    heading = understood.heading
    return StatementLayout(
        kind=found.kind,
        encoding=found.encoding,
        delimiter=found.delimiter,
        sheet=found.sheet,
        header=understood.header_number or None,
        columns=tuple(Column(*pair) for pair in zip(heading.names, heading.meanings, strict=True)),
        date_order=understood.order,
        date_order_assumed=understood.order_assumed,
        positive=understood.positive,
        positive_because=understood.positive_because,
    )
