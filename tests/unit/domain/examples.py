"""Entries and commands to start from."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from uuid import UUID

from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from workers.domain.spending import SpendingEntry, SpendingEvent, apply, delete, record

TENANT = "acme"
OWNER = "nok"
STRANGER = "lek"
ENTRY_ID = UUID("7c2f3a90-0000-4000-8000-000000000001")
SENT_AT = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""Noon of 2 March in Bangkok."""
TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)
TOMORROW = date(2026, 3, 3)

Change = Callable[[SpendingEntry | None, int | None], SpendingEvent]


def record_command(**fields: object) -> RecordSpending:
    return RecordSpending.model_validate(
        {"amount": Money.of("120.50"), "merchant": "Cafe Amazon", "confidence": Confidence(0.7)} | fields
    )


def full_record_command(**fields: object) -> RecordSpending:
    """With every field said."""
    said = {
        "description": "iced latte",
        "spent_on": date(2026, 3, 1),
        "spent_at": time(9, 30),
        "category": Category.FOOD,
        "subcategory": "coffee",
        "payment_method": PaymentMethod.PROMPTPAY,
        "location": "Ari",
        "tags": ("work", "coffee"),
        "raw_text": "iced latte 120.50",
        "processing_method": ProcessingMethod.RULES,
    }
    return record_command(**said | fields)


def entry(command: RecordSpending | None = None, owner: str = OWNER) -> SpendingEntry:
    """A recorded entry at version 1."""
    event = record(None, command or full_record_command(), owner, ENTRY_ID, SENT_AT)
    return apply(None, event, TENANT, owner)


def correct_command(expected_version: int = 1, clear: tuple[str, ...] = (), **changes: object) -> CorrectSpending:
    return CorrectSpending.model_validate(
        {
            "entry_id": ENTRY_ID,
            "expected_version": expected_version,
            "changes": EntryChanges.model_validate(changes),
            "clear": clear,
        }
    )


def enhance_command(confidence: float = 0.9, expected_version: int | None = None, **changes: object) -> EnhanceSpending:
    return EnhanceSpending(
        entry_id=ENTRY_ID,
        expected_version=expected_version,
        changes=EntryChanges.model_validate(changes),
        confidence=Confidence(confidence),
        processing_method=ProcessingMethod.OCR_RULES,
    )


def delete_command(expected_version: int | None = None, reason: str = "entered twice") -> DeleteSpending:
    return DeleteSpending(entry_id=ENTRY_ID, expected_version=expected_version, reason=reason)


def folded(state: SpendingEntry | None, event: SpendingEvent, owner: str = OWNER) -> SpendingEntry:
    return apply(state, event, TENANT, owner)


def deleted_entry() -> SpendingEntry:
    kept = entry()
    return folded(kept, delete(kept, delete_command(), OWNER))
