"""The area *insights*: an owner's entries are read, and looked at beside the event loop."""

from __future__ import annotations

from datetime import date
from typing import Final

from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.envelope import partition_key
from contracts.errors import ErrorCode
from workers.domain.errors import RejectionError
from workers.domain.insights.analysis import AnalysisRequest, analyse, needed
from workers.domain.insights.forecast import HISTORY_DAYS, ForecastRequest, forecast
from workers.domain.insights.history import days_before
from workers.domain.spending import local_date
from workers.ports.computing import Computing
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.history import SpendingHistory

MOST_ENTRIES: Final = 20_000
"""Entries read for a command, the newest ones: 27 a day for two years."""


async def analyze_spending(
    command: AnalyzeSpending, context: CommandContext, *, history: SpendingHistory, computing: Computing
) -> Decision:
    period = days_before(_last_day(command, context), command.days)
    days = needed(period, command.budgets)
    found = await history.of_owner(context.tenant, context.owner, days, MOST_ENTRIES)
    request = AnalysisRequest(
        whose=partition_key(context.tenant, context.owner),
        entries=found.entries,
        complete=found.complete,
        period=period,
        budgets=command.budgets,
    )
    return Decision((NewEvent(await computing.run(analyse, request)),))


async def forecast_spending(
    command: ForecastSpending, context: CommandContext, *, history: SpendingHistory, computing: Computing
) -> Decision:
    past = days_before(_last_day(command, context), HISTORY_DAYS)
    found = await history.of_owner(context.tenant, context.owner, past, MOST_ENTRIES)
    request = ForecastRequest(found.entries, found.complete, past, command.days)
    return Decision((NewEvent(await computing.run(forecast, request)),))


def _last_day(command: AnalyzeSpending | ForecastSpending, context: CommandContext) -> date:
    """The reference date: the command's own, or its time's in its zone, never this machine's.

    Raises:
        RejectionError: invalid_command, for a day in the future or at the very beginning or end of the calendar.
    """
    today = local_date(context.sent_at, command.time_zone)
    last = command.reference_date or today
    if last > today:
        reason = f"{last} is after {today} in {command.time_zone}"
        raise RejectionError(ErrorCode.INVALID_COMMAND, reason, field="reference_date")
    if not _EARLIEST <= last <= _LATEST:
        raise RejectionError(ErrorCode.INVALID_COMMAND, f"{last} is out of range", field="reference_date")
    return last


_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(9997, 12, 31)
"""So that no day that is counted to, back or ahead, leaves the calendar."""
