"""Commands of the area *spending*."""

from datetime import date
from typing import ClassVar

from contracts.base import Command
from contracts.money import Money
from contracts.spending import (
    Clearable,
    Description,
    EntryChanges,
    EntryId,
    Location,
    MerchantName,
    RawText,
    Reason,
    Source,
    Subcategory,
    Tags,
    Version,
)
from contracts.values import (
    DEFAULT_TIME_ZONE,
    Category,
    Confidence,
    LocalTime,
    PaymentMethod,
    ProcessingMethod,
    TimeZoneName,
)


class RecordSpending(Command):
    """Record one spending entry of the envelope's owner. Answered by SpendingRecorded.

    Attributes:
        entry_id: the new entry's id; derived from the command's id when left out.
        amount: the sum and its currency.
        merchant: who was paid.
        description: what it was for.
        spent_on: the local date in `time_zone`, not in the future; the command's own date when left out.
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
    """

    type: ClassVar[str] = "poon.spending.record.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId | None = None
    amount: Money
    merchant: MerchantName
    description: Description | None = None
    spent_on: date | None = None
    spent_at: LocalTime | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    category: Category = Category.MISCELLANEOUS
    subcategory: Subcategory | None = None
    payment_method: PaymentMethod | None = None
    location: Location | None = None
    tags: Tags = ()
    raw_text: RawText | None = None
    confidence: Confidence = Confidence(1.0)
    processing_method: ProcessingMethod = ProcessingMethod.MANUAL
    source: Source = Source()


class CorrectSpending(Command):
    """Correct an entry by hand. Answered by SpendingCorrected.

    Attributes:
        entry_id: the entry.
        expected_version: the version the person saw; another one in the store means rejection.
        changes: the new values.
        clear: fields to empty.
    """

    type: ClassVar[str] = "poon.spending.correct.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    expected_version: Version
    changes: EntryChanges = EntryChanges()
    clear: tuple[Clearable, ...] = ()


class EnhanceSpending(Command):
    """Improve an entry by a better reading; refused unless the confidence rises. Answered by SpendingEnhanced.

    What a person entered or corrected (method `manual`) is improved by hand only.

    Attributes:
        entry_id: the entry.
        expected_version: the version the reading started from; another one in the store means rejection.
        changes: the better values.
        confidence: how sure they are; must be more than is recorded.
        processing_method: how they came about.
    """

    type: ClassVar[str] = "poon.spending.enhance.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    expected_version: Version | None = None
    changes: EntryChanges = EntryChanges()
    confidence: Confidence
    processing_method: ProcessingMethod


class DeleteSpending(Command):
    """Delete an entry; its history stays. Answered by SpendingDeleted.

    Attributes:
        entry_id: the entry.
        expected_version: the version the person saw; another one in the store means rejection.
        reason: why, in words.
    """

    type: ClassVar[str] = "poon.spending.delete.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    expected_version: Version | None = None
    reason: Reason


class DistinguishSpending(Command):
    """Say that two entries that look alike are two purchases. Answered by SpendingDistinguished.

    Of one purchase that was recorded twice, delete one of the entries instead.

    Attributes:
        entry_id: one of the entries.
        other_id: the other one; which is which does not matter.
    """

    type: ClassVar[str] = "poon.spending.distinguish.v1"
    area: ClassVar[str] = "spending"

    entry_id: EntryId
    other_id: EntryId
