"""Keeps an eye on a fleet from within: its own pulse, its lanes, the services it stands on."""

from __future__ import annotations

import asyncio
import logging
import operator
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Protocol

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.fleet import BackendView, Counts, FleetView, HeadView, LaneView, PartitionView, WorkerView
from workers.ports.health import HealthReport
from workers.ports.status import BackendGauge, LaneStatus, PartitionStatus, WorkerStatus
from workers.runtime import health
from workers.runtime.health import HealthLimits, LaneId, Vital

LOG: Final = logging.getLogger(__name__)
PULSE: Final = 1.0
"""Seconds between two looks at the workers."""

PING_INTERVAL: Final = 3.0
"""Seconds between two looks at broker and database."""

PING_TIMEOUT: Final = 3.0
"""Seconds a service has to answer. One answer that is late says more of a busy machine than of the service, so only
the second in a row counts."""

Ping = Callable[[], Awaitable[object]]
"""Asks a service for a sign of life; raises UnavailableError with the reason."""


class Watched(Protocol):
    """A worker, as far as its health goes."""

    def status(self) -> WorkerStatus:
        """What it is doing now. Must not block."""
        ...


class Counting(Protocol):
    """What a worker has done so far."""

    @property
    def counts(self) -> Counts:
        """The numbers so far."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process this is."""

    host: str
    pid: int
    version: str


class Vitals:
    """Answers for a fleet at any moment, also before it has workers; nothing here blocks or waits for a service.

    Args:
        ping_timeout: how long a service has for its answer, seconds.
    """

    def __init__(
        self, clock: Clock, limits: HealthLimits, identity: Identity, ping_timeout: float = PING_TIMEOUT
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._identity = identity
        self._pings: Mapping[str, Ping] = {}
        self._backends: Sequence[BackendGauge] = ()
        self._ping_timeout = ping_timeout
        self._began = self._beat = clock.monotonic()
        self._delay = 0.0
        self._workers: Sequence[tuple[Watched, Counting]] = ()
        self._since: Mapping[LaneId, float] = {}
        self._reported: frozenset[LaneId] = frozenset()
        self._missing: dict[str, str] = {}
        self._late: set[str] = set()
        self._settled: tuple[int, ...] = ()

    def watch(
        self,
        workers: Sequence[tuple[Watched, Counting]],
        pings: Mapping[str, Ping],
        backends: Sequence[BackendGauge] = (),
    ) -> None:
        """Have an eye on these from now on.

        Args:
            workers: with what they have done.
            pings: how the services they stand on are asked, by name.
            backends: that they call.
        """
        self._workers = workers
        self._pings = pings
        self._backends = backends

    async def beat_forever(self) -> None:
        """Show that the event loop turns, and look at the lanes: one of the loops a supervisor runs."""
        while True:
            now = self._clock.monotonic()
            self._delay = max(0.0, now - self._beat - PULSE)
            self._beat = now
            self._since = health.worked_since(self._since, self._statuses(), now)
            self._tell_stuck()
            await self._clock.sleep(PULSE)

    async def ping_forever(self) -> None:
        """Ask the services while no finished work tells that they are there: the other loop."""
        while True:
            if self._missing or self._late or not self._is_getting_on():
                await asyncio.gather(*(self._ping(name, ping) for name, ping in self._pings.items()))
            await self._clock.sleep(PING_INTERVAL)

    def live(self) -> HealthReport:
        """Whether the process is alive."""
        return health.live(self._vital(), self._limits)

    def started(self) -> HealthReport:
        """Whether it has started."""
        return health.started(self._vital())

    def ready(self) -> HealthReport:
        """Whether it carries out commands."""
        return health.ready(self._vital(), self._limits)

    def fleet(self) -> FleetView:
        """What it is doing, whole."""
        vital = self._vital()
        counts = [tally.counts for _, tally in self._workers]
        views = zip(vital.workers, counts, strict=True)
        return FleetView(
            host=self._identity.host,
            pid=self._identity.pid,
            version=self._identity.version,
            state=health.state(vital),
            uptime=self._clock.monotonic() - self._began,
            loop_delay=self._delay,
            workers=tuple(_worker_view(status, done, vital.worked, self._limits) for status, done in views),
            backends=tuple(BackendView(**asdict(backend.status)) for backend in self._backends),
        )

    def seen(self, worker: Watched) -> WorkerStatus:
        """A worker as alerts have to see it: with nothing in hand it does not notice itself that a service is away."""
        status = worker.status()
        return replace(status, outages=status.outages | self._missing.keys())

    @property
    def state(self) -> str:
        """One word or a few for people: starting, running, waiting for something, draining."""
        return health.state(self._vital())

    def _statuses(self) -> tuple[WorkerStatus, ...]:
        return tuple(worker.status() for worker, _ in self._workers)

    def _vital(self) -> Vital:
        now = self._clock.monotonic()
        worked = {identity: now - since for identity, since in self._since.items()}
        return Vital(now - self._beat, self._statuses(), worked, dict(self._missing))

    def _is_getting_on(self) -> bool:
        """Whether every worker has settled something since the last look: then its services are there."""
        before, self._settled = self._settled, tuple(tally.counts.settled for _, tally in self._workers)
        return len(before) == len(self._settled) and all(map(operator.lt, before, self._settled))

    async def _ping(self, name: str, ping: Ping) -> None:
        try:
            async with asyncio.timeout(self._ping_timeout):
                await ping()
        except UnavailableError as error:
            self._missing[name] = str(error)
        except TimeoutError:
            if name in self._late:
                self._missing[name] = f"the {name} does not answer within {self._ping_timeout:g} s"
            self._late.add(name)
        else:
            self._missing.pop(name, None)
            self._late.discard(name)

    def _tell_stuck(self) -> None:
        """Log each stuck record once: a probe only restarts, and the log is where people look afterwards."""
        vital = self._vital()
        stuck = [lane for worker in vital.workers for lane in health.stuck_lanes(worker, vital.worked, self._limits)]
        found = {(lane.topic, lane.partition, lane.offset): lane for lane in stuck}
        for identity in found.keys() - self._reported:
            LOG.error("stuck", extra=found[identity].model_dump())
        self._reported = frozenset(found)


def _worker_view(
    status: WorkerStatus, counts: Counts, worked: Mapping[LaneId, float], limits: HealthLimits
) -> WorkerView:
    return WorkerView(
        area=status.area,
        group=status.group,
        started=status.started,
        draining=status.draining,
        outages=tuple(sorted(status.outages)),
        since_poll=status.since_poll,
        in_flight=status.in_flight,
        waiting=status.waiting,
        retrying=status.retrying,
        counts=counts,
        partitions=tuple(_partition_view(partition) for partition in status.partitions),
        slowest=tuple(_lane_view(lane) for lane in status.slowest),
        stuck=health.stuck_lanes(status, worked, limits),
    )


def _partition_view(status: PartitionStatus) -> PartitionView:
    head = status.head
    return PartitionView(
        topic=status.partition.topic,
        partition=status.partition.number,
        next_offset=status.next_offset,
        last_delivered=status.last_delivered,
        unfinished=status.unfinished,
        paused=status.paused,
        head=None if head is None else HeadView(**asdict(head)),
    )


def _lane_view(lane: LaneStatus) -> LaneView:
    return LaneView(
        topic=lane.partition.topic,
        partition=lane.partition.number,
        offset=lane.offset,
        key_hash=lane.key_hash,
        age=lane.age,
        waiting=lane.waiting,
        attempts=lane.attempts,
    )
