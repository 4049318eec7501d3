"""`poon run --processes`: worker processes on this machine, started, watched and drained."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from adapters.clock import SystemClock
from contracts.topics import TOPICS
from workers.bootstrap.clients import consumed_topics, consumer_group, lag_reader, topics_of_area
from workers.bootstrap.crew import Crew, WorkerProcess
from workers.bootstrap.heartbeat import INTERVAL, Heartbeat
from workers.bootstrap.signals import MARGIN, Stop, StopSignals
from workers.bootstrap.telemetry import telemetry
from workers.config import Settings
from workers.domain.scaling.keda import LagReading, Offsets, read_lag
from workers.domain.scaling.local import values_for
from workers.domain.scaling.values import KafkaTrigger, ScalingValues
from workers.ports.lag import LagReader, PartitionLag
from workers.ports.messages import Partition
from workers.runtime.supervisor import Supervisor

_FOLDER: Final = "processes"
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Launch:
    """How a worker process is started.

    Attributes:
        command: the program and its arguments. It ends by draining when its standard input does.
        environment: what this process was given.
    """

    command: Sequence[str]
    environment: Mapping[str, str]


def partitions_of(areas: Sequence[str]) -> int:
    """The most partitions of one topic that these areas consume: more processes than these would idle."""
    return max(TOPICS[name].partitions for area in areas for name in topics_of_area(area) if name in TOPICS)


async def supervise(settings: Settings, areas: Sequence[str], values: ScalingValues, launch: Launch) -> None:
    """Run as many worker processes as the lag of these areas asks for, until SIGTERM or SIGINT, which drain them.

    A second signal aborts their drain. When this process is killed, its worker processes notice and drain.

    Raises:
        UnavailableError: the broker cannot be reached at the start.
        WorkerProcessError: the processes end for a reason that starting them again does not cure.
        ProcessesAbortedError: one of them was stopped before it had finished its work.
    """
    clock, stop = SystemClock(), Stop()
    # Its processes end first: they have the same time to drain, and this one has to see them end.
    patience = settings.runtime.drain_timeout_seconds + MARGIN
    with telemetry(settings, clock, sys.stderr.buffer), StopSignals(stop, clock, patience):
        async with lag_reader(settings, peek_seconds=0.0) as reader, _alive(settings):
            read = LagReadings(reader, settings, areas, values.triggers[0])
            await Crew(Processes(settings, launch), clock, values_for(values, len(areas)), read, stop).run()


@asynccontextmanager
async def _alive(settings: Settings) -> AsyncIterator[None]:
    """The sign of life of the process that supervises; each worker process has its own, in its own folder."""
    clock, supervisor = SystemClock(), Supervisor()
    heartbeat = Heartbeat(settings.data_dir, clock)

    async def beat_forever() -> None:
        while True:
            heartbeat.beat("supervising")
            await clock.sleep(INTERVAL)

    supervisor.spawn(beat_forever(), "heartbeat")
    try:
        yield
    finally:
        await supervisor.close()
        heartbeat.end()


class LagReadings:
    """Reads the lag of each area as KEDA's scaler would, remembering what was committed at the reading before."""

    def __init__(self, reader: LagReader, settings: Settings, areas: Sequence[str], trigger: KafkaTrigger) -> None:
        self._reader = reader
        self._trigger = trigger
        self._topics = consumed_topics(settings, areas)
        self._groups = [consumer_group(settings, area) for area in areas]
        self._previous: dict[tuple[str, Partition], int] = {}

    async def __call__(self) -> list[LagReading]:
        """One reading an area, in their order; raises as `LagReader.read` does."""
        lags = await self._reader.read(self._topics)
        return [self._of_group([lag for lag in lags if lag.group == group]) for group in self._groups]

    def _of_group(self, lags: Sequence[PartitionLag]) -> LagReading:
        places = {(lag.group, lag.partition): _offsets(lag) for lag in lags}
        found = read_lag(self._trigger, places, self._previous)
        self._previous |= {
            place: offsets.committed for place, offsets in places.items() if offsets.committed is not None
        }
        return found


def _offsets(lag: PartitionLag) -> Offsets:
    """As the broker has them; for a partition never committed what it still holds is behind, from its start."""
    if lag.committed is None:
        return Offsets(lag.end - lag.start, None)
    return Offsets(lag.end, lag.committed.next_offset)


class Processes:
    """`ProcessTable` of this machine.

    Each process has a session of its own, so that Ctrl-C reaches it once, through the supervisor; and a pipe as its
    standard input that ends with the supervisor, however that ends.
    """

    def __init__(self, settings: Settings, launch: Launch) -> None:
        self._settings = settings
        self._launch = launch

    async def start(self, place: int) -> WorkerProcess:
        """Start one; see `ProcessTable`."""
        process = await asyncio.create_subprocess_exec(
            *self._launch.command,
            stdin=asyncio.subprocess.PIPE,
            env=worker_environment(self._settings, self._launch.environment, place),
            start_new_session=True,
        )
        return _Started(process)


class _Started:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    def drain(self) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()


def worker_environment(settings: Settings, environment: Mapping[str, str], place: int) -> dict[str, str]:
    """What a worker process is given: the same database and images, a folder and a port of its own.

    Args:
        settings: of the supervisor.
        environment: of the supervisor.
        place: the process's number.
    """
    port = settings.http.port + place
    return {
        **environment,
        "POON_DATA_DIR": str(settings.data_dir / _FOLDER / str(place)),
        "POON_DATABASE__URL": settings.database.url.get_secret_value(),
        "POON_IMAGES__URL": settings.images.url.get_secret_value(),
        "POON_HTTP__PORT": str(port if settings.http.is_port_chosen and port <= _LAST_PORT else 0),
    }
