"""The spending entry: an event-sourced aggregate.

Deciding functions take the current state and a command and return the event, or raise RejectionError; `apply` folds
an event into the state. Both are pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.errors import ErrorCode
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingEnhanced,
    SpendingRecorded,
)
from contracts.ids import derived_id
from contracts.money import Money
from contracts.spending import Clearable, EntryChanges, Source
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from workers.domain.errors import RejectionError

SpendingEvent = SpendingRecorded | SpendingCorrected | SpendingEnhanced | SpendingDeleted

ENTRY_NAMESPACE: Final = UUID("0b0b3e7e-54a5-5d3e-8f1d-9d6c7a0c7e11")
_ENTRY_NAMESPACE_BYTES: Final = ENTRY_NAMESPACE.bytes


class SpendingEntry(NamedTuple):
    """An entry's current state.

    Attributes:
        version: 1 when recorded, one more with every event.
        spent_on: the local date in `time_zone`.
        deleted_reason: set once the entry is deleted.
    """

    id: UUID
    tenant: str
    owner: str
    version: int
    amount: Money
    merchant: str
    description: str | None
    spent_on: date
    spent_at: time | None
    time_zone: str
    category: Category
    subcategory: str | None
    payment_method: PaymentMethod | None
    location: str | None
    tags: tuple[str, ...]
    raw_text: str | None
    confidence: Confidence
    processing_method: ProcessingMethod
    source: Source
    deleted_reason: str | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether it was deleted."""
        return self.deleted_reason is not None


def entry_stream(entry_id: UUID) -> str:
    """The name of an entry's stream."""
    return f"entry-{entry_id}"


def new_entry_id(tenant: str, command_id: str) -> UUID:
    """The id of an entry whose command names none: derived, so that a repeated command means the same entry."""
    return derived_id(_ENTRY_NAMESPACE_BYTES, f"{tenant}|{command_id}")


def local_date(moment: datetime, time_zone: str) -> date:
    """The date a moment has in a time zone.

    Raises:
        RejectionError: invalid_envelope, for a moment at the edge of the calendar that has no date there.
    """
    try:
        return moment.astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:
        raise RejectionError(ErrorCode.INVALID_ENVELOPE, f"has no date in {time_zone}", field="ce_time") from None


def record(
    current: SpendingEntry | None, command: RecordSpending, owner: str, entry_id: UUID, sent_at: datetime
) -> SpendingRecorded:
    """Decide to record a new entry.

    Args:
        current: what is stored under `entry_id`.
        command: what is wanted.
        owner: who records it; of another's entry under the same id nothing is told.
        entry_id: the new entry's id, see `new_entry_id` for a command that names none.
        sent_at: the command's time; a missing date is its date, and no date may lie after it.

    Raises:
        RejectionError: entry_exists, amount_out_of_range or date_in_future.
    """
    if current is not None:
        own = current.owner == owner
        raise RejectionError(
            ErrorCode.ENTRY_EXISTS,
            "the id is taken",
            field="entry_id",
            current_version=current.version if own else None,
        )
    spent_on = command.spent_on or local_date(sent_at, command.time_zone)
    _refuse_nothing(command.amount, "amount")
    if command.spent_on is not None or command.spent_at is not None:
        _refuse_future(_When(spent_on, command.spent_at, command.time_zone), sent_at, "spent_on", "spent_at")
    # The event says all that the command says, in the same order: a test holds the two classes together.
    fields = {"entry_id": entry_id, "version": 1} | command.__dict__ | {"possible_duplicates": ()}
    fields["entry_id"], fields["spent_on"] = entry_id, spent_on
    return SpendingRecorded.of_checked(fields)


def correct(
    current: SpendingEntry | None, command: CorrectSpending, owner: str, sent_at: datetime
) -> SpendingCorrected:
    """Decide to correct an entry by hand.

    Raises:
        RejectionError: entry_not_found, entry_deleted, version_conflict, nothing_to_change, amount_out_of_range,
            date_in_future, or invalid_command for a field both changed and cleared.
    """
    entry = _changeable(current, owner, command.expected_version)
    both = sorted(set(command.changes.named()) & set(command.clear))
    if both:
        raise RejectionError(ErrorCode.INVALID_COMMAND, f"{both[0]} is changed as well", field="clear")
    changes = _effective(entry, command.changes)
    cleared = tuple(name for name in dict.fromkeys(command.clear) if getattr(entry, name))
    if not changes.named() and not cleared:
        raise RejectionError(
            ErrorCode.NOTHING_TO_CHANGE,
            "every named field has that value",
            field="changes",
            current_version=entry.version,
        )
    _refuse_bad_changes(entry, changes, cleared, sent_at)
    return SpendingCorrected(entry_id=entry.id, version=entry.version + 1, changes=changes, cleared=cleared)


def enhance(current: SpendingEntry | None, command: EnhanceSpending, owner: str, sent_at: datetime) -> SpendingEnhanced:
    """Decide to take over a better reading; a rise in confidence alone is one, too.

    What a person entered or corrected is never overruled by a reading, however sure that is.

    Raises:
        RejectionError: entry_not_found, entry_deleted, version_conflict, confidence_not_higher,
            amount_out_of_range or date_in_future.
    """
    entry = _changeable(current, owner, command.expected_version)
    by_hand = ProcessingMethod.MANUAL
    overruled = entry.processing_method is by_hand is not command.processing_method
    if overruled or command.confidence.value <= entry.confidence.value:
        recorded = "by hand" if overruled else f"with {entry.confidence.value}"
        raise RejectionError(
            ErrorCode.CONFIDENCE_NOT_HIGHER,
            f"recorded {recorded}, offered {command.processing_method} with {command.confidence.value}",
            field="confidence",
            current_version=entry.version,
        )
    changes = _effective(entry, command.changes)
    _refuse_bad_changes(entry, changes, (), sent_at)
    return SpendingEnhanced(
        entry_id=entry.id,
        version=entry.version + 1,
        changes=changes,
        confidence=command.confidence,
        processing_method=command.processing_method,
    )


def delete(current: SpendingEntry | None, command: DeleteSpending, owner: str) -> SpendingDeleted:
    """Decide to delete an entry.

    Raises:
        RejectionError: entry_not_found, entry_deleted or version_conflict.
    """
    entry = _changeable(current, owner, command.expected_version)
    return SpendingDeleted(entry_id=entry.id, version=entry.version + 1, reason=command.reason)


def apply(state: SpendingEntry | None, event: SpendingEvent, tenant: str, owner: str) -> SpendingEntry:
    """Fold an event into the state.

    Args:
        state: the state before; None before SpendingRecorded.
        event: the next of the entry's stream.
        tenant: from the event's envelope.
        owner: from the event's envelope.

    Raises:
        ValueError: the event does not follow on the state.
    """
    if isinstance(event, SpendingRecorded):
        if state is not None or event.version != 1:
            raise _gap(state, event)
        fields = event.__dict__.copy()
        del fields["possible_duplicates"]  # of other entries, and only as they were then
        return SpendingEntry(id=fields.pop("entry_id"), tenant=tenant, owner=owner, **fields)
    if state is None or state.is_deleted or event.version != state.version + 1:
        raise _gap(state, event)
    if (state.id, state.tenant, state.owner) != (event.entry_id, tenant, owner):
        raise _gap(state, event)
    return state._replace(version=event.version, **_new_values(event))


def _new_values(event: SpendingCorrected | SpendingEnhanced | SpendingDeleted) -> dict[str, Any]:
    match event:
        case SpendingCorrected():
            emptied = {str(name): () if name is Clearable.TAGS else None for name in event.cleared}
            certain = {"confidence": Confidence(1.0), "processing_method": ProcessingMethod.MANUAL}
            return event.changes.named() | emptied | certain
        case SpendingEnhanced():
            better = {"confidence": event.confidence, "processing_method": event.processing_method}
            return event.changes.named() | better
        case SpendingDeleted():
            return {"deleted_reason": event.reason}
        case _:
            assert_never(event)


def _gap(state: SpendingEntry | None, event: SpendingEvent) -> ValueError:
    before = "nothing" if state is None else f"version {state.version} of entry {state.id}"
    return ValueError(f"{type(event).__name__} {event.version} of entry {event.entry_id} does not follow {before}")


def _changeable(current: SpendingEntry | None, owner: str, expected_version: int | None) -> SpendingEntry:
    if current is None or current.owner != owner:
        raise RejectionError(ErrorCode.ENTRY_NOT_FOUND, "this owner has no such entry", field="entry_id")
    if current.is_deleted:
        raise RejectionError(
            ErrorCode.ENTRY_DELETED, "deleted before", field="entry_id", current_version=current.version
        )
    if expected_version is not None and expected_version != current.version:
        raise RejectionError(
            ErrorCode.VERSION_CONFLICT,
            f"expected version {expected_version}, the entry is at {current.version}",
            field="expected_version",
            current_version=current.version,
        )
    return current


def _effective(entry: SpendingEntry, changes: EntryChanges) -> EntryChanges:
    differing = {name: value for name, value in changes.named().items() if getattr(entry, name) != value}
    return EntryChanges.model_validate(differing)


def _refuse_bad_changes(
    entry: SpendingEntry, changes: EntryChanges, cleared: Sequence[Clearable], sent_at: datetime
) -> None:
    """Judge the entry as the changes would leave it, as far as they touch what can be wrong."""
    if changes.amount is not None:
        _refuse_nothing(changes.amount, "changes.amount")
    touched = [name for name in ("spent_at", "spent_on", "time_zone") if getattr(changes, name) is not None]
    if touched:
        spent_at = None if Clearable.SPENT_AT in cleared else changes.spent_at or entry.spent_at
        when = _When(changes.spent_on or entry.spent_on, spent_at, changes.time_zone or entry.time_zone)
        # A date alone cannot be late because of the time of day, so the blame goes to what moved the date.
        moved_date = next((name for name in touched if name != "spent_at"), touched[0])
        _refuse_future(when, sent_at, f"changes.{moved_date}", f"changes.{touched[0]}")


def _refuse_nothing(amount: Money, field: str) -> None:
    if amount.amount == 0:
        raise RejectionError(ErrorCode.AMOUNT_OUT_OF_RANGE, "nothing was spent", field=field)


class _When(NamedTuple):
    """When money was spent, local time."""

    spent_on: date
    spent_at: time | None
    time_zone: str


def _refuse_future(when: _When, sent_at: datetime, date_field: str, time_field: str) -> None:
    today = local_date(sent_at, when.time_zone)
    if when.spent_on > today:
        reason = f"{when.spent_on} is after {today} in {when.time_zone}"
        raise RejectionError(ErrorCode.DATE_IN_FUTURE, reason, field=date_field)
    if when.spent_on == today and when.spent_at is not None:
        moment = datetime.combine(when.spent_on, when.spent_at, ZoneInfo(when.time_zone))
        if moment > sent_at:
            raise RejectionError(ErrorCode.DATE_IN_FUTURE, f"{when.spent_at} is yet to come", field=time_field)
