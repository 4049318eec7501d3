"""Possible duplicates: two entries of an owner that may tell of one purchase, and the owner's word that they do not.

Whether two entries look alike follows from the two alone, and is the same whichever comes first. So nothing has to be
kept of a likeness, and none can be missed: what a command's outcome tells of the entries it found is found again by
whoever looks at what is stored. Kept is only that two entries were said to be two purchases: a `DuplicatePair`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from uuid import UUID

from contracts.commands.spending import DistinguishSpending
from contracts.errors import ErrorCode
from contracts.events.spending import SpendingDistinguished
from contracts.ids import derived_id
from contracts.spending import (
    MAX_POSSIBLE_DUPLICATES,
    DuplicateReason,
    DuplicateStrength,
    PossibleDuplicate,
    SourceKind,
)
from workers.domain.errors import RejectionError
from workers.domain.spending import SpendingEntry

MerchantKey = Callable[[str], str]
"""What a merchant is compared by, whatever its spelling; empty for a name that tells nothing."""

_NAMESPACE: Final = UUID("0b7a4a4e-3c0c-5d0f-8f0e-6a1f9b5d2c71").bytes
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_IN_WORDS: Final = frozenset({SourceKind.MANUAL, SourceKind.TEXT})
_ORDER: Final = {strength: place for place, strength in enumerate(DuplicateStrength)}


class PairPlace(NamedTuple):
    """Two entries of a tenant, the one with the lower id first."""

    tenant: str
    one: UUID
    two: UUID


class DuplicatePair(NamedTuple):
    """Two entries that were said to be two purchases.

    Attributes:
        id: derived from the tenant and both entries, whichever was named first.
        version: 1: it is said once.
        one: the entry with the lower id.
        two: the entry with the higher id.
    """

    id: UUID
    tenant: str
    owner: str
    version: int
    one: UUID
    two: UUID


def place_of(tenant: str, entry_id: UUID, other_id: UUID) -> PairPlace:
    """The pair that two entries make, whichever is named first."""
    return PairPlace(tenant, min(entry_id, other_id), max(entry_id, other_id))


def pair_id(place: PairPlace) -> UUID:
    """The id of a pair."""
    return derived_id(_NAMESPACE, "|".join(map(str, place)))


def pair_stream(identity: UUID) -> str:
    """The name of a pair's stream."""
    return f"pair-{identity}"


def likeness(entry: SpendingEntry, other: SpendingEntry, key: MerchantKey) -> PossibleDuplicate | None:
    """What speaks for another entry telling of the same purchase; None where nothing does.

    Args:
        entry: one of them.
        other: the one the answer names.
        key: what merchants are compared by.
    """
    if entry.id == other.id or (entry.tenant, entry.owner) != (other.tenant, other.owner):
        return None
    if entry.is_deleted or other.is_deleted or _are_rows_of_one_statement(entry, other):
        return None
    same_amount = entry.amount == other.amount
    if entry.source.reference is not None and entry.source.reference == other.source.reference:
        strength = DuplicateStrength.STRONG if same_amount else DuplicateStrength.MEDIUM
        return PossibleDuplicate(entry_id=other.id, reason=_shared(entry, other), strength=strength)
    if not same_amount or entry.spent_on != other.spent_on or not _same_merchant(entry, other, key):
        return None
    return _alike_in_time(entry, other)


def among(entry: SpendingEntry, others: Iterable[SpendingEntry], key: MerchantKey) -> tuple[PossibleDuplicate, ...]:
    """The entries that may tell of the same purchase as one does, those with the most to speak for them first.

    Of more than an outcome holds the first ones; the others are found among what is stored.
    """
    found = [alike for other in others if (alike := likeness(entry, other, key)) is not None]
    found.sort(key=lambda alike: (_ORDER[alike.strength], alike.entry_id))
    return tuple(found[:MAX_POSSIBLE_DUPLICATES])


def distinguish(
    command: DistinguishSpending,
    entry: SpendingEntry | None,
    other: SpendingEntry | None,
    current: DuplicatePair | None,
    owner: str,
) -> SpendingDistinguished:
    """Decide that two entries are two purchases.

    Args:
        command: what is wanted.
        entry: what is stored under `command.entry_id`.
        other: what is stored under `command.other_id`.
        current: what is stored of the pair.
        owner: who says so; of another's entry nothing is told.

    Raises:
        RejectionError: invalid_command for an entry and itself, entry_not_found, entry_deleted, or nothing_to_change
            where it was said before.
    """
    if command.entry_id == command.other_id:
        raise RejectionError(ErrorCode.INVALID_COMMAND, "is the same entry", field="other_id")
    for field, each in (("entry_id", entry), ("other_id", other)):
        if each is None or each.owner != owner:
            raise RejectionError(ErrorCode.ENTRY_NOT_FOUND, "this owner has no such entry", field=field)
    if current is not None:
        raise RejectionError(
            ErrorCode.NOTHING_TO_CHANGE,
            "they are known to be two purchases",
            field="other_id",
            current_version=current.version,
        )
    for field, each in (("entry_id", entry), ("other_id", other)):
        if each is not None and each.is_deleted:
            raise RejectionError(ErrorCode.ENTRY_DELETED, "deleted before", field=field, current_version=each.version)
    one, two = sorted((command.entry_id, command.other_id))
    return SpendingDistinguished(entry_id=one, other_id=two, version=1)


def apply(event: SpendingDistinguished, tenant: str, owner: str) -> DuplicatePair:
    """The state of the pair after its only event."""
    place = place_of(tenant, event.entry_id, event.other_id)
    return DuplicatePair(pair_id(place), tenant, owner, event.version, place.one, place.two)


def _are_rows_of_one_statement(entry: SpendingEntry, other: SpendingEntry) -> bool:
    """A bank writes a movement down once: two rows with the same sum are two movements.

    Rows that were imported name their import, and the bank's reference of each; others share a reference of their file.
    """
    one, two = entry.source, other.source
    if one.row == two.row or not SourceKind.STATEMENT is one.kind is two.kind:
        return False
    same_import, same_file = one.command_id == two.command_id, one.reference == two.reference
    return (same_import and one.command_id is not None) or (same_file and (same_import or one.reference is not None))


def _shared(entry: SpendingEntry, other: SpendingEntry) -> DuplicateReason:
    """A receipt without a slip's reference is known by its picture."""
    read = SourceKind.RECEIPT in {entry.source.kind, other.source.kind}
    is_image = read and _SHA256.fullmatch(entry.source.reference or "")
    return DuplicateReason.SAME_IMAGE if is_image else DuplicateReason.SAME_REFERENCE


def _same_merchant(entry: SpendingEntry, other: SpendingEntry, key: MerchantKey) -> bool:
    return key(entry.merchant) == key(other.merchant) != ""


def _alike_in_time(entry: SpendingEntry, other: SpendingEntry) -> PossibleDuplicate | None:
    """Two entries of a day; their time zones are left aside, for a phone that travels often says the wrong one."""
    if entry.spent_at is not None and other.spent_at is not None:
        same = (entry.spent_at.hour, entry.spent_at.minute) == (other.spent_at.hour, other.spent_at.minute)
        reason, strength = DuplicateReason.SAME_MINUTE, DuplicateStrength.MEDIUM
    else:
        same = _are_told_apart(entry.source.kind, other.source.kind)
        reason, strength = DuplicateReason.SAME_DAY, DuplicateStrength.WEAK
    return PossibleDuplicate(entry_id=other.id, reason=reason, strength=strength) if same else None


def _are_told_apart(one: SourceKind, two: SourceKind) -> bool:
    """Whether two tellings without a time may be of one purchase.

    Whoever notes two rides in words took two. But a note and a receipt, or a receipt and a statement, often mean the
    same; and a receipt may be photographed twice.
    """
    if one in _IN_WORDS and two in _IN_WORDS:
        return False
    return one is not two or one is SourceKind.RECEIPT
