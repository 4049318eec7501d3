"""The demonstration as an upstream service: what was understood becomes an entry."""

from __future__ import annotations

from contracts.commands.spending import RecordSpending
from contracts.events.receipts import ReceiptExtracted
from contracts.events.texts import TextParsed
from contracts.spending import Source, SourceKind
from contracts.values import TransactionKind
from workers.bootstrap.clients import Addressed
from workers.entrypoints.demo.material import Item
from workers.ports.outcomes import Outcome

_NO_MERCHANT = "-"
_MAX_MERCHANT = 200


def recording_of(outcome: Outcome, item: Item) -> Addressed | None:
    """The command that records what an outcome tells of; None when it tells of no purchase."""
    envelope, event = outcome.envelope, outcome.event
    if envelope is None or not isinstance(event, TextParsed | ReceiptExtracted):
        return None
    if event.kind is not TransactionKind.PURCHASE:
        return None
    command = (
        _of_text(event, item, envelope.causation_id)
        if isinstance(event, TextParsed)
        else _of_receipt(event, item, envelope.causation_id)
    )
    return Addressed(
        command=command,
        tenant=envelope.tenant,
        owner=envelope.owner,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.id,
    )


def _of_text(event: TextParsed, item: Item, command_id: str | None) -> RecordSpending:
    return RecordSpending(
        amount=event.amount.value,
        merchant=_merchant(event) or (event.note or item.label)[:_MAX_MERCHANT],
        description=event.note,
        spent_on=event.spent_on.value,
        category=event.category.value,
        payment_method=event.payment_method.value if event.payment_method else None,
        raw_text=item.text,
        confidence=event.confidence,
        processing_method=event.processing.method,
        source=Source(kind=SourceKind.TEXT, command_id=command_id),
    )


def _of_receipt(event: ReceiptExtracted, item: Item, command_id: str | None) -> RecordSpending:
    return RecordSpending(
        amount=event.total.value,
        merchant=_merchant(event) or _NO_MERCHANT,
        spent_on=event.spent_on.value if event.spent_on else item.reference_date,
        spent_at=event.spent_at.value if event.spent_at else None,
        category=event.category.value,
        payment_method=event.payment_method.value if event.payment_method else None,
        confidence=event.confidence,
        processing_method=event.processing.method,
        source=Source(
            kind=SourceKind.RECEIPT,
            command_id=command_id,
            reference=event.reference.value if event.reference else event.image.sha256,
        ),
    )


def _merchant(event: TextParsed | ReceiptExtracted) -> str | None:
    return event.merchant_canonical or (event.merchant.value if event.merchant else None)
