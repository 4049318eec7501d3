"""What teaching and correcting share: a lesson becomes an owner's mapping, and sometimes everybody's candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from contracts.errors import ErrorCode
from contracts.events.categories import MappingLearned
from workers.domain import mappings as domain
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import CategoryMapping, LearningPolicy, Lesson, MappingEvent
from workers.ports.handling import CommandContext, NewEvent
from workers.ports.mappings import InvalidPatternError, MappingRepository, PatternCheck, UsualName


@dataclass(frozen=True, slots=True)
class Learning:
    """What learning needs from outside."""

    mappings: MappingRepository
    policy: LearningPolicy
    check_pattern: PatternCheck
    usual_name: UsualName

    def key(self, text: str) -> str:
        """What a merchant or phrase is compared by; of a merchant known by this very name, its usual name's."""
        return key_of(self.usual_name(text) or text)


class Changed(NamedTuple):
    """An event of a mapping and the state it leads to."""

    event: NewEvent
    state: CategoryMapping


async def learnt(lesson: Lesson, context: CommandContext, learning: Learning) -> tuple[Changed, ...]:
    """The changes a lesson makes: a candidate for everybody where there is reason for one, last the owner's mapping.

    Two owners who teach at the same moment may each miss the other's lesson, and with it the last reason for a
    candidate; the next one who teaches the same is told of both.

    Raises:
        RejectionError: too_many_mappings, or invalid_pattern.
        UnavailableError: the database cannot be reached.
    """
    _refuse_bad_patterns(lesson, learning)
    mapping_id = domain.own_mapping_id(context.tenant, context.owner, lesson.key)
    current = await learning.mappings.get(context.tenant, mapping_id)
    learned = domain.learn(current, lesson, mapping_id)
    if current is None or lesson.patterns:
        known = await learning.mappings.of_owner(context.tenant, context.owner)
        domain.refuse_too_many(learned, known, learning.policy)
    own = changed(current, learned, context)
    candidate = await _candidate(learned, context, learning)
    return (own,) if candidate is None else (candidate, own)


def changed(current: CategoryMapping | None, event: MappingEvent, context: CommandContext) -> Changed:
    """A decided event with the state it leads to."""
    state = domain.apply(current, event, context.tenant, context.owner)
    return Changed(NewEvent(event, domain.mapping_stream(state.id), event.version), state)


async def _candidate(learned: MappingLearned, context: CommandContext, learning: Learning) -> Changed | None:
    others = await learning.mappings.votes(context.tenant, learned.key, learned.match, besides=context.owner)
    proposed = domain.propose(context.tenant, learned, others, learning.policy)
    if proposed is None or await learning.mappings.get(context.tenant, proposed.mapping_id) is not None:
        return None
    return changed(None, proposed, context)


def _refuse_bad_patterns(lesson: Lesson, learning: Learning) -> None:
    for place, pattern in enumerate(lesson.patterns or ()):
        try:
            learning.check_pattern(pattern)
        except InvalidPatternError as error:
            raise RejectionError(ErrorCode.INVALID_PATTERN, error.reason, field=f"patterns.{place}") from None
