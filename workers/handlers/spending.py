"""The area *spending*: entries are read, a pure decision is made, and the new state goes along with its event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.events.spending import SpendingCorrected, SpendingRecorded
from contracts.mappings import MappingSource
from contracts.spending import PossibleDuplicate
from workers.domain import spending
from workers.domain.duplicates import MerchantKey, among, distinguish, pair_stream, place_of
from workers.domain.duplicates import apply as apply_pair
from workers.domain.errors import RejectionError
from workers.domain.mappings import Lesson, is_usable
from workers.domain.spending import SpendingEntry, SpendingEvent, entry_stream
from workers.handlers.learning import Changed, Learning, learnt
from workers.ports.duplicates import DuplicateRepository
from workers.ports.handling import Asked, CommandContext, Decided, Decision, NewEvent
from workers.ports.store import SpendingRepository


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What finding duplicates needs from outside.

    Attributes:
        named: whether the outcome that records an entry names them, which takes a read before it is decided.
    """

    stored: DuplicateRepository
    key: MerchantKey
    named: bool = True


class _Recorded(NamedTuple):
    event: SpendingRecorded
    entry: SpendingEntry


async def record_together(
    asked: Sequence[Asked[RecordSpending]], *, entries: SpendingRepository, duplicates: Duplicates
) -> Sequence[Decided]:
    """Record entries, and tell of each which of those stored may be of the same purchase; all share one look.

    They are recorded in any case, and not looked for among each other: of one owner, the next is asked for when the one
    before is stored.

    A derived id is taken only by an entry whose sender guessed it, so it is not looked up. Then the store finds a
    conflict, and the next attempt looks first.

    Two copies that are recorded at the same moment may miss each other here; commands of one owner are decided one
    after the other, so it takes two members that both believe to have the partition, or a command type whose order
    was given up. Whoever lists what is stored finds them.
    """
    known = {place: one for place, one in enumerate(asked) if _may_be_known(*one)}
    reads = (entries.get(context.tenant, _id_of(command, context)) for command, context in known.values())
    current = dict(zip(known, await asyncio.gather(*reads), strict=True)) if known else {}
    made = [_tried(one, current.get(place)) for place, one in enumerate(asked)]
    found = iter(await alike([one.entry for one in made if isinstance(one, _Recorded)], duplicates))
    return [
        _of_recorded(naming(one.event, next(found)), one.entry) if isinstance(one, _Recorded) else one for one in made
    ]


async def alike(entries: Sequence[SpendingEntry], duplicates: Duplicates) -> Sequence[tuple[PossibleDuplicate, ...]]:
    """Of each entry that is to be recorded, what stored ones may be of the same purchase: one look for all of them."""
    near = await duplicates.stored.near(entries)
    return [among(entry, others, duplicates.key) for entry, others in zip(entries, near, strict=True)]


def naming(event: SpendingRecorded, found: tuple[PossibleDuplicate, ...]) -> SpendingRecorded:
    """The event with what its entry looks like."""
    return event.model_copy(update={"possible_duplicates": found}) if found else event


def _tried(asked: Asked[RecordSpending], current: SpendingEntry | None) -> _Recorded | RejectionError:
    try:
        return _recorded(asked.command, asked.context, current)
    except RejectionError as error:
        return error


def record_without_a_look(
    command: RecordSpending, context: CommandContext, *, entries: SpendingRepository
) -> Decision | Awaitable[Decision]:
    """Record an entry as `record_together` does and name nothing, so that it is decided at once; nearly always."""
    if _may_be_known(command, context):
        return _record_if_new(command, context, entries)
    return _recording(command, context, None)


async def _record_if_new(command: RecordSpending, context: CommandContext, entries: SpendingRepository) -> Decision:
    return _recording(command, context, await entries.get(context.tenant, _id_of(command, context)))


def _recording(command: RecordSpending, context: CommandContext, current: SpendingEntry | None) -> Decision:
    return _of_recorded(*_recorded(command, context, current))


def _of_recorded(event: SpendingRecorded, entry: SpendingEntry) -> Decision:
    return Decision((NewEvent(event, entry_stream(entry.id), event.version),), (entry,))


def _recorded(command: RecordSpending, context: CommandContext, current: SpendingEntry | None) -> _Recorded:
    event = spending.record(current, command, context.owner, _id_of(command, context), context.sent_at)
    return _Recorded(event, spending.apply(current, event, context.tenant, context.owner))


def _may_be_known(command: RecordSpending, context: CommandContext) -> bool:
    return command.entry_id is not None or context.attempt > 1


def _id_of(command: RecordSpending, context: CommandContext) -> UUID:
    return command.entry_id or spending.new_entry_id(context.tenant, context.command_id)


async def correct_spending(
    command: CorrectSpending, context: CommandContext, *, entries: SpendingRepository, learning: Learning
) -> Decision:
    """Correct an entry; where the category changed, its merchant means that category to the owner from now on.

    What is learned is stored with the correction or not at all, so it counts once however often the command comes.
    """
    current = await entries.get(context.tenant, command.entry_id)
    event = spending.correct(current, command, context.owner, context.sent_at)
    decision = _decision(current, event, context)
    changes = await _lesson_learnt(current, event, context, learning)
    return Decision(
        (*(change.event for change in changes), *decision.events),
        (*(change.state for change in changes), *decision.states),
    )


async def enhance_spending(
    command: EnhanceSpending, context: CommandContext, *, entries: SpendingRepository
) -> Decision:
    current = await entries.get(context.tenant, command.entry_id)
    return _decision(current, spending.enhance(current, command, context.owner, context.sent_at), context)


async def delete_spending(command: DeleteSpending, context: CommandContext, *, entries: SpendingRepository) -> Decision:
    current = await entries.get(context.tenant, command.entry_id)
    return _decision(current, spending.delete(current, command, context.owner), context)


async def distinguish_spending(
    command: DistinguishSpending, context: CommandContext, *, entries: SpendingRepository, duplicates: Duplicates
) -> Decision:
    """Keep in mind that two entries are two purchases. It changes neither, so it never meets a change of them."""
    place = place_of(context.tenant, command.entry_id, command.other_id)
    event = distinguish(
        command,
        await entries.get(context.tenant, command.entry_id),
        await entries.get(context.tenant, command.other_id),
        await duplicates.stored.pair(place),
        context.owner,
    )
    pair = apply_pair(event, context.tenant, context.owner)
    return Decision((NewEvent(event, pair_stream(pair.id), event.version),), (pair,))


async def _lesson_learnt(
    current: SpendingEntry | None, event: SpendingCorrected, context: CommandContext, learning: Learning
) -> tuple[Changed, ...]:
    """What a correction teaches; nothing where the category stays or the owner's mappings are full."""
    entry = spending.apply(current, event, context.tenant, context.owner)
    key = learning.key(entry.merchant)
    if event.changes.category is None or not is_usable(key):
        return ()
    lesson = Lesson(key, entry.merchant, entry.category, MappingSource.CORRECTION, event.changes.subcategory)
    try:
        return await learnt(lesson, context, learning)
    except RejectionError:
        return ()


def _decision(current: SpendingEntry | None, event: SpendingEvent, context: CommandContext) -> Decision:
    entry = spending.apply(current, event, context.tenant, context.owner)
    return Decision((NewEvent(event, entry_stream(entry.id), event.version),), (entry,))
