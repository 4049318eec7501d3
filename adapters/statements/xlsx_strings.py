"""The texts of a workbook, which stand apart from its cells: kept in a temporary file, as there may be one a row."""

from __future__ import annotations

from array import array
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

from adapters.statements.limits import Limits
from adapters.statements.xlsx_package import Package
from adapters.statements.xml_events import parsed

_PART: Final = "xl/sharedStrings.xml"


class SharedStrings:
    """Texts by number. A context manager, since it keeps a file."""

    def __init__(self, package: Package, limits: Limits) -> None:
        """Read them all.

        Raises:
            StatementError: the part is damaged or beyond a limit.
        """
        self._limits = limits
        self._file = SpooledTemporaryFile(max_size=limits.buffered_bytes)  # noqa: SIM115  closed by __exit__
        self._ends = array("Q", [0])
        self._text: list[str] = []
        self._size = 0
        self._spoken = False
        try:
            if _PART in package:
                for _ in parsed(package.part(_PART), (self._start, self._end, self._characters), limits):
                    pass
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __getitem__(self, number: int) -> str:
        """The text of this number.

        Raises:
            IndexError: there is none.
        """
        if number < 0:
            raise IndexError(number)
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "t":
            self._spoken = True
        elif tag == "si":
            self._text, self._size = [], 0
        elif tag == "rPh":  # how a Japanese text is pronounced: not part of it
            self._size = self._limits.cell

    def _end(self, tag: str) -> None:
        if tag == "t":
            self._spoken = False
        elif tag == "si":
            self._file.write("".join(self._text).encode())
            self._ends.append(self._file.tell())

    def _characters(self, text: str) -> None:
        if self._spoken and self._size < self._limits.cell:
            self._text.append(text)
            self._size += len(text)
