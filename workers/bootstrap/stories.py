"""Wires what tells the story of a command: what is stored of it, and the trace its spans are in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.database.reading import SqlSpendingRepository
from adapters.database.stories import SqlStoryReader
from adapters.database.workflows import SqlWorkflowBoard
from adapters.telemetry.sampling import Sampling
from contracts.envelope import Envelope
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.queries.storyteller import StoryPorts, Storyteller


@asynccontextmanager
async def storyteller(settings: Settings, *, with_commands: bool) -> AsyncIterator[Storyteller]:
    """The one who tells what is stored of a command.

    Args:
        settings: name the database.
        with_commands: also read what the commands say that workflows sent.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield Storyteller(
            StoryPorts(
                SqlStoryReader(database, with_commands=with_commands),
                SqlWorkflowBoard(database),
                SqlSpendingRepository(database),
            )
        )


def trace_of(settings: Settings) -> Callable[[str, Envelope], tuple[str, str | None]]:
    """Tells the trace a message's spans are in, and the `traceparent` its outcomes carry on, as the fleet decides it.

    The function takes the area that handles the message, and the message's envelope.
    """
    chosen = settings.telemetry

    def traced(area: str, envelope: Envelope) -> tuple[str, str | None]:
        sampling = Sampling(area, chosen.otlp_endpoint is not None, chosen.trace_ratio, chosen.slow_seconds)
        return f"{sampling.context(envelope).trace_id:032x}", sampling.carried(envelope).traceparent

    return traced
