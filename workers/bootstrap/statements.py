"""Wires the reader of statements."""

from __future__ import annotations

from adapters.statements.reader import FileStatementReader
from workers.ports.statements import StatementReader


def statement_reader() -> StatementReader:
    """The reader of every kind of statement."""
    return FileStatementReader()
