"""Commands of the area *statements*: the steps of an import, sent by its workflow."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.base import Command
from contracts.money import Currency
from contracts.statements import (
    AccountNumber,
    AccountSums,
    Count,
    MoneyDirection,
    Number,
    SheetName,
    StatementFile,
    StatementTotals,
)
from contracts.values import DEFAULT_TIME_ZONE, PaymentMethod, TimeZoneName


class SurveyStatement(Command):
    """Read a statement, and put its rows down in chunks. Answered by StatementSurveyed.

    Attributes:
        statement_id: the import; the chunks are kept under it until CloseStatement.
        file: as in ImportStatement.
        reference_date: the day the file was made; the command's own date in `time_zone` when left out.
        time_zone: of the rows' dates and times.
        default_currency: of amounts whose currency the file does not tell.
        account: the account's number, where the file does not tell it.
        positive: which way money of a positive amount went, where the file does not tell.
        sheet: the sheet of an XLSX file.
        payment_method: how the rows were paid.
    """

    type: ClassVar[str] = "poon.statement.survey.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    file: StatementFile
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB
    account: AccountNumber | None = None
    positive: MoneyDirection | None = None
    sheet: SheetName | None = None
    payment_method: PaymentMethod | None = None


class ImportStatementChunk(Command):
    """Record the spending of one chunk of a statement's rows. Answered by StatementChunkImported.

    Attributes:
        statement_id: the import.
        chunk: which one, from 1.
        chunks: how many there are.
        so_far: what became of the rows of the chunks before.
        time_zone: of the rows' dates and times.
        payment_method: how the rows were paid.
    """

    type: ClassVar[str] = "poon.statement.record.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    chunk: Number
    chunks: Number
    so_far: StatementTotals = StatementTotals()
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    payment_method: PaymentMethod | None = None


class CloseStatement(Command):
    """Sum an import up and remove what it kept on its way. Answered by StatementImported.

    Attributes:
        statement_id: the import.
        rows: of the file, readable or not.
        accounts: the sums of the file.
        totals: what became of the rows.
    """

    type: ClassVar[str] = "poon.statement.close.v1"
    area: ClassVar[str] = "statements"

    statement_id: UUID
    rows: Count
    accounts: tuple[AccountSums, ...] = ()
    totals: StatementTotals = StatementTotals()
