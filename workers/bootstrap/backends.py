"""How many calls an AI backend is given at a time."""

from __future__ import annotations

from typing import Final

from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from contracts.base import Command
from workers.config import Settings
from workers.ports.clock import Clock

PATIENCE: Final = 0.25
"""Share of a handler's time that a call waits for its turn; the rest is for the backend itself."""


def limiter(
    settings: Settings, clock: Clock, backend: str, command: type[Command], at_most: int | None = None
) -> ConcurrencyLimiter:
    """The limiter of the backend with that name, called by the handler of that command.

    `at_most` is how many calls it can make use of; None where that is not known.
    """
    concurrency = settings.concurrency
    maximum = max(concurrency.minimum, min(concurrency.maximum, at_most or concurrency.maximum))
    bounds = LimitBounds(concurrency.minimum, maximum, concurrency.initial)
    patience = PATIENCE * settings.runtime.handler_timeout_of(command.type)
    return ConcurrencyLimiter(backend, bounds, clock, patience)
