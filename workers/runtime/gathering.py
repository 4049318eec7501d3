"""Deliveries that are decided together, because what their handler reads can be read for all of them in one go.

Whatever comes while a group is being decided is the next group, as with a group commit: an idle database is asked at
once, a busy one for everything that gathered meanwhile. A delivery is asked for when its lane comes to it and never
before, so its handler sees what the one before it in the lane has stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, NamedTuple

from contracts.base import Command
from workers.ports.errors import TransientError, UnavailableError
from workers.ports.handling import Asked, Decision, Together
from workers.runtime.deliveries import Delivery

MOST_TOGETHER: Final = 500
"""The event loop does nothing else while a group's decisions are made."""

Waiting = tuple[Delivery, Asked[Command]]


class Ends(NamedTuple):
    """Who is told how an attempt ended."""

    decided: Callable[[Delivery, Decision], None]
    failed: Callable[[Delivery, Exception], None]


class Gathering:
    """The deliveries of one command type on their way through its handler.

    Args:
        handler: decides them.
        time_budget: the most one attempt may take, seconds.
        ends: told of each delivery that is not another member's by then.
        spawn: starts a task whose failure stops the worker.
    """

    def __init__(
        self,
        handler: Together,
        time_budget: float,
        ends: Ends,
        spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]],
    ) -> None:
        self._handler = handler
        self._time_budget = time_budget
        self._ends = ends
        self._spawn = spawn
        self._waiting: deque[Waiting] = deque()
        self._is_deciding = False

    def add(self, delivery: Delivery, asked: Asked[Command]) -> None:
        """Have a delivery decided with whatever else there is. Does not block."""
        self._waiting.append((delivery, asked))
        if not self._is_deciding:
            self._is_deciding = True
            self._spawn(self._decide_all(), "decide together")

    async def _decide_all(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
            ours = [waiting for waiting in group if not waiting[0].gone]
            if ours:
                await self._decide(ours)
        self._is_deciding = False

    async def _decide(self, group: Sequence[Waiting]) -> None:
        try:
            async with asyncio.timeout(self._time_budget):
                made = await self._handler.decide([asked for _, asked in group])
        except Exception as error:  # noqa: BLE001  whatever a handler raises is a failure of what was asked for
            await self._all_failed(group, error)
            return
        for (delivery, _), one in zip(group, made, strict=True):
            if delivery.gone:
                continue
            if isinstance(one, Decision):
                self._ends.decided(delivery, one)
            else:
                self._ends.failed(delivery, one)

    async def _all_failed(self, group: Sequence[Waiting], error: Exception) -> None:
        """A failure that one of them may be the cause of must not be that of its neighbours."""
        if len(group) > 1 and not isinstance(error, (TransientError, UnavailableError, TimeoutError)):
            for waiting in group:
                if not waiting[0].gone:
                    await self._decide([waiting])
            return
        for delivery, _ in group:
            if not delivery.gone:
                self._ends.failed(delivery, error)
