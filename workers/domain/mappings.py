"""The category mapping: an event-sourced aggregate that says what a merchant or phrase means.

A mapping belongs to an owner, or is shared by all owners of a tenant. Deciding functions take the current state and
return the event, or raise RejectionError; `apply` folds an event into the state. All of them are pure. What a shared
mapping says begins as a candidate, and only a reviewer makes it answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar, assert_never
from uuid import UUID

from contracts.commands.categories import TeachMapping
from contracts.errors import ErrorCode
from contracts.events.categories import MappingLearned, MappingProposed, MappingReviewed, MappingSuperseded
from contracts.ids import derived_id
from contracts.mappings import MAX_KEY, USUAL_PRIORITY, MappingMatch, MappingSource, MappingStatus, ReviewDecision
from contracts.values import Category, Confidence
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of

T = TypeVar("T")

MappingEvent = MappingLearned | MappingProposed | MappingReviewed | MappingSuperseded

SHARED: Final = "*"
"""Stands for the owner of what is shared; no owner can have that name."""

_LEAST: Final = 0.001
PRIOR_WEIGHT: Final = 10
"""How many confirmations a mapping's source is worth: what it is believed before anything is known of it."""
_BELIEVED: Final = {
    MappingSource.MANUAL: 0.95,
    MappingSource.REVIEW: 0.95,
    MappingSource.CORRECTION: 0.9,
    MappingSource.LEARNED: 0.8,
    MappingSource.MODEL: 0.7,
}
_NAMESPACE: Final = UUID("5c1f6a52-6f0e-5b8a-9d3a-2c2f0a7f9e64").bytes
_PARTS_END: Final = "\x1f"
"""Stands in no name and no key, so that no two lists of parts are written the same way."""


@dataclass(frozen=True, slots=True)
class LearningPolicy:
    """How far learning goes.

    Attributes:
        owners_to_propose: how many owners of a tenant have to teach the same before it is proposed for everybody.
        most_mappings: of one owner, retired ones included.
        most_patterns: of one owner, over all mappings.
    """

    owners_to_propose: int = 3
    most_mappings: int = 1_000
    most_patterns: int = 20


class CategoryMapping(NamedTuple):
    """A mapping's current state.

    Attributes:
        owner: whose it is, or SHARED.
        version: 1 when learned or proposed, one more with every event.
        key: the merchant or phrase, see `key_of`.
        text: as it was written.
        confirmations: how often it was said what the mapping says; of a shared one, by how many owners.
        contradictions: how often it was said otherwise.
    """

    id: UUID
    tenant: str
    owner: str
    version: int
    key: str
    text: str
    match: MappingMatch
    aliases: tuple[str, ...]
    patterns: tuple[str, ...]
    category: Category
    subcategory: str | None
    priority: int
    source: MappingSource
    status: MappingStatus
    confirmations: int
    contradictions: int

    @property
    def is_shared(self) -> bool:
        """Whether it is for all owners of the tenant."""
        return self.owner == SHARED

    @property
    def is_active(self) -> bool:
        """Whether it answers."""
        return self.status is MappingStatus.ACTIVE

    @property
    def success_rate(self) -> Confidence:
        """How often it is right: the mean of a Beta distribution that begins with what its source is believed."""
        return success_rate(self.source, self.confirmations, self.contradictions)


class Lesson(NamedTuple):
    """What is taught, by hand or by a correction; None leaves a mapping that is there as it is.

    Attributes:
        key: the merchant or phrase, see `key_of`.
    """

    key: str
    text: str
    category: Category
    source: MappingSource
    subcategory: str | None = None
    match: MappingMatch | None = None
    aliases: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    priority: int | None = None


def taught(command: TeachMapping, key: str) -> Lesson:
    """The lesson of a command.

    Raises:
        RejectionError: invalid_command, for a name without letters and digits.
    """
    if not is_usable(key):
        raise RejectionError(ErrorCode.INVALID_COMMAND, "has no letter or digit, or too many of them", field="text")
    for place, alias in enumerate(command.aliases or ()):
        if not key_of(alias):
            raise RejectionError(ErrorCode.INVALID_COMMAND, "has no letter and no digit", field=f"aliases.{place}")
    return Lesson(
        key=key,
        text=command.text,
        category=command.category,
        source=MappingSource.MANUAL,
        subcategory=command.subcategory,
        match=command.match,
        aliases=command.aliases,
        patterns=command.patterns,
        priority=command.priority,
    )


def is_usable(key: str) -> bool:
    """Whether a mapping may have that key: not empty, and not longer than the store's index takes."""
    return 0 < len(key) <= MAX_KEY


def success_rate(source: MappingSource, confirmations: int, contradictions: int) -> Confidence:
    """See `CategoryMapping.success_rate`; three decimals, and never certain of either."""
    right = PRIOR_WEIGHT * _BELIEVED[source] + confirmations
    rate = round(right / (PRIOR_WEIGHT + confirmations + contradictions), 3)
    return Confidence(min(max(rate, _LEAST), 1 - _LEAST))


def mapping_stream(mapping_id: UUID) -> str:
    """The name of a mapping's stream."""
    return f"mapping-{mapping_id}"


def own_mapping_id(tenant: str, owner: str, key: str) -> UUID:
    """The id of an owner's mapping: one for each key, so that teaching again changes it."""
    return derived_id(_NAMESPACE, _PARTS_END.join((tenant, owner, key)))


def shared_mapping_id(tenant: str, key: str, match: MappingMatch, category: Category) -> UUID:
    """The id of a shared mapping: one for each meaning, so that a candidate never changes what answers already."""
    return derived_id(_NAMESPACE, _PARTS_END.join((tenant, SHARED, key, match, category)))


def learn(current: CategoryMapping | None, lesson: Lesson, mapping_id: UUID) -> MappingLearned:
    """Decide to learn a lesson; what was retired answers again."""
    agrees = current is None or (current.category, current.subcategory) == (lesson.category, lesson.subcategory)
    confirmations = (current.confirmations if current else 0) + agrees
    contradictions = (current.contradictions if current else 0) + (not agrees)
    return MappingLearned(
        mapping_id=mapping_id,
        version=1 if current is None else current.version + 1,
        key=lesson.key,
        text=lesson.text,
        match=lesson.match or (current.match if current else MappingMatch.MERCHANT),
        aliases=_kept(lesson.aliases, current.aliases if current else ()),
        patterns=_kept(lesson.patterns, current.patterns if current else ()),
        category=lesson.category,
        subcategory=lesson.subcategory,
        priority=_kept(lesson.priority, current.priority if current else USUAL_PRIORITY),
        source=lesson.source,
        confirmations=confirmations,
        contradictions=contradictions,
        confidence=success_rate(lesson.source, confirmations, contradictions),
    )


def refuse_too_many(learned: MappingLearned, known: Sequence[CategoryMapping], policy: LearningPolicy) -> None:
    """Judge an owner's mappings as the lesson would leave them.

    Args:
        learned: what would be learned.
        known: all mappings of the owner.
        policy: the limits.

    Raises:
        RejectionError: too_many_mappings.
    """
    others = [mapping for mapping in known if mapping.id != learned.mapping_id]
    if len(others) >= policy.most_mappings and len(others) == len(known):
        reason = f"the owner has {len(others)} mappings, at most {policy.most_mappings} are allowed"
        raise RejectionError(ErrorCode.TOO_MANY_MAPPINGS, reason, field="text")
    patterns = sum(len(mapping.patterns) for mapping in others) + len(learned.patterns)
    if learned.patterns and patterns > policy.most_patterns:
        reason = f"the owner would have {patterns} patterns, at most {policy.most_patterns} are allowed"
        raise RejectionError(ErrorCode.TOO_MANY_MAPPINGS, reason, field="patterns")


def propose(
    tenant: str, learned: MappingLearned, others: Mapping[Category, int], policy: LearningPolicy
) -> MappingProposed | None:
    """Decide whether a lesson makes enough owners of one mind; whether it was proposed before is for the caller to see.

    Args:
        tenant: where all of them belong.
        learned: the last of the lessons.
        others: how many other owners have the same key mapped, by category.
        policy: how many are enough.
    """
    owners = others.get(learned.category, 0) + 1
    if owners < policy.owners_to_propose:
        return None
    otherwise = sum(count for category, count in others.items() if category is not learned.category)
    return MappingProposed(
        mapping_id=shared_mapping_id(tenant, learned.key, learned.match, learned.category),
        version=1,
        key=learned.key,
        text=learned.text,
        match=learned.match,
        category=learned.category,
        owners=owners,
        otherwise=otherwise,
        confidence=success_rate(MappingSource.LEARNED, owners, otherwise),
    )


def apply(state: CategoryMapping | None, event: MappingEvent, tenant: str, owner: str) -> CategoryMapping:
    """Fold an event into the state.

    Args:
        state: the state before; None before the first event.
        event: the next of the mapping's stream.
        tenant: from the event's envelope.
        owner: from the event's envelope: of an owner's mapping its owner, of a shared one whoever was the cause.

    Raises:
        ValueError: the event does not follow on the state.
    """
    if event.version != (1 if state is None else state.version + 1):
        raise _gap(state, event)
    match event:
        case MappingLearned():
            return _after_learning(state, event, tenant, owner)
        case MappingProposed():
            return _candidate(event, tenant)
        case MappingReviewed() | MappingSuperseded():
            return _after_review(state, event)
        case _:
            assert_never(event)


def _after_learning(state: CategoryMapping | None, event: MappingLearned, tenant: str, owner: str) -> CategoryMapping:
    if state is not None and (state.id, state.tenant, state.owner) != (event.mapping_id, tenant, owner):
        raise _gap(state, event)
    return CategoryMapping(
        id=event.mapping_id,
        tenant=tenant,
        owner=owner,
        version=event.version,
        key=event.key,
        text=event.text,
        match=event.match,
        aliases=event.aliases,
        patterns=event.patterns,
        category=event.category,
        subcategory=event.subcategory,
        priority=event.priority,
        source=event.source,
        status=MappingStatus.ACTIVE,
        confirmations=event.confirmations,
        contradictions=event.contradictions,
    )


def _candidate(event: MappingProposed, tenant: str) -> CategoryMapping:
    return CategoryMapping(
        id=event.mapping_id,
        tenant=tenant,
        owner=SHARED,
        version=event.version,
        key=event.key,
        text=event.text,
        match=event.match,
        aliases=(),
        patterns=(),
        category=event.category,
        subcategory=None,
        priority=USUAL_PRIORITY,
        source=MappingSource.LEARNED,
        status=MappingStatus.CANDIDATE,
        confirmations=event.owners,
        contradictions=event.otherwise,
    )


def _after_review(state: CategoryMapping | None, event: MappingReviewed | MappingSuperseded) -> CategoryMapping:
    if state is None or state.id != event.mapping_id:
        raise _gap(state, event)
    if isinstance(event, MappingSuperseded):
        return state._replace(version=event.version, status=MappingStatus.RETIRED)
    source = source_after(state, event.decision)
    return state._replace(version=event.version, status=event.status, source=source)


def source_after(mapping: CategoryMapping, decision: ReviewDecision) -> MappingSource:
    """Where a mapping comes from once it was decided about: what a reviewer approved is the reviewer's word."""
    return MappingSource.REVIEW if decision is ReviewDecision.APPROVE else mapping.source


def _kept(new: T | None, old: T) -> T:
    return old if new is None else new


def _gap(state: CategoryMapping | None, event: MappingEvent) -> ValueError:
    before = "nothing" if state is None else f"version {state.version} of mapping {state.id}"
    return ValueError(f"{type(event).__name__} {event.version} of mapping {event.mapping_id} does not follow {before}")
