"""One run: a stage, a load, a conductor, and what came of it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.conductor import Conductor, Tell
from tests.chaos.ending import gather, wait_for_the_last
from tests.chaos.injectors import Scene
from tests.chaos.recovery import Injected, Progress, Recovery, progress, recoveries, slow_points
from tests.chaos.schedule import Schedule
from tests.chaos.stage import AREAS, GROUP, GROUPS, Stage, open_stage
from tests.chaos.standstill import Standstill, noticing
from tests.chaos.traffic import Load, Watch, timeline
from tests.ledger.checker import Evidence, republished, republished_too_often, violations
from tests.ledger.commands import Kind
from tests.ledger.observe import outcome_topics
from tests.ledger.plan import CommandStream, Mix, first_of_each
from tests.services.waiting import eventually
from workers.ports.clock import Clock

TENANT: Final = "chaos"
MIX: Final = Mix(
    weights=(
        (Kind.TEXT, 60.0),
        (Kind.NO_AMOUNT, 1.5),
        (Kind.RECORD, 12.0),
        (Kind.CORRECTION, 12.0),
        (Kind.RECEIPT, 14.0),
        (Kind.POISON, 0.3),
        (Kind.HOPELESS, 0.2),
    ),
    keys=500,
    duplicates=0.01,
)
CREW: Final = 2
"""Workers when nothing is done to them."""
START_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a run showed.

    Attributes:
        services: their versions.
        sent: records, duplicates and poison included.
        commands: different ones.
        republished: outcomes published more often than their commands were sent.
        failed_starts: workers that could not start while a service was away.
        injected: all faults, in the order of their ends.
        violations: promises that broke, a sentence each.
        standstills: when the machine itself stood still.
        slow: bounds that were missed, a sentence each: recovery, stalls, outcomes published again.
    """

    schedule: Schedule
    rate: float
    services: dict[str, str]
    sent: int
    commands: int
    republished: int
    failed_starts: int
    injected: tuple[Injected, ...]
    recoveries: tuple[Recovery, ...]
    progress: Progress
    standstills: tuple[Standstill, ...]
    violations: tuple[str, ...]
    slow: tuple[str, ...]


async def run_chaos(schedule: Schedule, rate: float, folder: Path, clock: Clock, tell: Tell) -> Result:
    """Do to a real fleet what the schedule says, and judge it.

    Args:
        schedule: the faults.
        rate: commands sent, a second.
        folder: for logs; exists and is empty.
        clock: the machine's.
        tell: is told what happens as it does.
    """
    tell("starting three brokers, PostgreSQL and Redis")
    async with open_stage(folder, clock) as stage:
        tell(f"starting {CREW} workers")
        await _start_crew(stage)
        load = Load(stage.bootstrap_servers, CommandStream(schedule.seed, MIX, TENANT), clock, rate)
        run = _Run(stage, schedule, clock, load, tell)
        with noticing(clock.monotonic) as noticed:
            late = await run.play()
        return _judged(run, await run.evidence(), late, noticed.found)


class _Run:
    """A load, a watch and a conductor on a stage."""

    def __init__(self, stage: Stage, schedule: Schedule, clock: Clock, load: Load, tell: Tell) -> None:
        self.stage = stage
        self.schedule = schedule
        self.load = load
        self.watch = Watch(stage.bootstrap_servers, outcome_topics(AREAS), clock)
        self.conductor = Conductor(Scene(stage, load), clock, tell)
        self.ended = 0.0
        self._clock = clock
        self._tell = tell

    async def play(self) -> list[str]:
        """Do everything; what had not ended in time, a sentence each."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(self.watch.run))
            loading = group.create_task(self.load.run())
            looking = group.create_task(self.conductor.look_after_crew())
            try:
                await self.conductor.carry_out(self.schedule)
                self.ended = self._clock.monotonic()
                self._tell("the last fault is over: waiting for the last outcomes")
                self.load.stop()
                await loading
                await asyncio.to_thread(self.load.flush)
                late = await asyncio.to_thread(self._wait_for_the_last)
                looking.cancel()
                self._tell("stopping the workers, reading topics and tables")
                await asyncio.to_thread(self._stop_crew)
            finally:
                looking.cancel()
                self.load.stop()
                self.watch.stop()
        return late

    async def evidence(self) -> Evidence:
        return await gather(self.watch, self.stage.database.url, TENANT, AREAS, GROUP)

    def _wait_for_the_last(self) -> list[str]:
        return wait_for_the_last(self.load, self.watch, GROUPS, self.stage.crew.ask_for_stacks)

    def _stop_crew(self) -> None:
        for worker in self.stage.crew.workers:
            self.stage.crew.stop(worker)


async def _start_crew(stage: Stage) -> None:
    for _ in range(CREW):
        stage.crew.add()
    await eventually(
        lambda: stage.crew.bury() or all(worker.has_run for worker in stage.crew.workers),
        "the workers to run",
        seconds=START_SECONDS,
    )
    if stage.crew.deaths or stage.crew.failed_starts:
        raise CannotStartError(*stage.crew.deaths)


class CannotStartError(Exception):
    """A worker did not even start on a stage where nothing is broken yet."""


def _judged(run: _Run, evidence: Evidence, late: list[str], standstills: list[Standstill]) -> Result:
    seen = timeline(run.load, run.watch)
    recovered = recoveries(run.conductor.journal, seen, run.ended, standstills)
    measured = progress(seen, standstills)
    commands = sum(1 for _ in first_of_each(run.load.sent))
    died = [f"died: {death}" for death in run.stage.crew.deaths]
    return Result(
        schedule=run.schedule,
        rate=run.load.rate,
        services=run.stage.versions(),
        sent=len(run.load.sent),
        commands=commands,
        republished=republished(run.load.sent, evidence),
        failed_starts=run.stage.crew.failed_starts,
        injected=tuple(run.conductor.journal),
        recoveries=tuple(recovered),
        progress=measured,
        standstills=tuple(standstills),
        violations=(*late, *died, *violations(run.load.sent, evidence)),
        slow=(*slow_points(recovered, measured), *republished_too_often(run.load.sent, evidence)),
    )
