"""Waiting for the fleet's own ground: the database and the broker."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.observing import Observer
from workers.runtime.retry import RetryPolicy, backoff

T = TypeVar("T")

LOG: Final = logging.getLogger(__name__)
OUTAGE: Final = RetryPolicy(base_delay=0.1, max_delay=5.0)


class Ground:
    """Repeats an operation until the database or broker it needs is back.

    While it waits, lanes stay busy, the buffer fills and intake pauses: nothing is dead-lettered because of an outage.
    """

    def __init__(self, clock: Clock, rng: random.Random, observer: Observer) -> None:
        self._clock = clock
        self._rng = rng
        self._observer = observer
        self._outages: set[str] = set()

    @property
    def outages(self) -> frozenset[str]:
        """What is missing at this moment, by name."""
        return frozenset(self._outages)

    async def until_available(self, what: str, operation: Callable[[], Awaitable[T]]) -> T:
        """Run an operation that may be repeated safely until it does not raise UnavailableError."""
        attempt = 0
        while True:
            try:
                result = await operation()
            except UnavailableError as error:
                attempt += 1
                self._note(what, error)
                await self._clock.sleep(backoff(attempt, OUTAGE, self._rng))
            else:
                self._clear(what)
                return result

    def _note(self, what: str, error: UnavailableError) -> None:
        if what not in self._outages:
            self._outages.add(what)
            LOG.error("outage", extra={"ground": what, "reason": str(error)})
            self._observer.outage(what, over=False)

    def _clear(self, what: str) -> None:
        if what in self._outages:
            self._outages.discard(what)
            LOG.warning("outage over", extra={"ground": what})
            self._observer.outage(what, over=True)
