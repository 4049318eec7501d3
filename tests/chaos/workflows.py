"""Workflows started at a rate beside commands, watched until they end, and judged by themselves."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from contracts.events.workflows import WorkflowCompensated
from tests.chaos.ending import END_SECONDS, dead_letters
from tests.chaos.recovery import Sending
from tests.chaos.traffic import TICK, Outlet, Watch
from tests.ledger.checker import Seen
from tests.ledger.observe import lag, outcome_topics
from tests.ledger.scenarios import Ask, Plot, Scenario, ScenarioStream, stored_key
from tests.ledger.steps import ENDS
from tests.ledger.stored import read_workflows
from tests.ledger.told import WorkflowEvidence, short
from tests.ledger.workflow_checker import workflow_violations
from tests.services.stores import open_statement_files
from tests.services.waiting import StillWaitingError, wait_until
from workers.ports.clock import Clock

AREAS: Final = ("receipts", "spending", "statements", "insights", "workflows")
"""Where workflows have something to do."""
KEPT_ROWS: Final = "statement-rows"
"""Where the object store has what is kept of a statement until it is recorded."""


class Script:
    """When each command of a scenario is to be sent. Pure.

    Args:
        now: when the scenario begins, seconds of any clock.

    Attributes:
        start: the command that starts the workflow.
    """

    def __init__(self, scenario: Scenario, now: float) -> None:
        self.start = scenario.start
        self._waiting = list(scenario.asks)
        self._ready: dict[str, float] = {}
        self._now = now

    @property
    def is_over(self) -> bool:
        """Whether everything was sent."""
        return not self._waiting

    def due(self, now: float, answered: Callable[[str], bool]) -> list[Ask]:
        """Those to be sent now, in their order; each is told once."""
        self._now = now
        found = [ask for ask in self._waiting if self._is_due(ask, answered)]
        self._waiting = [ask for ask in self._waiting if ask not in found]
        return found

    def _is_due(self, ask: Ask, answered: Callable[[str], bool]) -> bool:
        if not all(map(answered, ask.after)):
            return False
        return self._now >= self._ready.setdefault(ask.command_id, self._now) + ask.delay


class WorkflowLoad:
    """Starts scenarios at a rate, and sees what comes of them.

    Args:
        bootstrap_servers: of the brokers.
        stream: of scenarios.
        clock: the machine's.
        rate: scenarios a second.
        store: the folder of the fleet's object store.

    Attributes:
        watch: what came; runs in a thread of its own.
        begun: the scenarios of which something was sent.
        asked: what was sent, in order.
    """

    def __init__(self, bootstrap_servers: str, stream: ScenarioStream, clock: Clock, rate: float, store: Path) -> None:
        self._outlet = Outlet(bootstrap_servers)
        self._stream = stream
        self._clock = clock
        self._rate = rate
        self._store = store
        self._files = open_statement_files(f"file://{store}")
        self._scripts: list[Script] = []
        self._started: dict[str, float] = {}
        self._stopped = False
        self.watch = Watch(bootstrap_servers, outcome_topics(AREAS), clock, partial(is_of, stream.tenant))
        self.begun: list[Scenario] = []
        self.asked: list[Ask] = []

    @property
    def tenant(self) -> str:
        """Whose all of it is."""
        return self._stream.tenant

    async def run(self) -> None:
        """Start scenarios until stopped, and go on until what was begun is sent to its end."""
        began = self._clock.monotonic()
        while not self._stopped or self._scripts:
            now = self._clock.monotonic()
            while not self._stopped and len(self.begun) < int((now - began) * self._rate):
                await self._begin(self._stream.next())
            self._go_on(now)
            self._outlet.poll()
            await self._clock.sleep(TICK)

    def stop(self) -> None:
        """Begin no more."""
        self._stopped = True

    def give_up(self) -> None:
        """Send nothing more, and look no longer."""
        self._stopped = True
        self._scripts.clear()
        self.watch.stop()

    def wait_for_the_last(self, groups: Sequence[str], ask_for_stacks: Callable[[], None]) -> list[str]:
        """Wait until everything was sent, has ended and is committed; what had not, a sentence each; blocks.

        Args:
            groups: the consumer groups, one an area.
            ask_for_stacks: has the workers tell where they wait.
        """
        try:
            while left := self._left():
                wait_until(partial(self._has_less, left), f"the end of workflows: {left} to go", timeout=END_SECONDS)
            self._outlet.flush()
            servers = self.watch.bootstrap_servers
            wait_until(lambda: not any(lag(servers, groups).values()), "committed offsets", timeout=END_SECONDS)
        except StillWaitingError as error:
            ask_for_stacks()
            return [f"not ended: {error}"]
        return []

    async def evidence(self, database_url: str, groups: Sequence[str]) -> WorkflowEvidence:
        """What came of it, when the workers are gone."""
        servers = self.watch.bootstrap_servers
        stored = await read_workflows(database_url, self.tenant)
        letters = await asyncio.to_thread(dead_letters, servers, AREAS)
        return WorkflowEvidence(
            outcomes=self.watch.outcomes,
            rows=stored.rows,
            entries=stored.entries,
            runs=stored.runs,
            timers=stored.timers,
            kept=await asyncio.to_thread(self._kept),
            dead_letters=[letter.outcome_id for letter in letters if letter.is_of(self.tenant)],
            lag=await asyncio.to_thread(lag, servers, groups),
        )

    def judge(self, evidence: WorkflowEvidence, unordered: Collection[str] = ()) -> list[str]:
        """What broke a promise, a sentence each; the order of streams is not asked of releases named."""
        return workflow_violations(self.begun, self.asked, evidence, unordered)

    def sendings(self) -> list[Sending]:
        """When each workflow was started, and where, in order."""
        partitions = self._outlet.partitions
        return [Sending(start, partitions.get(start, ""), at) for start, at in self._started.items()]

    def endings(self) -> list[tuple[str, float]]:
        """When each workflow ended, by the command that started it."""
        return list(self._ended())

    def plots(self) -> dict[str, str]:
        """How many workflows of each kind were started, and how many of them were compensated."""
        compensated = {one.correlation_id for one in self.watch.outcomes if one.type == WorkflowCompensated.type}
        counts = Counter(scenario.plot for scenario in self.begun)
        undone = Counter(scenario.plot for scenario in self.begun if scenario.start in compensated)
        return {plot.value: f"{counts[plot]} started, {undone[plot]} compensated" for plot in Plot if counts[plot]}

    async def _begin(self, scenario: Scenario) -> None:
        if scenario.stored and scenario.file is not None:
            key = stored_key(self.tenant, scenario.file)
            await asyncio.to_thread(self._files.save, key, [scenario.file.data])
        self.begun.append(scenario)
        self._scripts.append(Script(scenario, self._clock.monotonic()))

    def _go_on(self, now: float) -> None:
        for script in self._scripts:
            for ask in script.due(now, self.watch.first.__contains__):
                for _ in range(ask.copies):
                    self._outlet.give(ask.command_id, ask.record)
                    self.asked.append(ask)
                if ask.command_id == script.start:
                    self._started[ask.command_id] = now
        self._scripts = [script for script in self._scripts if not script.is_over]

    def _left(self) -> int:
        """How much has not come yet: what is to be sent, ends of workflows, outcomes of what was sent."""
        ended = {start for start, _ in self._ended()}
        unanswered = {ask.command_id for ask in self.asked} - set(self.watch.first)
        return len(self._scripts) + len({scenario.start for scenario in self.begun} - ended) + len(unanswered)

    def _has_less(self, before: int) -> bool:
        return self._left() < before

    def _ended(self) -> Iterator[tuple[str, float]]:
        seen = zip(list(self.watch.outcomes), self.watch.times, strict=False)
        return ((one.correlation_id, at) for one, at in seen if short(one.type) in ENDS)

    def _kept(self) -> list[str]:
        folder = self._store / KEPT_ROWS
        return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def is_of(tenant: str, outcome: Seen) -> bool:
    """Whether an outcome is one of a tenant's."""
    return outcome.key.startswith(f"{tenant}/".encode())
