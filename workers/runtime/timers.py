"""Durable timers: whoever owns a partition fires its workflows' timers, by publishing a command for each.

A timer's command has an id derived from the timer, so one that is fired twice, by a process that died before it took
the row away or by two that own the same number of different topics, takes effect once. When the next one is due is
kept in memory and brought forward by the timers this worker stores; what others store for its partitions is found by a
look now and then.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from contracts.codec import encode
from contracts.commands.workflows import FireTimer
from contracts.envelope import Envelope
from contracts.ids import derived_id
from contracts.topics import TopicRole, topic_name
from workers.ports.clock import Clock
from workers.ports.messages import OutgoingRecord, Publisher
from workers.ports.workflows import TimerStore, WorkflowTimer, WorkflowUpdate
from workers.runtime.ground import Ground

SOURCE: Final = "/poon/workers/workflows/timers"
LONGEST_WAIT: Final = 5.0
"""Seconds between two looks at the table, when nothing is known to be due sooner."""
SHORTEST_WAIT: Final = 0.02
BATCH: Final = 200
"""Timers fired at a time."""

_TOPIC: Final = topic_name(FireTimer.area, TopicRole.COMMANDS)
_TIMERS: Final = UUID("1e7d4f0c-30a2-5d0e-9b6e-52b5c9b7a6f1").bytes


@dataclass(frozen=True, slots=True)
class TimerPorts:
    """What fires timers.

    Attributes:
        publisher: one of its own; a publisher takes one call at a time.
    """

    store: TimerStore
    publisher: Publisher


class Timers:
    """Fires the timers of the partitions this worker owns.

    Args:
        owned: tells the numbers of these partitions.
        first_of: waits for the first of several, see `Supervisor.first_of`.
    """

    def __init__(
        self,
        ports: TimerPorts,
        ground: Ground,
        clock: Clock,
        rng: random.Random,
        owned: Callable[[], Collection[int]],
        first_of: Callable[..., Awaitable[None]],
    ) -> None:
        self._store = ports.store
        self._publisher = ports.publisher
        self._ground = ground
        self._clock = clock
        self._rng = rng
        self._owned = owned
        self._first_of = first_of
        self._gate: datetime | None = None
        self._sooner = asyncio.Event()

    def expect(self, updates: Iterable[WorkflowUpdate | None]) -> None:
        """Timers were stored: look at the table when the first of them is due."""
        timers = [change.timer for update in updates if update is not None for change in update.timers]
        first = min((timer.due_at for timer in timers if timer is not None), default=None)
        if first is not None and (self._gate is None or first < self._gate):
            self._gate = first
            self._sooner.set()

    async def fire_forever(self) -> None:
        """Fire what is due, and wait for the next. A supervisor runs this."""
        await self._ground.until_available("broker", self._publisher.start)
        try:
            while True:
                await self.fire_due()
                await self._until_next()
        finally:
            await self._publisher.stop()

    async def fire_due(self) -> int:
        """Fire all that is due, and tell how many that was."""
        fired = 0
        while owned := self._owned():
            look = partial(self._store.due, owned, self._clock.now(), BATCH)
            due = await self._ground.until_available("database", look)
            if not due:
                break
            records = [_command(timer, self._clock.now()) for timer in due]
            await self._ground.until_available("broker", partial(self._publisher.publish, records))
            # Only now: a timer that is taken away before it was fired would never be.
            await self._ground.until_available("database", partial(self._store.remove, due))
            fired += len(due)
        return fired

    async def _until_next(self) -> None:
        self._sooner.clear()
        owned = self._owned()
        self._gate = (
            await self._ground.until_available("database", partial(self._store.next_due, owned)) if owned else None
        )
        if not self._sooner.is_set():
            wait = LONGEST_WAIT if self._gate is None else (self._gate - self._clock.now()).total_seconds()
            longest = LONGEST_WAIT * self._rng.uniform(0.5, 1)
            await self._first_of(self._sooner.wait(), self._clock.sleep(min(max(wait, SHORTEST_WAIT), longest)))


def _command(timer: WorkflowTimer, now: datetime) -> OutgoingRecord:
    name = f"{timer.tenant}|{timer.workflow_id}|{timer.step}|{timer.token}"
    envelope = Envelope(
        id=str(derived_id(_TIMERS, name)),
        source=SOURCE,
        type=FireTimer.type,
        time=now,
        tenant=timer.tenant,
        owner=timer.owner,
        correlation_id=timer.correlation_id,
    )
    command = FireTimer(workflow_id=timer.workflow_id, step=timer.step, token=timer.token)
    return OutgoingRecord(_TOPIC, envelope.key.encode(), encode(command), envelope.headers())
