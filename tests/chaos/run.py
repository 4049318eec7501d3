"""One run: a stage, a load, a conductor, and what came of it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.chaos.conductor import Conductor, Tell
from tests.chaos.ending import gather, wait_for_the_last
from tests.chaos.injectors import Scene
from tests.chaos.recovery import Injected, Progress, Recovery, progress, recoveries, slow_points
from tests.chaos.schedule import Schedule
from tests.chaos.stage import AREAS, GROUP, GROUPS, MORE_AREAS, Stage, open_stage
from tests.chaos.standstill import Standstill, noticing
from tests.chaos.traffic import Load, Watch, timeline
from tests.chaos.workflows import AREAS as WORKFLOW_AREAS
from tests.chaos.workflows import WorkflowLoad, is_of
from tests.ledger.checker import Evidence, republished, republished_too_often, violations
from tests.ledger.commands import Kind
from tests.ledger.observe import outcome_topics
from tests.ledger.plan import CommandStream, Mix, first_of_each
from tests.ledger.scenarios import ScenarioStream
from tests.services.waiting import eventually
from workers.ports.clock import Clock

TENANT: Final = "chaos"
WORKFLOWS_TENANT: Final = "chaos-workflows"
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
        plots: of workflows beside the commands, how many of each kind there were and were compensated.
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
    plots: dict[str, str] = field(default_factory=dict)


async def run_chaos(
    schedule: Schedule, rate: float, folder: Path, clock: Clock, tell: Tell, *, workflows: float = 0.0
) -> Result:
    """Do to a real fleet what the schedule says, and judge it.

    Args:
        schedule: the faults.
        rate: commands sent, a second.
        folder: for logs; exists and is empty.
        clock: the machine's.
        tell: is told what happens as it does.
        workflows: that are started beside the commands, a second; without any, the crew works for fewer areas.
    """
    tell("starting three brokers, PostgreSQL and Redis")
    async with open_stage(folder, clock, MORE_AREAS if workflows else AREAS) as stage:
        tell(f"starting {CREW} workers")
        await _start_crew(stage)
        load = Load(stage.bootstrap_servers, CommandStream(schedule.seed, MIX, TENANT), clock, rate)
        beside = _workflows(stage, schedule.seed, clock, workflows) if workflows else None
        run = _Run(stage, schedule, clock, load, tell, beside)
        with noticing(clock.monotonic) as noticed:
            late = await run.play()
        return _judged(run, await run.evidence(), [*late, *await run.broken_workflows()], noticed.found)


def _workflows(stage: Stage, seed: int, clock: Clock, rate: float) -> WorkflowLoad:
    stream = ScenarioStream(seed, WORKFLOWS_TENANT)
    return WorkflowLoad(stage.bootstrap_servers, stream, clock, rate, stage.store)


class _Run:
    """A load, a watch and a conductor on a stage."""

    def __init__(
        self, stage: Stage, schedule: Schedule, clock: Clock, load: Load, tell: Tell, workflows: WorkflowLoad | None
    ) -> None:
        self.stage = stage
        self.schedule = schedule
        self.load = load
        self.workflows = workflows
        self.watch = Watch(
            stage.bootstrap_servers, outcome_topics(AREAS), clock, lambda one: not is_of(WORKFLOWS_TENANT, one)
        )
        self.conductor = Conductor(Scene(stage, load), clock, tell)
        self.ended = 0.0
        self._clock = clock
        self._tell = tell

    async def play(self) -> list[str]:
        """Do everything; what had not ended in time, a sentence each."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(self.watch.run))
            loading = group.create_task(self.load.run())
            if self.workflows is not None:
                group.create_task(asyncio.to_thread(self.workflows.watch.run))
                group.create_task(self.workflows.run())
            looking = group.create_task(self.conductor.look_after_crew())
            try:
                await self.conductor.carry_out(self.schedule)
                self.ended = self._clock.monotonic()
                self._tell("the last fault is over: waiting for the last outcomes")
                self._stop_loads()
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
                if self.workflows is not None:
                    self.workflows.give_up()
        return late

    async def evidence(self) -> Evidence:
        url = self.stage.database.url
        return await gather(self.watch, url, TENANT, AREAS, GROUP, without=WORKFLOWS_TENANT)

    async def broken_workflows(self) -> list[str]:
        """Promises that were broken to workflows, a sentence each."""
        if self.workflows is None:
            return []
        return self.workflows.judge(await self.workflows.evidence(self.stage.database.url, self._groups))

    @property
    def _groups(self) -> list[str]:
        return [f"{GROUP}.{area}" for area in WORKFLOW_AREAS]

    def _stop_loads(self) -> None:
        self.load.stop()
        if self.workflows is not None:
            self.workflows.stop()

    def _wait_for_the_last(self) -> list[str]:
        stacks = self.stage.crew.ask_for_stacks
        late = wait_for_the_last(self.load, self.watch, GROUPS, stacks)
        return late if self.workflows is None else [*late, *self.workflows.wait_for_the_last(self._groups, stacks)]

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
        plots={} if run.workflows is None else run.workflows.plots(),
    )
