"""The area *texts*."""

from __future__ import annotations

from contracts.commands.texts import ParseText
from contracts.events.texts import TextParsed
from contracts.values import ProcessingMethod
from workers.handlers.books import Books
from workers.handlers.context import milliseconds_since, reading_context
from workers.handlers.mapped import mapped_category, mapping_share, wanted_in, with_category
from workers.handlers.processing import processed
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.inference import TextExtraction
from workers.ports.tenancy import charged_to


async def parse_text(
    command: ParseText, context: CommandContext, *, extraction: TextExtraction, books: Books, clock: Clock
) -> Decision:
    """Understand a spending text; what it does not tell comes from the command, never from this machine."""
    started = clock.monotonic()
    book = await books.of(context.tenant, context.owner)
    with charged_to(context.tenant, context.owner):
        reading, shares = await extraction.extract(command.text, reading_context(command, context))
    # After the reading and not within: what was read may be remembered for all who send the same text, and what it
    # means to this owner never is.
    found = book.find(wanted_in(command.text, reading))
    if found is not None:
        reading = with_category(reading, mapped_category(found))
        shares = (*shares, mapping_share(found))
    parsed = TextParsed(
        **dict(reading),
        subcategory=found.match.mapping.subcategory if found else None,
        processing=processed(ProcessingMethod.RULES, milliseconds_since(started, clock), shares),
    )
    return Decision((NewEvent(parsed),))
