"""The fields of a spending entry, shared by the commands and events of the area *spending*."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from contracts.base import Contract, StrictContract
from contracts.money import Money
from contracts.values import Category, CleanText, LocalTime, PaymentMethod, PlainText, TimeZoneName

MAX_TAGS = 10
MAX_POSSIBLE_DUPLICATES = 20


def _case_insensitively_unique(tags: Sequence[str]) -> Sequence[str]:
    if len({tag.casefold() for tag in tags}) != len(tags):
        raise ValueError("tags are unique, whatever their case")
    return tags


MerchantName = Annotated[PlainText, Field(max_length=200)]
Description = Annotated[PlainText, Field(max_length=1000)]
Location = Annotated[PlainText, Field(max_length=200)]
RawText = Annotated[PlainText, Field(max_length=2000)]
Subcategory = Annotated[PlainText, Field(max_length=100)]
Tag = Annotated[PlainText, Field(max_length=50)]
Reason = Annotated[PlainText, Field(max_length=500)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS), AfterValidator(_case_insensitively_unique)]
Version = Annotated[int, Field(ge=1)]
"""An entry's version: 1 when recorded, one more with every change."""


class SourceKind(StrEnum):
    """What an entry was made from."""

    MANUAL = "manual"
    TEXT = "text"
    RECEIPT = "receipt"
    STATEMENT = "statement"


class Source(StrictContract):
    """Where an entry comes from.

    Attributes:
        kind: what it was made from.
        command_id: the command whose outcome the entry records, for instance of ParseText.
        reference: a slip's reference, else a receipt's image SHA-256: entries with the same one are told as possible
            duplicates. Rows of one statement share theirs, and are told apart by their number.
        row: the row of a statement, counted from 1.
    """

    kind: SourceKind = SourceKind.MANUAL
    command_id: Annotated[CleanText, Field(max_length=200)] | None = None
    reference: Annotated[CleanText, Field(max_length=200)] | None = None
    row: Annotated[int, Field(ge=1)] | None = None


class EntryChanges(StrictContract):
    """New values for some fields of an entry; a field left out stays as it is.

    Attributes:
        amount: the sum and its currency, together.
        merchant: who was paid.
        description: what it was for.
        spent_on: the local date in the entry's time zone, not in the future.
        spent_at: the local time of day.
        time_zone: the IANA time zone of date and time.
        category: one of the fourteen.
        subcategory: a finer division, free text.
        payment_method: how it was paid.
        location: where.
        tags: all tags the entry is to have, in place of those it has.
    """

    amount: Money | None = None
    merchant: MerchantName | None = None
    description: Description | None = None
    spent_on: date | None = None
    spent_at: LocalTime | None = None
    time_zone: TimeZoneName | None = None
    category: Category | None = None
    subcategory: Subcategory | None = None
    payment_method: PaymentMethod | None = None
    location: Location | None = None
    tags: Tags | None = None

    def named(self) -> dict[str, object]:
        """The fields that carry a new value."""
        return {name: value for name, value in self if value is not None}


class Clearable(StrEnum):
    """The fields of an entry that may be emptied."""

    DESCRIPTION = "description"
    SPENT_AT = "spent_at"
    SUBCATEGORY = "subcategory"
    PAYMENT_METHOD = "payment_method"
    LOCATION = "location"
    TAGS = "tags"


EntryId = UUID
"""An entry's identity, unique within its tenant."""


class DuplicateReason(StrEnum):
    """Why two entries may be one purchase told twice."""

    SAME_REFERENCE = "same_reference"
    """Both name the same slip or document."""
    SAME_IMAGE = "same_image"
    """Both were read from the same picture."""
    SAME_MINUTE = "same_minute"
    """The same merchant, amount and minute."""
    SAME_DAY = "same_day"
    """The same merchant, amount and day, told in different ways, one of them without a time."""


class DuplicateStrength(StrEnum):
    """How much speaks for it."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class PossibleDuplicate(Contract):
    """An entry that may tell of the same purchase.

    Attributes:
        entry_id: the other entry, of the same owner.
        reason: the best of the reasons there are.
        strength: how much speaks for it; weak ones are better asked about than acted on.
    """

    entry_id: EntryId
    reason: DuplicateReason
    strength: DuplicateStrength


PossibleDuplicates = Annotated[tuple[PossibleDuplicate, ...], Field(max_length=MAX_POSSIBLE_DUPLICATES)]
"""Those with the most to speak for them first."""
