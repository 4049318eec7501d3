"""The area *spending*: entries are read, a pure decision is made, and the new state goes along with its event."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
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
from workers.domain import spending
from workers.domain.duplicates import MerchantKey, among, distinguish, pair_stream, place_of
from workers.domain.duplicates import apply as apply_pair
from workers.domain.errors import RejectionError
from workers.domain.mappings import Lesson, is_usable
from workers.domain.spending import SpendingEntry, SpendingEvent, entry_stream
from workers.handlers.learning import Changed, Learning, learnt
from workers.ports.duplicates import DuplicateRepository
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.store import SpendingRepository


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What finding duplicates needs from outside.

    Attributes:
        named: whether the outcome of RecordSpending names those of its entry, which takes a read before it is decided.
    """

    stored: DuplicateRepository
    key: MerchantKey
    named: bool = True


async def record_spending(
    command: RecordSpending, context: CommandContext, *, entries: SpendingRepository, duplicates: Duplicates
) -> Decision:
    """Record an entry, and tell which of those stored may be of the same purchase. It is recorded in any case.

    A derived id is taken only by an entry whose sender guessed it, so it is not looked up. Then the store finds a
    conflict, and the next attempt looks first.

    Two copies that are recorded at the same moment may miss each other here; commands of one owner are decided one
    after the other, so it takes two members that both believe to have the partition, or a command type whose order
    was given up. Whoever lists what is stored finds them.
    """
    current = None
    if _may_be_known(command, context):
        current = await entries.get(context.tenant, _id_of(command, context))
    event, entry = _recorded(command, context, current)
    found = among(entry, await duplicates.stored.near(entry), duplicates.key)
    if found:
        event = event.model_copy(update={"possible_duplicates": found})
    return Decision((NewEvent(event, entry_stream(entry.id), event.version),), (entry,))


def record_without_a_look(
    command: RecordSpending, context: CommandContext, *, entries: SpendingRepository
) -> Decision | Awaitable[Decision]:
    """Record an entry as `record_spending` does and name nothing, so that it is decided at once; nearly always."""
    if _may_be_known(command, context):
        return _record_if_new(command, context, entries)
    return _recording(command, context, None)


async def _record_if_new(command: RecordSpending, context: CommandContext, entries: SpendingRepository) -> Decision:
    return _recording(command, context, await entries.get(context.tenant, _id_of(command, context)))


def _recording(command: RecordSpending, context: CommandContext, current: SpendingEntry | None) -> Decision:
    event, entry = _recorded(command, context, current)
    return Decision((NewEvent(event, entry_stream(entry.id), event.version),), (entry,))


def _recorded(
    command: RecordSpending, context: CommandContext, current: SpendingEntry | None
) -> tuple[SpendingRecorded, SpendingEntry]:
    event = spending.record(current, command, context.owner, _id_of(command, context), context.sent_at)
    return event, spending.apply(current, event, context.tenant, context.owner)


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
