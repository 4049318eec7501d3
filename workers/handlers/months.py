"""Closing months, in the area *insights*: the month's history and its entries are read, and a pure decision is made."""

from __future__ import annotations

from typing import cast

from contracts.codec import decode_event
from contracts.commands.months import FreezeMonth, MonthCommand, ReportMonth, UnfreezeMonth
from workers.domain import months
from workers.domain.months import ClosingEvent, Month, MonthCount, MonthCounter, Told, month_days, month_stream
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.months import MonthEntries
from workers.ports.store import EventReader


class Months:
    """Handles what happens to months.

    A month has few events, some a closing, and its state is folded from them each time. Two workers that decide at once
    meet in the stream's version, and one of them decides anew.

    Args:
        entries: reads a month's entries.
        events: reads a month's history.
    """

    def __init__(self, entries: MonthEntries, events: EventReader) -> None:
        self._entries = entries
        self._events = events

    async def freeze(self, command: FreezeMonth, context: CommandContext) -> Decision:
        """Hold on to what the month's entries are."""
        month = await self._month(command, context)
        counted = await self._counted(command, context)
        return _decision(months.freeze(month, command, counted), month, context)

    async def report(self, command: ReportMonth, context: CommandContext) -> Decision:
        """Report on the month."""
        month = await self._month(command, context)
        counted = await self._counted(command, context)
        return _decision(months.report(month, command, counted), month, context)

    async def unfreeze(self, command: UnfreezeMonth, context: CommandContext) -> Decision:
        """Undo what a workflow did to the month."""
        month = await self._month(command, context)
        return _decision(months.unfreeze(month, command), month, context)

    async def _month(self, command: MonthCommand, context: CommandContext) -> Month:
        month = months.OPEN
        for row in await self._events.stream(context.tenant, month_stream(context.owner, command.month)):
            # A month's stream holds nothing else.
            month = months.apply(month, cast("ClosingEvent", decode_event(row.type, row.data.encode())))
        return month

    async def _counted(self, command: MonthCommand, context: CommandContext) -> MonthCount:
        counter = MonthCounter()
        async for entry in self._entries.of_days(context.tenant, context.owner, month_days(command.month)):
            counter.add(entry)
        return counter.count()


def _decision(told: Told, month: Month, context: CommandContext) -> Decision:
    if not told.is_new:
        return Decision((NewEvent(told.event),))
    return Decision((NewEvent(told.event, month_stream(context.owner, told.event.month), month.version + 1),))
