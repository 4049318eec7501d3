"""One run: a fleet under a steady load, phases in which something is done to it, and what came of all of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.conductor import Tell
from tests.chaos.ending import gather, wait_for_the_last
from tests.chaos.run import MIX
from tests.chaos.standstill import Standstill, noticing
from tests.chaos.traffic import Load, Watch
from tests.chaos.workflows import AREAS as WORKFLOW_AREAS
from tests.chaos.workflows import WorkflowLoad, is_of
from tests.ledger.checker import Evidence, repetitions, republished_too_often, violations
from tests.ledger.commands import Kind
from tests.ledger.observe import outcome_topics, reset_topics
from tests.ledger.plan import CommandStream, Mix, first_of_each
from tests.ledger.scenarios import ScenarioStream
from tests.ledger.workflow_checker import disorders
from tests.rolling.figures import Bound, Figures, Phase, figures, idle_releases, slow_points
from tests.rolling.fleet import Fleet, Place
from tests.services.kafka import fresh_name
from workers.ports.clock import Clock

AREAS: Final = ("receipts", "texts", "spending")
"""Where commands go from outside; workflows have theirs."""
TENANT: Final = "rolling"
WORKFLOWS_TENANT: Final = "rolling-workflows"
"""Judged by itself: its commands are caused by others, and its entries come in more than one way."""
# Without commands that no backend ever answers: they are retried for longer than a worker that stops would wait.
STEADY: Final = Mix([each for each in MIX.weights if each[0] is not Kind.HOPELESS], MIX.keys, MIX.duplicates)


@dataclass(frozen=True, slots=True)
class Options:
    """How to load a fleet.

    Attributes:
        rate: commands a second.
        seconds: that each phase lasts at least, after what is done in it.
        call: what each backend takes for an answer, seconds.
        workflows: that are started, a second.
    """

    rate: float = 30.0
    seconds: float = 15.0
    call: float = 0.05
    seed: int = 1
    workflows: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a run showed.

    Attributes:
        name: of the part.
        phases: what commands felt in each.
        workflow_phases: what workflows felt, from their start to their end, by the phase they were started in.
        workflows: that were started.
        plots: how many of each kind, and how many of them were compensated.
        sent: records, duplicates and poison included.
        commands: different ones.
        republished: outcomes published more often than their commands were sent.
        violations: promises that broke, a sentence each.
        slow: bounds that were missed, a sentence each.
        notes: what else is to be known of it.
    """

    name: str
    options: Options
    phases: tuple[Figures, ...]
    workflow_phases: tuple[Figures, ...]
    workflows: int
    plots: dict[str, str]
    sent: int
    commands: int
    republished: int
    standstills: tuple[Standstill, ...]
    violations: tuple[str, ...]
    slow: tuple[str, ...]
    notes: dict[str, str]


class Run:
    """A load on a fleet, phase by phase.

    Attributes:
        notes: what the result tells beside its figures.
    """

    def __init__(self, place: Place, options: Options, folder: Path, clock: Clock, tell: Tell) -> None:
        self.place = place
        self.group = fresh_name("rolling")
        self.fleet = Fleet(place, self.group, folder, options.call)
        self.load = Load(place.bootstrap_servers, CommandStream(options.seed, STEADY, TENANT), clock, options.rate)
        self.watch = Watch(
            place.bootstrap_servers, outcome_topics(AREAS), clock, lambda one: not is_of(WORKFLOWS_TENANT, one)
        )
        stream = ScenarioStream(options.seed, WORKFLOWS_TENANT)
        self.workflows = WorkflowLoad(place.bootstrap_servers, stream, clock, options.workflows, self.fleet.store)
        self.notes: dict[str, str] = {}
        self._options = options
        self._clock = clock
        self._tell = tell
        self._phases: list[Phase] = []
        self._shared: list[Phase] = []
        self._promised: list[str] = []

    async def quiet(self, name: str) -> None:
        """Let the load go on, nothing being done: what commands feel without a change."""
        await self._phase(name, None, None)

    async def change(
        self, name: str, bound: Bound, act: Callable[[], Awaitable[object]], *, shared: bool = False
    ) -> None:
        """Do something and let the load go on for a while.

        Args:
            name: of what is done.
            bound: what commands may feel of it.
            act: what is done.
            shared: whether every release that ran so far has to settle commands in it.
        """
        await self._phase(name, bound, act)
        if shared:
            self._shared.append(self._phases[-1])

    async def hold(self, share: float = 1.0) -> None:
        """Let the load go on for (a share of) the time of a phase."""
        await self._clock.sleep(self._options.seconds * share)

    def promise(self, *, kept: bool, sentence: str) -> None:
        """Tell of something that has to be so."""
        if not kept:
            self._promised.append(sentence)

    async def end(self) -> list[str]:
        """Wait for the last outcomes and stop the workers; what had not ended in time, a sentence each."""
        self._tell("waiting for the last outcomes")
        self.load.stop()
        self.workflows.stop()
        await asyncio.to_thread(self.load.flush)
        stacks = self.fleet.crew.ask_for_stacks
        groups = self._groups(AREAS)
        late = await asyncio.to_thread(wait_for_the_last, self.load, self.watch, groups, stacks)
        late += await asyncio.to_thread(self.workflows.wait_for_the_last, self._groups(WORKFLOW_AREAS), stacks)
        self.fleet.bury()
        await self.fleet.stop(*self.fleet.workers)
        return late

    def _groups(self, areas: Sequence[str]) -> list[str]:
        return [f"{self.group}.{area}" for area in areas]

    async def result(self, name: str, late: list[str], standstills: list[Standstill]) -> Result:
        """Judge what there is when everything has ended."""
        plan = self.load.sent
        evidence = await self._evidence()
        of_workflows = await self._of_workflows()
        outcomes = zip(self.watch.outcomes, self.watch.times, strict=True)
        arrivals = [(one.command_id, at) for one, at in outcomes]
        again = [self.watch.times[place] for place in repetitions(plan, self.watch.outcomes)]
        found = figures(self._phases, self.load.sendings(), arrivals, again, standstills)
        endings = self.workflows.endings()
        workflow_phases = figures(self._phases, self.workflows.sendings(), endings, (), standstills)
        releases = sorted({release for phase in self._phases for release in phase.settled})
        return Result(
            name=name,
            options=self._options,
            phases=tuple(found),
            workflow_phases=tuple(workflow_phases),
            workflows=len(self.workflows.begun),
            plots=self.workflows.plots(),
            sent=len(plan),
            commands=sum(1 for _ in first_of_each(plan)),
            republished=len(again),
            standstills=tuple(standstills),
            violations=(
                *late,
                *(f"died: {death}" for death in self.fleet.crew.deaths),
                *self._promised,
                *idle_releases(self._shared, releases),
                *violations(plan, evidence),
                *of_workflows,
            ),
            slow=(*slow_points(found), *republished_too_often(plan, evidence)),
            notes=self.notes,
        )

    async def _phase(self, name: str, bound: Bound | None, act: Callable[[], Awaitable[object]] | None) -> None:
        self._tell(name)
        before = await asyncio.to_thread(self.fleet.settled)
        start = self._clock.monotonic()
        if act is not None:
            await act()
        await self.hold()
        end = self._clock.monotonic()
        after = await asyncio.to_thread(self.fleet.settled)
        if died := self.fleet.bury():
            self._tell(f"died by themselves: {', '.join(died)}")
        settled = {release: count - before.get(release, 0) for release, count in after.items()}
        self._phases.append(Phase(name, start, end, bound, settled))

    async def _of_workflows(self) -> list[str]:
        """What was broken of the promises to workflows; what no release promised is noted."""
        evidence = await self.workflows.evidence(self.place.database_url, self._groups(WORKFLOW_AREAS))
        unordered = self.fleet.unordered()
        for name in unordered:
            out_of_order = sum(name in one.publishers for one in disorders(evidence))
            self.notes[f"streams out of order by {name}, which does not promise it"] = str(out_of_order)
        return self.workflows.judge(evidence, unordered)

    async def _evidence(self) -> Evidence:
        return await gather(self.watch, self.place.database_url, TENANT, AREAS, self.group, without=WORKFLOWS_TENANT)


@asynccontextmanager
async def loaded(run: Run) -> AsyncIterator[None]:
    """Keep the load going while the phases are played, and see every outcome until the run has ended."""
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(run.watch.run))
        group.create_task(asyncio.to_thread(run.workflows.watch.run))
        group.create_task(run.load.run())
        group.create_task(run.workflows.run())
        try:
            yield
        finally:
            run.load.stop()
            run.watch.stop()
            run.workflows.give_up()


Play = Callable[[Run], Awaitable[None]]
"""Does to a run's fleet what a part is about, phase by phase."""


async def play(  # noqa: PLR0913  what a run stands on, and what it does
    name: str,
    prepare: Play,
    part: Play,
    *,
    place: Place,
    options: Options,
    folder: Path,
    clock: Clock,
    tell: Tell,
) -> Result:
    """Carry a part out on empty topics and an empty database, and judge it.

    Args:
        name: of the part.
        prepare: makes the tables and starts the first workers, before anything is sent.
        part: what is done under load.
        place: the services; its topics are made anew, its database is empty.
        options: of the load.
        folder: for logs; exists and is empty.
        clock: the machine's.
        tell: is told what happens as it does.
    """
    run = Run(place, options, folder, clock, tell)
    try:
        await asyncio.to_thread(reset_topics, place.bootstrap_servers, place.replicas)
        await prepare(run)
        with noticing(clock.monotonic) as noticed:
            async with loaded(run):
                await part(run)
                late = await run.end()
        return await run.result(name, late, noticed.found)
    finally:
        run.fleet.close()
