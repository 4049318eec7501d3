"""Commands of the area *workflows*."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import Field

from contracts.base import Command
from contracts.commands.insights import Budgets
from contracts.money import Currency
from contracts.spending import Reason
from contracts.statements import AccountNumber, MoneyDirection, SheetName, StatementFile
from contracts.values import (
    DEFAULT_TIME_ZONE,
    MEDIUM_CONFIDENCE,
    Confidence,
    Image,
    MonthName,
    PaymentMethod,
    PlainText,
    TimeZoneName,
)

Operator = Annotated[PlainText, Field(max_length=200)]
StepName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", examples=["record"])]
Token = Annotated[str, Field(pattern=r"^[!-~]{1,100}$", examples=["3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11"])]

LEAST_CONFIDENCE: Final = Confidence(MEDIUM_CONFIDENCE)
"""What a receipt must at least be read with to be recorded without a person, unless the command says otherwise."""


class ProcessReceipt(Command):
    """Read the image of a receipt or slip and record what it tells. Answered by WorkflowStarted.

    The workflow goes on behind the answer and ends in WorkflowCompleted or WorkflowCompensated, which carry the
    correlation id of this command.

    Attributes:
        image: inline (at most 512 KiB) or by reference (at most 10 MiB).
        reference_date: the day the picture was sent, against which two-digit years are understood, and the date of a
            receipt without one; the command's own date in `time_zone` when left out.
        time_zone: the IANA time zone receipts' dates and times are meant in.
        default_currency: for a total without a currency.
        min_confidence: a receipt that is read with less is not recorded.
    """

    type: ClassVar[str] = "poon.receipt.process.v1"
    area: ClassVar[str] = "workflows"

    image: Image
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB
    min_confidence: Confidence = LEAST_CONFIDENCE


class ImportStatement(Command):
    """Record the spending that a bank's or a card's statement tells of. Answered by WorkflowStarted.

    The workflow goes on behind the answer: StatementChunkImported tells what became of each row, StatementImported the
    sums, and WorkflowCompleted or WorkflowCompensated end it. All carry the correlation id of this command.

    Attributes:
        file: inline (at most 512 KiB) or by reference (at most 32 MiB).
        reference_date: the day the file was made, against which two-digit years are understood; no row is later. The
            command's own date in `time_zone` when left out.
        time_zone: the IANA time zone the rows' dates and times are meant in.
        default_currency: of amounts whose currency the file does not tell.
        account: the account's number, where the file does not tell it: rows that are alike in the statements of two
            accounts are the same row unless the accounts are known to differ.
        positive: which way money of a positive amount went, where the file does not tell.
        sheet: the sheet of an XLSX file, where several hold rows.
        payment_method: how the rows were paid, for instance Credit Card for a card's statement.
    """

    type: ClassVar[str] = "poon.statement.import.v1"
    area: ClassVar[str] = "workflows"

    file: StatementFile
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB
    account: AccountNumber | None = None
    positive: MoneyDirection | None = None
    sheet: SheetName | None = None
    payment_method: PaymentMethod | None = None


class CloseMonth(Command):
    """Report on a month that is over. Answered by WorkflowStarted.

    The workflow goes on behind the answer: it freezes the month, analyses it, forecasts the next one and reports in
    MonthClosed. It ends in WorkflowCompleted or WorkflowCompensated; all carry the correlation id of this command.
    Entries of a closed month may still be recorded, corrected and deleted: closing it again reports what changed, under
    the next revision, or the same report once more where nothing did.

    Attributes:
        month: the month, for instance 2026-01.
        time_zone: the owner's IANA time zone, which tells when the month is over.
        budgets: at most fifty, one for a category and currency, for the analysis.
    """

    type: ClassVar[str] = "poon.month.close.v1"
    area: ClassVar[str] = "workflows"

    month: MonthName
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    budgets: Budgets = ()


class WorkflowAction(StrEnum):
    """What an operator may do to a workflow."""

    RESUME = "resume"
    SKIP = "skip"
    ABORT = "abort"


class SteerWorkflow(Command):
    """Have an operator's way with a workflow. Answered by WorkflowSteered.

    Attributes:
        workflow_id: the workflow, one of the envelope's owner.
        action: resume tries what a stuck workflow is stuck at once more; skip takes it for done; abort undoes what was
            done.
        by: who wants it.
        reason: why.
    """

    type: ClassVar[str] = "poon.workflow.steer.v1"
    area: ClassVar[str] = "workflows"

    workflow_id: UUID
    action: WorkflowAction
    by: Operator
    reason: Reason


class FireTimer(Command):
    """A workflow's timer is due. Sent by the fleet itself; answered by TimerFired.

    Attributes:
        workflow_id: whose timer it is.
        step: the step it was set for.
        token: tells it from an older timer of the step, which is refused.
    """

    type: ClassVar[str] = "poon.timer.fire.v1"
    area: ClassVar[str] = "workflows"

    workflow_id: UUID
    step: StepName
    token: Token
