"""Waits for the outcomes of commands that were sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from contracts.registry import NOTICES, PROGRESS
from workers.ports.clock import Clock
from workers.ports.outcomes import Outcome, OutcomeReader

POLL_SECONDS: Final = 0.25


async def outcomes_of(
    command_ids: Iterable[str],
    reader: OutcomeReader,
    clock: Clock,
    timeout_seconds: float,
    seen: Callable[[Outcome], None],
) -> dict[str, Outcome]:
    """The first outcome of each command, as far as they came in time.

    The reader took its position before the commands were sent; `seen` is told of each outcome as it comes.
    """
    open_ids = set(command_ids)
    found: dict[str, Outcome] = {}
    deadline = clock.monotonic() + timeout_seconds
    while open_ids and clock.monotonic() < deadline:
        for outcome in await reader.read(POLL_SECONDS):
            command_id = outcome.envelope.causation_id if outcome.envelope else None
            if command_id in open_ids and _ends_its_command(outcome):
                open_ids.discard(command_id)
                found[command_id] = outcome
                seen(outcome)
    return found


def _ends_its_command(outcome: Outcome) -> bool:
    """Whether it is the one that ends its command: what was learned by the way, or proposed, is published beside it."""
    event, envelope = outcome.event, outcome.envelope
    if event is None or envelope is None:  # unreadable, and told as that
        return True
    return type(event) not in (*NOTICES, *PROGRESS) and envelope.source.endswith(f"/{event.area}")
