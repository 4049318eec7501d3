"""`ProcessReceipt`: extract, record, and tell.

Nothing notifies but the end itself: WorkflowCompleted and WorkflowCompensated are what an owner is told by, and a step
that sent a command to tell the same would only add a way to fail.

A step that judges the category goes between the two as a group of its own; `record` finds what it ended in under its
name in `Facts.outcomes`.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import LEAST_CONFIDENCE, ProcessReceipt
from contracts.errors import ErrorCode
from contracts.events.receipts import ReceiptExtracted
from contracts.ids import derived_id
from contracts.spending import Source, SourceKind
from contracts.values import TransactionKind
from workers.domain.errors import RejectionError
from workers.domain.spending import local_date
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step

EXTRACT: Final = "extract"
RECORD: Final = "record"
NO_MERCHANT: Final = "-"
"""What an entry says of a receipt whose merchant cannot be read: an entry has one."""

_ENTRIES: Final = UUID("5c1d6b0e-90a4-5f7e-8a37-0f1b2c9d7e55").bytes
_EXTRACT_SECONDS: Final = 1_800.0
"""Longer than an attempt at a receipt may take with all its retries, and than a queue of them should be."""
_RECORD_SECONDS: Final = 600.0
_UNDO: Final = RetryRule(attempts=8, base_delay=5.0, max_delay=600.0)


def entry_id_of(workflow_id: UUID) -> UUID:
    """The id of the entry a workflow records: derived, so that all attempts mean the same entry."""
    return derived_id(_ENTRIES, str(workflow_id))


def _extract(facts: Facts) -> ExtractReceipt:
    start = facts.start
    if not isinstance(start, ProcessReceipt) or facts.sent_at is None:
        raise TypeError("the receipt is read from the command that begins the workflow")
    return ExtractReceipt(
        image=start.image,
        # Of the day it was sent, not of the day it comes to be recorded.
        reference_date=start.reference_date or local_date(facts.sent_at, start.time_zone),
        time_zone=start.time_zone,
        default_currency=start.default_currency,
    )


def _record(facts: Facts) -> RecordSpending:
    read, asked = _reading(facts)
    _refuse_unfit(read, facts)
    merchant = read.merchant_canonical or (read.merchant.value if read.merchant else NO_MERCHANT)
    return RecordSpending(
        entry_id=entry_id_of(facts.workflow_id),
        amount=read.total.value,
        merchant=merchant,
        spent_on=read.spent_on.value if read.spent_on else asked.reference_date,
        spent_at=read.spent_at.value if read.spent_at else None,
        time_zone=asked.time_zone,
        category=read.category.value,
        payment_method=read.payment_method.value if read.payment_method else None,
        confidence=read.confidence,
        processing_method=read.processing.method,
        source=Source(
            kind=SourceKind.RECEIPT,
            reference=read.reference.value if read.reference else read.image.sha256,
        ),
    )


def _reading(facts: Facts) -> tuple[ReceiptExtracted, ExtractReceipt]:
    read = facts.outcomes[EXTRACT]
    asked = next((command for command in facts.sent.values() if isinstance(command, ExtractReceipt)), None)
    if not isinstance(read, ReceiptExtracted) or asked is None:
        raise TypeError("an entry is made from what was read of a receipt")
    return read, asked


def _refuse_unfit(read: ReceiptExtracted, facts: Facts) -> None:
    if read.kind is not TransactionKind.PURCHASE:
        raise RejectionError(ErrorCode.NOT_A_PURCHASE, f"the receipt tells of a {read.kind}")
    least = (facts.started and facts.started.min_confidence) or LEAST_CONFIDENCE
    if read.confidence.value < least.value:
        reason = f"read with {read.confidence.value:g}, at least {least.value:g} is asked for"
        raise RejectionError(ErrorCode.LOW_CONFIDENCE, reason)


def _delete(facts: Facts) -> DeleteSpending:
    return DeleteSpending(
        entry_id=entry_id_of(facts.workflow_id),
        reason=f"the processing of its receipt was undone (workflow {facts.workflow_id})",
    )


def _recorded(facts: Facts) -> UUID | None:
    return entry_id_of(facts.workflow_id) if RECORD in facts.outcomes else None


PROCESS_RECEIPT: Final = Definition(
    name="process_receipt",
    starts_with=ProcessReceipt,
    groups=(
        (Step(EXTRACT, Leg(sends=ExtractReceipt, makes=_extract, timeout=_EXTRACT_SECONDS)),),
        (
            Step(
                RECORD,
                Leg(sends=RecordSpending, makes=_record, timeout=_RECORD_SECONDS),
                undo=Leg(
                    sends=DeleteSpending,
                    makes=_delete,
                    timeout=_RECORD_SECONDS,
                    retry=_UNDO,
                    # It was never recorded, or somebody has deleted it: there is nothing left of it.
                    good_codes=frozenset({ErrorCode.ENTRY_NOT_FOUND, ErrorCode.ENTRY_DELETED}),
                ),
            ),
        ),
    ),
    entry_id=_recorded,
)
