"""The key-ordered dispatcher: one lane per (topic, partition, key), lanes in parallel, a bound over all.

Deliveries of a lane are settled one after the other in the order they came; a lane that waits (for a slow backend or
a retry) holds up nobody else. Of the lanes that could go on, the one whose next delivery came first does: that keeps
the watermark close behind the work, so a crash repeats little.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from workers.ports.messages import Partition
from workers.runtime.deliveries import Delivery

LaneKey = tuple[str, int, bytes | int]


class _Lane:
    """The waiting deliveries of one key with their turns, and the task that settles the first of them."""

    __slots__ = ("queue", "task")

    def __init__(self) -> None:
        self.queue: deque[tuple[int, Delivery]] = deque()
        self.task: asyncio.Task[None] | None = None

    @property
    def turn(self) -> int:
        """When the first waiting delivery came."""
        return self.queue[0][0]


class Dispatcher:
    """Runs lanes.

    Args:
        max_in_flight: how many lanes may settle at the same time.
        settle: carries one delivery to its end; returns once the outcome is stored and published. Anything it
            raises but cancellation is a defect of the runtime and stops the worker through `spawn`.
        finished: told after `settle` returned.
        spawn: starts a task whose failure stops the worker.
    """

    def __init__(
        self,
        max_in_flight: int,
        settle: Callable[[Delivery], Awaitable[None]],
        finished: Callable[[Delivery], None],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._max_in_flight = max_in_flight
        self._settle = settle
        self._finished = finished
        self._spawn = spawn
        self._lanes: dict[LaneKey, _Lane] = {}
        self._ready: list[tuple[int, LaneKey]] = []
        self._turns = 0
        self._running = 0
        self._starting = True
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def in_flight(self) -> int:
        """How many deliveries are being settled."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many deliveries wait in their lanes, those in flight included."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    def dispatch(self, delivery: Delivery) -> None:
        """Queue a delivery behind the earlier ones of its lane. Does not block."""
        key = delivery.lane
        self._turns += 1
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
            heapq.heappush(self._ready, (self._turns, key))
        lane.queue.append((self._turns, delivery))
        self._start_ready()

    def cancel(self, partition: Partition) -> list[Delivery]:
        """Drop the lanes of a partition that is somebody else's now, in flight or not; returns what was in them."""
        gone = [key for key in self._lanes if (key[0], key[1]) == partition]
        dropped: list[Delivery] = []
        for key in gone:
            lane = self._lanes.pop(key)
            dropped += [delivery for _, delivery in lane.queue]
            lane.queue.clear()
            if lane.task is not None:
                lane.task.cancel()
        self._ready = [(turn, key) for turn, key in self._ready if key in self._lanes]
        heapq.heapify(self._ready)
        return dropped

    async def aside(self, pause: Awaitable[None]) -> None:
        """Wait without holding a place: a lane in back-off holds up no lane that could go on.

        A lane that comes back may exceed the bound for as long as its attempt takes. Nobody waits for it to drain:
        what it has not decided is redelivered.
        """
        self._leave()
        self._start_ready()
        try:
            await pause
        finally:
            self._running += 1
            self._idle.clear()

    def halt(self) -> None:
        """Start nothing new from now on."""
        self._starting = False

    async def idle(self) -> None:
        """Wait until nothing is in flight."""
        await self._idle.wait()

    def _start_ready(self) -> None:
        while self._starting and self._ready and self._running < self._max_in_flight:
            _, key = heapq.heappop(self._ready)
            lane = self._lanes[key]
            self._running += 1
            self._idle.clear()
            lane.task = self._spawn(self._run(lane))
            # Not a `finally` in the task: one cancelled before its first step never enters it, and keeps its place.
            lane.task.add_done_callback(partial(self._ended, key, lane))

    async def _run(self, lane: _Lane) -> None:
        try:
            while lane.queue and self._starting:
                await self._settle(lane.queue[0][1])
                if not lane.queue:  # cancelled as a partition while the settle was finishing
                    break
                self._finished(lane.queue.popleft()[1])
                if self._ready and lane.queue and self._ready[0][0] < lane.turn:  # an older delivery waits elsewhere
                    break
        except Exception:
            self._starting = False  # the worker is about to stop: do not try the same delivery again
            raise

    def _ended(self, key: LaneKey, lane: _Lane, _task: asyncio.Task[None]) -> None:
        lane.task = None
        self._leave()
        self._requeue_or_forget(key, lane)
        self._start_ready()

    def _leave(self) -> None:
        self._running -= 1
        if self._running == 0:
            self._idle.set()

    def _requeue_or_forget(self, key: LaneKey, lane: _Lane) -> None:
        if self._lanes.get(key) is not lane:
            return
        if lane.queue:
            heapq.heappush(self._ready, (lane.turn, key))
        else:
            del self._lanes[key]
