"""Runs a fleet in this process: one worker an area, started together, drained together."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from adapters.clock import SystemClock
from adapters.http.endpoints import Operations, application
from adapters.http.server import HttpServer, url_of
from workers.bootstrap.clients import consumer_group
from workers.bootstrap.collector import spare_the_collector
from workers.bootstrap.errors import FleetAbortedError
from workers.bootstrap.following import make_follower
from workers.bootstrap.heartbeat import INTERVAL, Heartbeat
from workers.bootstrap.listening import listening_socket
from workers.bootstrap.parts import Parts, PartsOpener, fleet_parts, make_worker
from workers.bootstrap.signals import Stop, StopSignals
from workers.bootstrap.telemetry import Telemetry, telemetry
from workers.bootstrap.vitals import make_vitals, pings
from workers.config import PROJECTIONS, Settings
from workers.ports.clock import Clock
from workers.ports.store import EventReader, SpendingRepository
from workers.runtime.follower import Follower
from workers.runtime.supervisor import Supervisor
from workers.runtime.tally import Tally
from workers.runtime.vitals import Counting, Vitals, Watched
from workers.runtime.worker import Worker

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet that runs, as the process around it sees it.

    Attributes:
        store: reads the history.
        entries: reads the current entries.
        followers: keep the read models.
    """

    workers: tuple[Worker, ...]
    followers: tuple[Follower, ...]
    tallies: tuple[Tally, ...]
    store: EventReader
    entries: SpendingRepository
    surroundings: Surroundings

    @property
    def left(self) -> int:
        """Commands that were still in flight when the drain was given up; known once the fleet has stopped."""
        return sum(tally.left for tally in self.tallies)

    async def until_stopped(self) -> None:
        """Wait until the fleet is asked to stop.

        Raises:
            WorkerFailedError: a worker died.
        """
        error = await self.surroundings.supervisor.until(self.surroundings.stop.drain)
        if error is not None:
            raise error


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process has before its fleet works and after it has stopped.

    Attributes:
        telemetry: what the workers report to.
    """

    clock: Clock
    stop: Stop
    vitals: Vitals
    telemetry: Telemetry
    supervisor: Supervisor = field(default_factory=Supervisor)


async def run(settings: Settings, areas: Collection[str] | None = None, open_parts: PartsOpener = fleet_parts) -> None:
    """Run a fleet until SIGTERM or SIGINT, which drain it; a second one aborts the drain.

    Raises:
        UnavailableError: see `running`.
        WorkerFailedError: a worker died; everything uncommitted is redelivered to the next one.
        HttpAddressError: the address to answer on cannot be had.
        FleetAbortedError: it was stopped before everything in flight was finished.
    """
    clock, stop = SystemClock(), Stop()
    with telemetry(settings, clock, sys.stderr.buffer) as told:
        listening = listening_socket(settings.http)
        spare_the_collector()
        with StopSignals(stop, clock, settings.runtime.drain_timeout_seconds + told.last_scrape):
            async with running(settings, areas, stop, listening, open_parts, told) as fleet:
                await fleet.until_stopped()
    if fleet.left:
        raise FleetAbortedError(fleet.left)


@asynccontextmanager
async def running(
    settings: Settings,
    areas: Collection[str] | None = None,
    stop: Stop | None = None,
    listening: socket.socket | None = None,
    open_parts: PartsOpener = fleet_parts,
    told: Telemetry | None = None,
) -> AsyncIterator[Fleet]:
    """A fleet that has its partitions and works until the context ends or it is asked to stop, then drains.

    From the first moment to the last it answers over HTTP where it is `listening`, if it is.

    `open_parts` opens the adapters it works with; a test opens some that misbehave. Without a `told`, nothing is logged
    or traced of single commands.

    Raises:
        UnavailableError: broker, topics or database are not there; says which and what to do.
        WorkerFailedError: a worker died while starting.
    """
    chosen = tuple(areas or settings.runtime.areas)
    clock = SystemClock()
    told = told or Telemetry(settings, clock)
    surroundings = Surroundings(clock, stop or Stop(), make_vitals(settings, clock), told)
    async with _attended(settings, surroundings, listening), open_parts(settings, chosen) as parts:
        fleet = _assemble(settings, parts, chosen, surroundings)
        async with _working(fleet):
            LOG.info("fleet runs", extra={"areas": ",".join(chosen)})
            yield fleet


@asynccontextmanager
async def _attended(
    settings: Settings, surroundings: Surroundings, listening: socket.socket | None
) -> AsyncIterator[None]:
    """Sign of life, eye on itself and answers over HTTP, from before the start to after the end."""
    vitals, supervisor = surroundings.vitals, surroundings.supervisor
    url = None if listening is None else url_of(listening)
    heartbeat = Heartbeat(settings.data_dir, surroundings.clock, url)
    heartbeat.beat("starting")
    supervisor.spawn(vitals.beat_forever(), "eye on itself")
    supervisor.spawn(_beat_forever(heartbeat, surroundings), "heartbeat")
    supervisor.spawn(surroundings.telemetry.push_metrics_forever(), "metrics export")
    try:
        if listening is None:
            yield
        else:
            async with _answering(surroundings, listening):
                LOG.info("answers over HTTP", extra={"url": url})
                yield
                await _scraped_once_more(surroundings)
    finally:
        await supervisor.close()
        heartbeat.end()


async def _scraped_once_more(surroundings: Surroundings) -> None:
    """Let whoever counts see what was done since the last scrape: counters end with their process."""
    told = surroundings.telemetry
    if told.metrics_page is None or not told.last_scrape:
        return
    await surroundings.supervisor.first_of(
        told.scraped_again().wait(),
        surroundings.stop.abort.wait(),
        surroundings.clock.sleep(told.last_scrape),
    )


@asynccontextmanager
async def _answering(surroundings: Surroundings, listening: socket.socket) -> AsyncIterator[None]:
    vitals = surroundings.vitals
    operations = Operations(
        live=vitals.live,
        ready=vitals.ready,
        started=vitals.started,
        fleet=vitals.fleet,
        metrics=surroundings.telemetry.metrics_page,
    )
    server = HttpServer(application(operations), listening)
    serving = surroundings.supervisor.spawn(server.serve(), "HTTP")
    try:
        yield
    finally:
        server.stop()
        await asyncio.wait([serving])


@asynccontextmanager
async def _working(fleet: Fleet) -> AsyncIterator[None]:
    """The workers at work; drained when this ends."""
    around = fleet.surroundings
    working: tuple[Worker | Follower, ...] = (*fleet.workers, *fleet.followers)
    runs = [around.supervisor.spawn(worker.run(around.stop.drain), "worker") for worker in working]
    around.supervisor.spawn(_abort_when_asked(fleet), "abort")
    asking = around.supervisor.spawn(around.vitals.ping_forever(), "pings")
    try:
        await _all_ready(fleet)
        yield
    finally:
        around.stop.drain.set()
        results = await asyncio.gather(*runs, return_exceptions=True)
        asking.cancel()  # before the connections it asks through are closed
        await asyncio.wait([asking])
    _raise_first(results)


def _raise_first(results: Sequence[BaseException | None]) -> None:
    for result in results:
        if isinstance(result, Exception):
            raise result


def _assemble(settings: Settings, parts: Parts, areas: tuple[str, ...], surroundings: Surroundings) -> Fleet:
    commanded = tuple(area for area in areas if area != PROJECTIONS)
    tallies = tuple(Tally() for _ in commanded)
    told = surroundings.telemetry
    workers = tuple(
        make_worker(
            settings, parts, area, told.observer(area, consumer_group(settings, area), tally), told.carry_on(area)
        )
        for area, tally in zip(commanded, tallies, strict=True)
    )
    told.watch([partial(surroundings.vitals.seen, worker) for worker in workers], parts.backends, parts.models)
    followers: tuple[Follower, ...] = ()
    if PROJECTIONS in areas and parts.projections is not None:
        traced = told.following(consumer_group(settings, PROJECTIONS))
        followers = (make_follower(settings, parts, parts.projections, traced),)
        told.watch_followers([follower.progress for follower in followers], parts.projections.counts)
    watched: list[tuple[Watched, Counting]] = [*zip(workers, tallies, strict=True)]
    watched += [(follower, follower) for follower in followers]
    surroundings.vitals.watch(watched, pings(settings, parts), parts.backends)
    return Fleet(workers, followers, tallies, parts.events, parts.entries, surroundings)


async def _all_ready(fleet: Fleet) -> None:
    """Wait until every worker has its partitions, the fleet is told to stop, or a worker died."""
    around = fleet.surroundings
    ready = asyncio.Event()

    async def assigned() -> None:
        for worker in fleet.workers:
            await worker.ready()
        for follower in fleet.followers:
            await follower.ready()
        ready.set()

    async def told_to_stop() -> None:
        await around.stop.drain.wait()
        ready.set()

    around.supervisor.spawn(assigned(), "readiness")
    around.supervisor.spawn(told_to_stop(), "stop while starting")
    error = await around.supervisor.until(ready)
    if error is not None:
        raise error


async def _abort_when_asked(fleet: Fleet) -> None:
    await fleet.surroundings.stop.abort.wait()
    LOG.warning("abort: what is in flight is left to others")
    for worker in fleet.workers:
        worker.abort()


async def _beat_forever(heartbeat: Heartbeat, surroundings: Surroundings) -> None:
    while True:
        heartbeat.beat("draining" if surroundings.stop.drain.is_set() else surroundings.vitals.state)
        await surroundings.clock.sleep(INTERVAL)
