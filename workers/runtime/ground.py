"""Waiting for what every command needs: the database, the broker, and capabilities whose backends are all out."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self, TypeVar

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.runtime.retry import OUTAGE, backoff

T = TypeVar("T")

LOG: Final = logging.getLogger(__name__)


def _nobody_listens() -> None:
    """Nobody wants to know of outages."""


class Ground:
    """Knows what is missing at this moment, by name.

    While anything is, intake is paused and lanes wait: nothing is dead-lettered because of an outage. An outage begins
    with the first who lacks something and lasts until one of those who wait gets past it. When none of them is left,
    because their partitions went to another worker, it ends too: intake would otherwise stay paused for ever, waiting
    for news that nobody is after.

    Args:
        changed: called after an outage has begun or ended; must not block.
    """

    def __init__(self, clock: Clock, rng: random.Random, changed: Callable[[], None] = _nobody_listens) -> None:
        self._clock = clock
        self._rng = rng
        self._changed = changed
        self._waiting: dict[str, set[Waiter]] = {}

    @property
    def outages(self) -> frozenset[str]:
        """What is missing at this moment, by name."""
        return frozenset(self._waiting)

    @property
    def is_out(self) -> bool:
        """Whether anything is missing at this moment."""
        return bool(self._waiting)

    def waiter(self) -> Waiter:
        """A part in whatever outages a piece of work will meet, to be entered with `with`."""
        return Waiter(self)

    async def until_available(self, what: str, operation: Callable[[], Awaitable[T]]) -> T:
        """Run an operation that may be repeated safely until it does not raise UnavailableError."""
        waits = 0
        with self.waiter() as waiter:
            while True:
                try:
                    result = await operation()
                except UnavailableError as error:
                    waits += 1
                    waiter.lacks(what, str(error))
                    await self._clock.sleep(backoff(waits, OUTAGE, self._rng))
                else:
                    waiter.got_past()
                    return result

    def note(self, what: str, waiter: Waiter, reason: str) -> None:
        """A piece of work lacks something; for `Waiter`."""
        waiting = self._waiting.get(what)
        if waiting is not None:
            waiting.add(waiter)
            return
        self._waiting[what] = {waiter}
        LOG.error("outage", extra={"ground": what, "reason": reason})
        self._changed()

    def over(self, what: str) -> None:
        """A piece of work got what it had lacked, so it is there for everybody; for `Waiter`."""
        if self._waiting.pop(what, None) is not None:
            LOG.warning("outage over", extra={"ground": what})
            self._changed()

    def leave(self, what: str, waiter: Waiter) -> None:
        """A piece of work waits no longer, without knowing whether what it lacked is back; for `Waiter`."""
        waiting = self._waiting.get(what)
        if waiting is None:
            return
        waiting.discard(waiter)
        if not waiting:
            del self._waiting[what]
            LOG.warning("outage no longer watched", extra={"ground": what})
            self._changed()


class Waiter:
    """One piece of work and what it lacks. Its part in an outage ends with the work, however that ends."""

    __slots__ = ("_ground", "_what")

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._what: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def lacks(self, what: str, reason: str) -> None:
        """The work met an outage.

        Args:
            what: the missing ground.
            reason: which, where, and what to check; logged once an outage.
        """
        if self._what != what:
            self.leave()
        self._what = what
        self._ground.note(what, self, reason)

    def got_past(self) -> None:
        """The work got what it had lacked: the outage is over."""
        if self._what is not None:
            self._ground.over(self._what)
            self._what = None

    def leave(self) -> None:
        """The work waits no longer: it failed in another way, or ends."""
        if self._what is not None:
            self._ground.leave(self._what, self)
            self._what = None
