"""The area *spending*: entries are read, a pure decision is made, and the new state goes along with its event."""

from __future__ import annotations

from collections.abc import Awaitable
from uuid import UUID

from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.events.spending import SpendingCorrected
from contracts.mappings import MappingSource
from workers.domain import spending
from workers.domain.errors import RejectionError
from workers.domain.mappings import Lesson, is_usable
from workers.domain.spending import SpendingEntry, SpendingEvent, entry_stream
from workers.handlers.learning import Changed, Learning, learnt
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.store import SpendingRepository


def record_spending(
    command: RecordSpending, context: CommandContext, *, entries: SpendingRepository
) -> Decision | Awaitable[Decision]:
    """Record an entry, at once where its id can be nobody else's.

    A derived id is taken only by an entry whose sender guessed it. Then the store finds a conflict, and the next
    attempt looks first.
    """
    if command.entry_id is None and context.attempt == 1:
        return _recorded(command, context, spending.new_entry_id(context.tenant, context.command_id), None)
    return _record_after_a_look(command, context, entries)


async def _record_after_a_look(
    command: RecordSpending, context: CommandContext, entries: SpendingRepository
) -> Decision:
    entry_id = command.entry_id or spending.new_entry_id(context.tenant, context.command_id)
    return _recorded(command, context, entry_id, await entries.get(context.tenant, entry_id))


def _recorded(
    command: RecordSpending, context: CommandContext, entry_id: UUID, current: SpendingEntry | None
) -> Decision:
    return _decision(current, spending.record(current, command, context.owner, entry_id, context.sent_at), context)


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
