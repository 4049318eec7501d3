"""Outcome events of the area *spending*: the history of spending entries."""

from datetime import date
from typing import ClassVar

from contracts.base import Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.money import Money
from contracts.spending import (
    Clearable,
    Description,
    EntryChanges,
    EntryId,
    Location,
    MerchantName,
    PossibleDuplicates,
    RawText,
    Reason,
    Source,
    Subcategory,
    Tags,
    Version,
)
from contracts.values import Category, Confidence, LocalTime, PaymentMethod, ProcessingMethod, TimeZoneName


class SpendingRecorded(Event):
    """An entry was recorded; its version is 1.

    Attributes:
        entry_id: the entry.
        version: 1.
        amount: the sum and its currency.
        merchant: who was paid.
        description: what it was for.
        spent_on: the local date in `time_zone`.
        spent_at: the local time of day.
        time_zone: the IANA time zone of date and time.
        category: one of the fourteen.
        subcategory: a finer division, free text.
        payment_method: how it was paid.
        location: where.
        tags: at most ten, unique whatever their case.
        raw_text: the words the entry was made from.
        confidence: how sure the fields are; 1 for what a person typed.
        processing_method: how the fields came about.
        source: what the entry was made from.
        possible_duplicates: entries that were there before and may tell of the same purchase. The entry was recorded
            all the same.
    """

    type: ClassVar[str] = "poon.spending.recorded.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    version: Version
    amount: Money
    merchant: MerchantName
    description: Description | None = None
    spent_on: date
    spent_at: LocalTime | None = None
    time_zone: TimeZoneName
    category: Category
    subcategory: Subcategory | None = None
    payment_method: PaymentMethod | None = None
    location: Location | None = None
    tags: Tags = ()
    raw_text: RawText | None = None
    confidence: Confidence
    processing_method: ProcessingMethod
    source: Source
    possible_duplicates: PossibleDuplicates = ()


class SpendingCorrected(Event):
    """A person corrected an entry; corrected fields are certain from then on.

    Attributes:
        entry_id: the entry.
        version: the entry's new version.
        changes: the values that differ from those before.
        cleared: the fields that were emptied.
    """

    type: ClassVar[str] = "poon.spending.corrected.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    version: Version
    changes: EntryChanges
    cleared: tuple[Clearable, ...] = ()


class SpendingEnhanced(Event):
    """A better reading improved an entry.

    Attributes:
        entry_id: the entry.
        version: the entry's new version.
        changes: the values that differ from those before.
        confidence: how sure the entry is now.
        processing_method: how the better values came about.
    """

    type: ClassVar[str] = "poon.spending.enhanced.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    version: Version
    changes: EntryChanges
    confidence: Confidence
    processing_method: ProcessingMethod


class SpendingDeleted(Event):
    """An entry was deleted.

    Attributes:
        entry_id: the entry.
        version: the entry's last version.
        reason: why, in words.
    """

    type: ClassVar[str] = "poon.spending.deleted.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    version: Version
    reason: Reason


class SpendingDistinguished(Event):
    """Two entries that look alike are two purchases; neither changed, and they are no longer told as duplicates.

    Attributes:
        entry_id: the entry with the lower id.
        other_id: the entry with the higher id.
        version: 1, of the pair: it is told once.
    """

    type: ClassVar[str] = "poon.spending.distinguished.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    other_id: EntryId
    version: Version


class SpendingRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.spending.rejected.v1"
    area: ClassVar[str] = "spending"


class SpendingFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.spending.failed.v1"
    area: ClassVar[str] = "spending"
