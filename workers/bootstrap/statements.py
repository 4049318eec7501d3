"""Wires the reader of statements, and what an import works with."""

from __future__ import annotations

from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from workers.bootstrap.clients import statement_stores
from workers.config import Settings
from workers.handlers.statements import StatementTools
from workers.ports.computing import Computing
from workers.ports.mappings import UsualName
from workers.ports.sealing import ContentSeals
from workers.ports.statements import StatementReader

STATEMENTS_AT_ONCE: int = 4
"""Owners whose statements are worked on at a time: a chunk each, of which one transaction takes several."""


def statement_reader() -> StatementReader:
    """The reader of every kind of statement."""
    return FileStatementReader()


def statement_tools(
    settings: Settings, seals: ContentSeals, merchant_in: UsualName, computing: Computing
) -> StatementTools:
    """What the handlers of statements work with."""
    return StatementTools(
        reader=statement_reader(),
        files=statement_stores(settings, seals),
        occurrences=open_occurrences,
        merchant_in=merchant_in,
        computing=computing,
    )
