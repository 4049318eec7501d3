"""The area *texts*."""

from __future__ import annotations

from contracts.commands.texts import ParseText
from contracts.events.texts import TextParsed
from contracts.values import ProcessingMethod
from workers.handlers.context import milliseconds_since, reading_context
from workers.handlers.processing import processed
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.inference import TextExtraction
from workers.ports.tenancy import charged_to


async def parse_text(
    command: ParseText, context: CommandContext, *, extraction: TextExtraction, clock: Clock
) -> Decision:
    """Understand a spending text; what it does not tell comes from the command, never from this machine."""
    started = clock.monotonic()
    with charged_to(context.tenant):
        reading, shares = await extraction.extract(command.text, reading_context(command, context))
    processing = processed(ProcessingMethod.RULES, milliseconds_since(started, clock), shares)
    return Decision((NewEvent(TextParsed(**dict(reading), processing=processing)),))
