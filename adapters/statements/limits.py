"""How much of anything a statement may have, so that no file takes more memory or time than a real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """All of them; tests use smaller ones.

    Attributes:
        file_bytes: of the file as it comes.
        inflated_bytes: of all parts of an XLSX file that are read.
        inflation: times a part of more than a mebibyte may grow by inflating. Real sheets grow 10 to 50 times.
        directory_bytes: of a zip archive's list of its files.
        buffered_bytes: kept in memory before a temporary file is used.
        line: characters of a line.
        record_lines: lines of one CSV record, that is line breaks within its quotes.
        columns: cells of a row.
        cell: characters of a cell, as in Excel.
        silent_bytes: that a parser may take without finding anything, for instance within one endless string.
        rows: of the file that are not empty.
        preamble: records before the header.
        accounts: different ones in one file.
        depth: of nested JSON.
    """

    file_bytes: int = 32 * _MIB
    inflated_bytes: int = 256 * _MIB
    inflation: int = 200
    directory_bytes: int = _MIB
    buffered_bytes: int = _MIB
    line: int = 65_536
    record_lines: int = 64
    columns: int = 256
    cell: int = 32_767
    silent_bytes: int = _MIB
    rows: int = 1_000_000
    preamble: int = 100
    accounts: int = 100
    depth: int = 32

    def check_rows(self, count: int) -> None:
        """Refuse a file of too many rows.

        Raises:
            StatementError: statement_too_large.
        """
        if count > self.rows:
            reason = f"the file has more than {self.rows} rows"
            raise StatementError(ErrorCode.STATEMENT_TOO_LARGE, reason, field="file")


LIMITS: Final = Limits()
CHUNK: Final = 65_536
"""Bytes that are read at a time."""
