"""The key-ordered dispatcher: one lane per (topic, partition, key), lanes in parallel, a bound over all.

Deliveries of a lane are settled one after the other in the order they came; a lane that waits (for a slow backend or
a retry) holds up nobody else. Which lane goes on next is a matter of fairness between tenants and of age, see
`workers.runtime.fairness`. Pure but for its own state: it starts work and is told of its end, and awaits nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from contracts.base import Command
from workers.ports.messages import Partition
from workers.runtime.deliveries import Delivery, LaneKey
from workers.runtime.fairness import FairQueue


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """Bounds of one dispatcher.

    Attributes:
        max_in_flight: lanes that may settle at the same time.
        max_in_flight_per_tenant: of one tenant; None for no bound but the first.
        tenant_weights: how many shares of contested places a tenant has; 1 where it is not named.
        unordered: command types whose order does not matter: each delivery has a lane of its own.
    """

    max_in_flight: int = 500
    max_in_flight_per_tenant: int | None = None
    tenant_weights: Mapping[str, float] = field(default_factory=dict)
    unordered: frozenset[type[Command]] = frozenset()


class Lane:
    """The waiting deliveries of one key, the first of which is being settled when `is_running`."""

    __slots__ = ("is_aside", "is_running", "key", "queue", "tenant", "turn")

    def __init__(self, key: LaneKey, tenant: str, turn: int) -> None:
        self.key = key
        self.tenant = tenant
        self.turn = turn
        self.queue: deque[tuple[int, Delivery]] = deque()
        self.is_running = False
        self.is_aside = False


class Dispatcher:
    """Runs lanes.

    Args:
        limits: the bounds.
        start: begins to settle a delivery and returns at once; the end is told by `done`, never from within.
    """

    def __init__(self, limits: DispatchLimits, start: Callable[[Delivery], None]) -> None:
        self._limits = limits
        self._start = start
        self._lanes: dict[LaneKey, Lane] = {}
        self._ready: FairQueue[Lane] = FairQueue(limits.tenant_weights, limits.max_in_flight_per_tenant)
        self._turns = 0
        self._running = 0
        self._aside = 0
        self._starting = True
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def in_flight(self) -> int:
        """How many deliveries hold a place."""
        return self._running

    @property
    def aside(self) -> int:
        """How many deliveries wait for their next attempt, without a place."""
        return self._aside

    @property
    def waiting(self) -> int:
        """How many deliveries are in their lanes, those in flight included."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    def lanes(self) -> Iterator[Lane]:
        """All lanes, the oldest first as far as they came into being."""
        return iter(self._lanes.values())

    def dispatch(self, deliveries: Collection[Delivery]) -> None:
        """Queue deliveries, each behind the earlier ones of its lane, and start what may start."""
        for delivery in deliveries:
            self._queue(delivery)
        self._start_ready()

    def done(self, deliveries: Collection[Delivery]) -> None:
        """Deliveries have been settled: their lanes go on."""
        for delivery in deliveries:
            lane = self._lanes.get(self._lane_key(delivery))
            if lane is None or not lane.queue or lane.queue[0][1] is not delivery:
                continue  # cancelled with its partition while its end was on the way
            lane.queue.popleft()
            self._release(lane)
            if lane.queue:
                lane.turn = lane.queue[0][0]
                self._ready.add(lane.tenant, lane.turn, lane)
            else:
                del self._lanes[lane.key]
        self._start_ready()

    def cancel(self, partition: Partition) -> list[Delivery]:
        """Drop the lanes of a partition that is somebody else's now, in flight or not; returns what was in them."""
        gone = [lane for key, lane in self._lanes.items() if (key[0], key[1]) == partition]
        dropped: list[Delivery] = []
        for lane in gone:
            del self._lanes[lane.key]
            dropped += [delivery for _, delivery in lane.queue]
            lane.queue.clear()
            self._release(lane)
        self._ready.drop(set(gone))
        for delivery in dropped:
            delivery.gone = True
        self._start_ready()
        return dropped

    def withdraw(self, partition: Partition, is_done: Callable[[int], bool]) -> list[Delivery]:
        """Drop the deliveries that another member has done meanwhile, in flight or not; their lanes go on without them.

        Args:
            partition: where it has done something.
            is_done: of an offset of the partition.
        """
        dropped: list[Delivery] = []
        for lane in [lane for key, lane in self._lanes.items() if (key[0], key[1]) == partition]:
            done = [delivery for _, delivery in lane.queue if is_done(delivery.record.offset)]
            if done:
                self._shorten(lane, done)
                dropped += done
        for delivery in dropped:
            delivery.gone = True
        self._start_ready()
        return dropped

    def _shorten(self, lane: Lane, dropped: list[Delivery]) -> None:
        head = lane.queue[0]
        lane.queue = deque(item for item in lane.queue if item[1] not in dropped)
        if lane.queue and lane.queue[0] is head:
            return
        self._ready.drop({lane})
        self._release(lane)
        if lane.queue:
            lane.turn = lane.queue[0][0]
            self._ready.add(lane.tenant, lane.turn, lane)
        else:
            del self._lanes[lane.key]

    def step_aside(self, delivery: Delivery) -> None:
        """The delivery waits for its next attempt and gives its place to a lane that could go on."""
        lane = self._lanes.get(self._lane_key(delivery))
        if lane is not None and lane.is_running and not lane.is_aside:
            lane.is_aside = True
            self._aside += 1
            self._leave(lane)
            self._start_ready()

    def step_back(self, delivery: Delivery) -> None:
        """The delivery goes on.

        It may exceed the bound for as long as its attempt takes. Nobody waits for it when the worker drains: what it
        has not decided is redelivered.
        """
        lane = self._lanes.get(self._lane_key(delivery))
        if lane is not None and lane.is_aside:
            lane.is_aside = False
            self._aside -= 1
            self._running += 1
            self._ready.hold(lane.tenant)
            self._idle.clear()

    def halt(self) -> None:
        """Start nothing new from now on."""
        self._starting = False

    async def idle(self) -> None:
        """Wait until nothing is in flight."""
        await self._idle.wait()

    def _queue(self, delivery: Delivery) -> None:
        key = self._lane_key(delivery)
        self._turns += 1
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(key, delivery.envelope.tenant, self._turns)
            lane.queue.append((self._turns, delivery))
            self._ready.add(lane.tenant, self._turns, lane)
        else:
            lane.queue.append((self._turns, delivery))

    def _lane_key(self, delivery: Delivery) -> LaneKey:
        if self._limits.unordered and type(delivery.command) in self._limits.unordered:
            return (delivery.record.topic, delivery.record.partition, delivery.record.offset)
        return delivery.lane

    def _start_ready(self) -> None:
        while self._starting and self._running < self._limits.max_in_flight:
            lane = self._ready.take()
            if lane is None:
                return
            lane.is_running = True
            self._running += 1
            self._idle.clear()
            self._start(lane.queue[0][1])

    def _release(self, lane: Lane) -> None:
        if lane.is_aside:
            lane.is_aside = False
            self._aside -= 1
        elif lane.is_running:
            self._leave(lane)
        lane.is_running = False

    def _leave(self, lane: Lane) -> None:
        self._running -= 1
        self._ready.give_back(lane.tenant)
        if self._running == 0:
            self._idle.set()
