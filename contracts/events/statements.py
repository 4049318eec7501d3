"""Events of the area *statements*."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.base import Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.statements import AccountSums, ColumnMeaning, Count, Number, RowResult, StatementTotals
from contracts.values import Sha256

FileKind = Annotated[str, Field(pattern=r"^[a-z0-9]{1,16}$", examples=["csv"])]


class StatementSurveyed(Event):
    """A statement was read, and its rows wait to be recorded.

    Attributes:
        statement_id: the import.
        sha256: the file's identity.
        kind: csv, xlsx, json or ofx; a reader may meet a kind released after it.
        encoding: of the characters, where the format does not fix it.
        sheet: of an XLSX file.
        date_order: of dates that are three numbers: dmy, mdy or ymd.
        date_order_assumed: no row proves the order, so that it is the one usual in Thailand.
        columns: how each column was understood.
        rows: of the file, readable or not.
        unreadable: rows that cannot be read.
        chunks: in how many pieces they are recorded.
        accounts: the sums of the readable rows.
    """

    type: ClassVar[str] = "poon.statement.surveyed.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    sha256: Sha256
    kind: FileKind
    encoding: str | None = None
    sheet: str | None = None
    date_order: str | None = None
    date_order_assumed: bool = False
    columns: tuple[ColumnMeaning, ...] = ()
    rows: Count
    unreadable: Count
    chunks: Number
    accounts: tuple[AccountSums, ...] = ()


class StatementChunkImported(Event):
    """A chunk of a statement's rows is done: one result a row. Also tells how far the import is.

    Attributes:
        statement_id: the import.
        chunk: which one, from 1.
        chunks: how many there are.
        results: one a row, in the file's order.
        totals: of these rows.
        so_far: of all rows up to these.
    """

    type: ClassVar[str] = "poon.statement.recorded.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    chunk: Number
    chunks: Number
    results: tuple[RowResult, ...]
    totals: StatementTotals
    so_far: StatementTotals


class StatementImported(Event):
    """An import has ended.

    Attributes:
        statement_id: the import.
        complete: every row of the file has its result. Not so where an operator skipped or aborted the rest: what was
            recorded until then stays, and importing the file again records the rest.
        rows: of the file, readable or not.
        totals: what became of the rows.
        sums_agree: whether the sums over the results equal those of the file's readable rows.
        accounts: the sums of the file, and whether they agree with what it says of itself.
    """

    type: ClassVar[str] = "poon.statement.imported.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    complete: bool
    rows: Count
    totals: StatementTotals
    sums_agree: bool
    accounts: tuple[AccountSums, ...] = ()


class StatementRejected(CommandRejected):
    """The statement cannot be read or recorded."""

    type: ClassVar[str] = "poon.statement.rejected.v1"
    area: ClassVar[str] = "statements"


class StatementFailed(CommandFailed):
    """The fleet could not read or record the statement."""

    type: ClassVar[str] = "poon.statement.failed.v1"
    area: ClassVar[str] = "statements"
