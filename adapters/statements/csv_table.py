"""CSV: lines of bounded length, records by the standard library, and a wrong quote costs its own line only."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import IO, Final

from adapters.statements.encoding import decoded
from adapters.statements.limits import Limits
from adapters.statements.records import Cell, Record, Unusable
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

DELIMITERS: Final = (",", ";", "\t", "|")
_QUOTE: Final = '"'


class CsvTable:
    """A text file whose encoding and delimiter are known."""

    def __init__(self, file: IO[bytes], encoding: str, delimiter: str, limits: Limits) -> None:
        self._file = file
        self._encoding = encoding
        self._delimiter = delimiter
        self._limits = limits

    def records(self) -> Iterator[Record]:
        source = _Source(numbered_lines(decoded(self._file, self._encoding), self._limits), self._limits)
        parser = self._parser(source)
        while True:
            try:
                cells = next(parser)
            except StopIteration:
                return
            except csv.Error:
                number = source.retreat()
                parser = self._parser(source)  # the old one is still within the quote
                yield Record(number, (), "a quote is not closed, or is followed by more than the delimiter")
                continue
            yield self._record(source.first, cells)
            source.taken.clear()

    def _parser(self, source: _Source) -> Iterator[list[str]]:
        return csv.reader(source, delimiter=self._delimiter, strict=True, skipinitialspace=True)

    def _record(self, number: int, cells: list[str]) -> Record:
        if len(cells) > self._limits.columns:
            return Record(number, (), f"more than {self._limits.columns} cells")
        return Record(number, [_cell(cell) for cell in cells])


class _Source:
    """Hands out lines and remembers those of the record at hand, to go back to when it turns out to be none."""

    def __init__(self, lines: Iterator[tuple[int, str]], limits: Limits) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str]] = deque()
        self._limits = limits
        self.taken: list[tuple[int, str]] = []
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self.taken:
            self._characters = 0
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._characters += len(line[1])
        if len(self.taken) > self._limits.record_lines or self._characters > self._limits.line:
            raise csv.Error("a record without an end")
        return line[1]

    @property
    def first(self) -> int:
        """The number of the record's first line."""
        return self.taken[0][0]

    def retreat(self) -> int:
        """Give up the record's first line, return its number, and hand out the lines behind it once more."""
        number = self.first
        self._again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()
        return number


def numbered_lines(texts: Iterator[str], limits: Limits) -> Iterator[tuple[int, str]]:
    """The lines with their ends, whichever of the three kinds of line end the file has.

    Raises:
        StatementError: statement_unreadable: a line is longer than any bank's.
    """
    translate = io.IncrementalNewlineDecoder(None, translate=True)
    number, rest = 1, ""
    for text in texts:
        lines = (rest + translate.decode(text)).split("\n")
        rest = lines.pop()
        for line in lines:
            yield number, _bounded(line, number, limits) + "\n"
            number += 1
        _bounded(rest, number, limits)
    rest += translate.decode("", final=True)
    if rest:
        yield number, rest


def _bounded(line: str, number: int, limits: Limits) -> str:
    if len(line) > limits.line:
        reason = f"line {number} has more than {limits.line} characters"
        raise StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="file")
    return line


def _cell(text: str) -> Cell:
    """A text. `="0012"` is how programs keep Excel from dropping zeros; any other formula has no value here."""
    stripped = text.strip()
    if not stripped.startswith("="):
        return text
    inner = stripped[1:]
    if len(inner) > 1 and inner[0] == inner[-1] == _QUOTE and _QUOTE not in inner[1:-1]:
        return inner[1:-1]
    return Unusable("a formula, which is never evaluated", text)
