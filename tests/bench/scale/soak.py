"""The soak: mixed traffic for long over several workers, who may hold no more in the end than after warming up.

Traffic and checker are those of the chaos suite; nothing is broken here but time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import psycopg

from tests.bench.contenders import OURS, Contender
from tests.bench.ground import Ground
from tests.bench.process import LOG, running
from tests.bench.round import Round
from tests.bench.scale.soaking import AREAS, MIX, TENANT, SoakOptions, SoakSample
from tests.bench.scale.usage import usage
from tests.bench.scale.warm import new_round
from tests.chaos.crew import CLEAN
from tests.chaos.recovery import Progress, progress
from tests.chaos.traffic import Load, Watch, timeline
from tests.ledger.checker import Evidence, republished, republished_too_often, violations
from tests.ledger.observe import TopicTail, dead_letter_topics, header, lag, outcome_topics, reset_topics
from tests.ledger.plan import CommandStream, first_of_each
from tests.ledger.stored import read_stored
from tests.services.processes import ServiceProcess
from tests.services.waiting import StillWaitingError, wait_until
from workers.ports.clock import Clock

START_SECONDS: Final = 120.0
END_SECONDS: Final = 120.0
_CONNECTIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'poon-workers'"


@dataclass(slots=True)
class SoakRun:
    """What a soak showed.

    Attributes:
        sent: records, duplicates and poison included.
        commands: different ones.
        republished: outcomes published more often than their commands were sent.
        problems: promises that broke, a sentence each.
    """

    samples: list[SoakSample] = field(default_factory=list)
    sent: int = 0
    commands: int = 0
    republished: int = 0
    progress: Progress | None = None
    problems: tuple[str, ...] = ()


def run_soak(ground: Ground, options: SoakOptions, folder: Path, clock: Clock, tell: Callable[[str], None]) -> SoakRun:
    """Send mixed traffic to a fleet for as long as asked, look at the fleet meanwhile, and check every account."""
    servers = ground.kafka.bootstrap_servers
    reset_topics(servers)
    with ground.fresh_database() as database_url, ExitStack() as stack:
        about = new_round(ground, database_url)
        workers = []
        for number in range(1, options.workers + 1):
            place = folder / f"worker-{number}"
            place.mkdir(parents=True)
            workers.append(stack.enter_context(running(_fleet(), about, place)))
        tell(f"starting {len(workers)} workers")
        wait_until(lambda: all(_runs(worker, folder, workers) for worker in workers), "workers", timeout=START_SECONDS)
        soak = _Soak(ground, about, options, workers, clock)
        tell(f"{options.rate:g} commands/s for {options.minutes:g} minutes")
        late = asyncio.run(soak.play())
        tell("stopping the workers, reading topics and tables")
        for worker in workers:
            worker.stop()
        return soak.judged(asyncio.run(soak.evidence()), late)


class _Soak:
    """A load, a watch, and somebody who looks at the workers."""

    def __init__(
        self, ground: Ground, about: Round, options: SoakOptions, workers: list[ServiceProcess], clock: Clock
    ) -> None:
        self._about = about
        self._ground = ground
        self._options = options
        self._workers = workers
        self._clock = clock
        self._load = Load(about.bootstrap_servers, CommandStream(options.seed, MIX, TENANT), clock, options.rate)
        self._watch = Watch(about.bootstrap_servers, outcome_topics(AREAS), clock)
        self._run = SoakRun()

    async def play(self) -> list[str]:
        """Do everything; what had not ended in time, a sentence each."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(self._watch.run))
            loading = group.create_task(self._load.run())
            try:
                await self._look()
                self._load.stop()
                await loading
                await asyncio.to_thread(self._load.flush)
                return await asyncio.to_thread(self._wait_for_the_last)
            finally:
                self._load.stop()
                self._watch.stop()

    async def evidence(self) -> Evidence:
        """What the run left on topics and in tables."""
        tail = TopicTail(self._about.bootstrap_servers, dead_letter_topics(AREAS))
        tail.to_the_end()
        tail.close()
        letters = [header(message, "poon_outcome-id") for message in tail.messages]
        stored = await read_stored(self._about.database_url, TENANT)
        return Evidence(self._watch.outcomes, letters, stored.rows, stored.entries, self._lag())

    def judged(self, evidence: Evidence, late: list[str]) -> SoakRun:
        """The run with everything that is wrong with it, but for what grew."""
        sent, run = self._load.sent, self._run
        run.sent, run.commands = len(sent), sum(1 for _ in first_of_each(sent))
        run.republished = republished(sent, evidence)
        run.progress = progress(timeline(self._load, self._watch))
        run.problems = (
            *late,
            *(
                f"worker {number} ended with {worker.exit_code}: {worker.tail()[-500:]}"
                for number, worker in enumerate(self._workers, 1)
                if worker.exit_code not in CLEAN
            ),
            *violations(sent, evidence),
            *republished_too_often(sent, evidence),
        )
        return run

    async def _look(self) -> None:
        began = self._clock.monotonic()
        while (passed := self._clock.monotonic() - began) < self._options.seconds:
            if not all(worker.running for worker in self._workers):
                return  # how it ended is a problem of the run, and what the others did is still worth checking
            self._run.samples.append(await asyncio.to_thread(self._sample, passed))
            await self._clock.sleep(min(self._options.every, self._options.seconds - passed))

    def _sample(self, passed: float) -> SoakSample:
        with psycopg.connect(self._ground.postgres.url) as connection:
            ((connections,),) = connection.execute(_CONNECTIONS).fetchall()
        return SoakSample(
            seconds=passed,
            workers=tuple(usage(worker.pid) for worker in self._workers),
            connections=connections,
            lag=sum(self._lag().values()),
        )

    def _wait_for_the_last(self) -> list[str]:
        expected = sum(1 for _ in first_of_each(self._load.sent))
        try:
            wait_until(lambda: len(self._watch.first) >= expected, f"{expected} outcomes", timeout=END_SECONDS)
            wait_until(lambda: not any(self._lag().values()), "committed offsets", timeout=END_SECONDS)
        except StillWaitingError as error:
            return [f"not ended: {error}"]
        return []

    def _lag(self) -> dict[str, int]:
        return lag(self._about.bootstrap_servers, [f"{self._about.group}.{area}" for area in AREAS])


def _fleet() -> Contender:
    """`poon run` with everything on, for the areas whose commands are sent."""
    ours = OURS[0]
    return replace(ours, arguments=(*ours.arguments[:-1], ",".join(AREAS)))


def _runs(worker: ServiceProcess, folder: Path, workers: list[ServiceProcess]) -> bool:
    worker.ensure_running()
    log = folder / f"worker-{workers.index(worker) + 1}" / LOG
    return '"fleet runs"' in log.read_text(errors="replace")
