"""What the reading handlers share."""

from __future__ import annotations

from datetime import date

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.texts import ParseText
from contracts.readings import ReadingContext
from workers.domain.spending import local_date
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext


def reading_context(command: ParseText | ExtractReceipt, context: CommandContext) -> ReadingContext:
    """What the command says about the day, the place and the money of its owner."""
    return ReadingContext(
        reference_date=_reference_date(command, context),
        time_zone=command.time_zone,
        default_currency=command.default_currency,
    )


def milliseconds_since(start: float, clock: Clock) -> float:
    return round(max(0.0, clock.monotonic() - start) * 1000, 3)


def _reference_date(command: ParseText | ExtractReceipt, context: CommandContext) -> date:
    return command.reference_date or local_date(context.sent_at, command.time_zone)
