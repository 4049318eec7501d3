"""Follows outcome topics for those who keep read models.

No command is carried out here and no outcome published: so there is no inbox, no lane and no offset above a watermark.
Records are handed over by the batch, in the order of their partitions, and offsets are committed afterwards. What is
handed over again, after a crash or a rebalance, has to change nothing, and so has what comes in another order.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.fleet import Counts
from workers.ports.messages import CommitPoint, Intake, Partition, RawRecord, StaleAssignmentError
from workers.ports.status import FollowerStatus, PartitionStatus, WorkerStatus
from workers.runtime.ground import Ground
from workers.runtime.guard import GuardedSink
from workers.runtime.reporting import Facts
from workers.runtime.supervisor import Supervisor

LOG: Final = logging.getLogger(__name__)

Apply = Callable[[Sequence[RawRecord]], Awaitable[None]]
"""Applies records; raises UnavailableError where it may be tried again, and may be handed the same ones twice."""


@dataclass(frozen=True, slots=True)
class FollowerLimits:
    """Bounds of a follower.

    Attributes:
        batch: the most records applied at once.
        high: records in hand at which intake pauses; it goes on at half of them.
        drain_timeout: how long a stop waits for the batch that is being applied, seconds.
    """

    batch: int = 500
    high: int = 5_000
    drain_timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class FollowerPorts:
    """What a follower needs from the outside.

    Attributes:
        beside: what else is to be done once while it follows, tried again for as long as the database is away.
    """

    intake: Intake
    apply: Apply
    clock: Clock
    rng: random.Random
    beside: tuple[Callable[[], Awaitable[None]], ...] = ()


class FollowerFailedError(Exception):
    """A part of a follower died; the cause says which. What was not committed is handed over again."""


class Follower:
    """One member of a consumer group of outcome topics. Implements `RecordSink` for its intake.

    Args:
        area: what it is called in its status.
        group: its consumer group.
    """

    def __init__(self, ports: FollowerPorts, area: str, group: str, limits: FollowerLimits | None = None) -> None:
        self._ports = ports
        self._intake = ports.intake
        self._clock = ports.clock
        self._limits = limits or FollowerLimits()
        self._facts = Facts(area, group)
        self._ground = Ground(ports.clock, ports.rng)
        self._supervisor = Supervisor()
        self._in_hand: deque[RawRecord] = deque()
        self._applying: list[RawRecord] = []
        self._positions: dict[Partition, int] = {}
        self._owned: frozenset[Partition] = frozenset()
        self._paused = False
        self._taken = 0
        self._applied = 0
        self._batches = 0
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set; the batch in hand is finished then. May be called once.

        Raises:
            UnavailableError: the broker could not be reached at the start, or a topic is missing.
            FollowerFailedError: a part of it died.
        """
        try:
            following = self._supervisor.spawn(self._follow(), "follow outcomes")
            for work in self._ports.beside:
                self._supervisor.spawn(self._ground.until_available("database", work), "beside following")
            error = await self._supervisor.until(stop)
            if isinstance(error, UnavailableError):  # of the start: whatever comes later is waited for
                raise error
            if error is not None:
                raise FollowerFailedError(f"the follower of outcomes stops: {error}") from error
            self._facts.draining = True
            self._wake.set()
            await self._supervisor.first_of(_ended(following), self._clock.sleep(self._limits.drain_timeout))
        finally:
            await self._supervisor.close()
            await self._intake.stop()

    async def ready(self) -> None:
        """Wait until the group gave this member its first assignment."""
        await self._ready.wait()

    def status(self) -> WorkerStatus:
        """What it does at this moment."""
        polled = self._facts.polled
        in_hand = Counter(Partition(record.topic, record.partition) for record in self._in_hand)
        return WorkerStatus(
            area=self._facts.area,
            group=self._facts.group,
            started=self._facts.started,
            draining=self._facts.draining,
            outages=self._ground.outages,
            since_poll=None if polled is None else self._clock.monotonic() - polled,
            in_flight=0,
            waiting=len(self._in_hand),
            retrying=0,
            partitions=tuple(
                PartitionStatus(partition, None, None, in_hand[partition], self._paused, None)
                for partition in sorted(self._owned)
            ),
            slowest=(),
        )

    def progress(self) -> FollowerStatus:
        """How far it has come at this moment; looks at all that is in hand."""
        oldest = min((record.timestamp for record in (*self._applying, *self._in_hand)), default=None)
        now = self._clock.now().timestamp()
        return FollowerStatus(
            area=self._facts.area,
            positions=dict(self._positions),
            ends=self._intake.ends(self._owned),
            behind=0.0 if oldest is None else max(0.0, now - oldest / 1000),
        )

    @property
    def counts(self) -> Counts:
        """What it has done so far; *settled* are records that were applied."""
        return Counts(taken=self._taken, settled=self._applied, transactions=self._batches)

    def accept(self, records: Sequence[RawRecord]) -> None:
        """See `RecordSink.accept`."""
        self._in_hand.extend(records)
        for record in records:
            self._positions.setdefault(Partition(record.topic, record.partition), record.offset)
        self._taken += len(records)
        self._wake.set()
        if not self._paused and len(self._in_hand) >= self._limits.high:
            self._paused = True
            self._intake.pause(self._owned)

    def polled(self) -> None:
        """See `RecordSink.polled`."""
        self._facts.polled = self._clock.monotonic()

    async def assigned(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.assigned`. Reading begins anew at what is committed."""
        self._drop()
        self._owned = frozenset(partitions)
        self._facts.started = True
        self._ready.set()

    async def revoked(self, partitions: Collection[Partition]) -> None:  # noqa: ARG002  it is always all of them
        """See `RecordSink.revoked`. What is in hand is left to whoever gets the partitions."""
        self._drop()

    def _drop(self) -> None:
        self._in_hand.clear()
        self._positions.clear()
        self._paused = False

    async def _follow(self) -> None:
        await self._intake.start(GuardedSink(self, self._supervisor.fail))
        while not self._facts.draining:
            self._wake.clear()
            if self._in_hand:
                await self._take()
            else:
                await self._wake.wait()

    async def _take(self) -> None:
        size = min(self._limits.batch, len(self._in_hand))
        batch = self._applying = [self._in_hand.popleft() for _ in range(size)]
        if self._paused and len(self._in_hand) <= self._limits.high // 2:
            self._paused = False
            self._intake.resume(self._owned)
        await self._ground.until_available("database", partial(self._ports.apply, batch))
        self._applying = []
        self._applied += size
        self._batches += 1
        points = {Partition(record.topic, record.partition): CommitPoint(record.offset + 1) for record in batch}
        for partition in points.keys() & self._positions.keys():  # a rebalance meanwhile has them begin anew
            self._positions[partition] = max(self._positions[partition], points[partition].next_offset)
        try:
            await self._intake.commit(points)
        except StaleAssignmentError:
            LOG.info("offsets of an assignment that is over", extra={"records": size})
        except UnavailableError as error:  # the next batch's commit says as much
            LOG.warning("offsets cannot be committed", extra={"reason": str(error)})


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
