"""What travels in the area *privacy*."""

from datetime import UTC, datetime
from typing import Final

from contracts.commands.privacy import EraseOwner
from contracts.errors import ErrorCode
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.events.privacy import OwnerErased, PrivacyFailed, PrivacyRejected, Removed
from contracts.examples.base import Example, InvalidExample

_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d20"
_FAILED: Final = ErrorCode.STORAGE_UNAVAILABLE

PRIVACY_COMMAND_EXAMPLES: Final = (Example("an owner who leaves", EraseOwner(owner="anong")),)

PRIVACY_EVENT_EXAMPLES: Final = (
    Example(
        "an owner of a year",
        OwnerErased(
            erased_until=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            removed=Removed(events=2_310, entries=730, mappings=12, workflows=40, totals=310, files=41),
        ),
    ),
    Example(
        "another owner is named",
        PrivacyRejected(
            command_type=EraseOwner.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INVALID_COMMAND,
            message=LocalizedText.of(ErrorCode.INVALID_COMMAND),
            field="owner",
            reason="it is not the envelope's owner",
        ),
    ),
    Example(
        "the store of pictures is away",
        PrivacyFailed(
            command_type=EraseOwner.type,
            command_id=_COMMAND_ID,
            code=_FAILED,
            message=LocalizedText.of(_FAILED),
            reason="image bucket receipts: access denied; reading and listing must be allowed",
            dead_letter=DeadLetter(
                topic="poon.privacy.dlt",
                original_topic="poon.privacy.commands",
                original_partition=3,
                original_offset=1,
            ),
            attempts=5,
        ),
    ),
)

PRIVACY_INVALID_EXAMPLES: Final = (
    InvalidExample(EraseOwner.type, "the owner is named once more", {}, "owner"),
    InvalidExample(EraseOwner.type, "an owner has a name", {"owner": ""}, "owner"),
)
