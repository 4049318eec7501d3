"""Runs a fleet in this process: one worker an area, started together, drained together."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from adapters.telemetry.logs import configure_logging
from workers.bootstrap.heartbeat import INTERVAL, Heartbeat
from workers.bootstrap.parts import Parts, fleet_parts, make_worker
from workers.config import Settings
from workers.ports.store import EventReader, SpendingRepository
from workers.runtime.supervisor import Supervisor
from workers.runtime.worker import Worker

LOG: Final = logging.getLogger(__name__)

GC_THRESHOLDS: Final = (50_000, 20, 100)
"""Objects that came and did not go since the last look at the youngest, and looks until the older ones are included."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet that runs, as the process around it sees it.

    Attributes:
        store: reads the history.
        entries: reads the current entries.
    """

    workers: tuple[Worker, ...]
    store: EventReader
    entries: SpendingRepository
    supervisor: Supervisor
    stop: asyncio.Event

    async def until_stopped(self) -> None:
        """Wait until the fleet is asked to stop.

        Raises:
            WorkerFailedError: a worker died.
        """
        error = await self.supervisor.until(self.stop)
        if error is not None:
            raise error

    @property
    def state(self) -> str:
        """What the fleet does now, for the heartbeat."""
        missing = sorted({name for worker in self.workers for name in worker.outages})
        return f"waiting for {', '.join(missing)}" if missing else "running"


@asynccontextmanager
async def running(
    settings: Settings, areas: Collection[str] | None = None, stop: asyncio.Event | None = None
) -> AsyncIterator[Fleet]:
    """A fleet that has its partitions and works until the context ends or `stop` is set, then drains.

    Raises:
        UnavailableError: broker, topics or database are not there; says which and what to do.
        WorkerFailedError: a worker died while starting.
    """
    chosen = tuple(areas or settings.runtime.areas)
    async with fleet_parts(settings, chosen) as parts:
        heartbeat = Heartbeat(settings.data_dir, parts.clock)
        heartbeat.beat("starting")
        fleet = _assemble(settings, parts, chosen, stop or asyncio.Event())
        runs = [fleet.supervisor.spawn(worker.run(fleet.stop), "worker") for worker in fleet.workers]
        pulse = fleet.supervisor.spawn(_beat_forever(heartbeat, fleet, parts), "heartbeat")
        try:
            await _all_ready(fleet)
            LOG.info("fleet runs", extra={"areas": ",".join(chosen)})
            yield fleet
        finally:
            pulse.cancel()
            heartbeat.beat("draining")
            fleet.stop.set()
            results = await asyncio.gather(*runs, return_exceptions=True)
            await fleet.supervisor.close()
            heartbeat.end()
    for result in results:
        if isinstance(result, Exception):
            raise result


async def run(settings: Settings, areas: Collection[str] | None = None) -> None:
    """Run a fleet until SIGTERM or SIGINT, which drain it.

    Raises:
        UnavailableError: see `running`.
        WorkerFailedError: a worker died; everything uncommitted is redelivered to the next one.
    """
    configure_logging(settings.logging.level, settings.logging.format)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    spare_the_collector()
    async with running(settings, areas, stop) as fleet:
        await fleet.until_stopped()


def spare_the_collector() -> None:
    """Have the cyclic garbage collector look seldom, and never at what importing left.

    Records in flight are many objects that live for a moment and end by their reference counts; with the interpreter's
    thresholds the collector walks them again and again, for a third of a busy worker's time (`make bench` tells).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _assemble(settings: Settings, parts: Parts, areas: tuple[str, ...], stop: asyncio.Event) -> Fleet:
    workers = tuple(make_worker(settings, parts, area) for area in areas)
    return Fleet(workers, parts.events, parts.entries, Supervisor(), stop)


async def _all_ready(fleet: Fleet) -> None:
    """Wait until every worker has its partitions, the fleet is told to stop, or a worker died."""
    ready = asyncio.Event()

    async def assigned() -> None:
        for worker in fleet.workers:
            await worker.ready()
        ready.set()

    async def told_to_stop() -> None:
        await fleet.stop.wait()
        ready.set()

    fleet.supervisor.spawn(assigned(), "readiness")
    fleet.supervisor.spawn(told_to_stop(), "stop while starting")
    error = await fleet.supervisor.until(ready)
    if error is not None:
        raise error


async def _beat_forever(heartbeat: Heartbeat, fleet: Fleet, parts: Parts) -> None:
    while True:
        heartbeat.beat(fleet.state)
        await parts.clock.sleep(INTERVAL)
