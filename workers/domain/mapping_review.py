"""Reviewing category mappings: only here a candidate becomes what answers everybody."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.commands.categories import ReviewMapping
from contracts.errors import ErrorCode
from contracts.events.categories import MappingReviewed, MappingSuperseded
from contracts.mappings import MappingStatus, ReviewDecision
from workers.domain.errors import RejectionError
from workers.domain.mappings import CategoryMapping, source_after, success_rate


def review(current: CategoryMapping | None, command: ReviewMapping, owner: str) -> MappingReviewed:
    """Decide a review.

    Args:
        current: what is stored under the id.
        command: what is wanted.
        owner: who asks; of another owner's mapping nothing is told.

    Raises:
        RejectionError: mapping_not_found, version_conflict or mapping_not_reviewable.
    """
    if current is None or not (current.is_shared or current.owner == owner):
        raise RejectionError(ErrorCode.MAPPING_NOT_FOUND, "this owner has no such mapping", field="mapping_id")
    if command.expected_version not in {None, current.version}:
        raise RejectionError(
            ErrorCode.VERSION_CONFLICT,
            f"expected version {command.expected_version}, the mapping is at {current.version}",
            field="expected_version",
            current_version=current.version,
        )
    if command.decision not in _decisions_about(current):
        kind = "a shared" if current.is_shared else "an owner's own"
        raise RejectionError(
            ErrorCode.MAPPING_NOT_REVIEWABLE,
            f"{kind} mapping that is {current.status} takes no {command.decision}",
            field="decision",
            current_version=current.version,
        )
    return _reviewed(current, command)


def supersede(others: Sequence[CategoryMapping], approved: CategoryMapping) -> list[MappingSuperseded]:
    """Retire the shared mappings that answered until now for the key of the one that was approved."""
    place = (approved.tenant, approved.key, approved.match)
    return [
        MappingSuperseded(
            mapping_id=other.id,
            version=other.version + 1,
            key=other.key,
            category=other.category,
            by=approved.id,
        )
        for other in others
        if other.is_shared and other.is_active and other.id != approved.id
        if (other.tenant, other.key, other.match) == place
    ]


def _reviewed(mapping: CategoryMapping, command: ReviewMapping) -> MappingReviewed:
    is_approved = command.decision is ReviewDecision.APPROVE
    source = source_after(mapping, command.decision)
    return MappingReviewed(
        mapping_id=mapping.id,
        version=mapping.version + 1,
        key=mapping.key,
        category=mapping.category,
        shared=mapping.is_shared,
        decision=command.decision,
        status=MappingStatus.ACTIVE if is_approved else MappingStatus.RETIRED,
        reviewer=command.reviewer,
        reason=command.reason,
        confidence=success_rate(source, mapping.confirmations, mapping.contradictions),
    )


def _decisions_about(mapping: CategoryMapping) -> frozenset[ReviewDecision]:
    """What may be decided: an owner teaches instead of approving, and a reviewer may change a rejection."""
    if mapping.is_active:
        return frozenset({ReviewDecision.RETIRE})
    if not mapping.is_shared:
        return frozenset()
    if mapping.status is MappingStatus.CANDIDATE:
        return frozenset({ReviewDecision.APPROVE, ReviewDecision.REJECT})
    return frozenset({ReviewDecision.APPROVE})
