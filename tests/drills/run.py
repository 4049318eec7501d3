"""One drill from the calm to the clean ledger, and its times."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.drills.definition import Drill
from tests.drills.judging import OF_THE_MACHINE, Named, disturbed_calm, failings, naming, the_alert
from tests.drills.runbooks import of_program
from tests.drills.scene import Scene
from tests.drills.stage import TENANT, Stage, open_stage
from tests.drills.workers import AREAS
from tests.ledger.checker import Evidence, violations
from tests.ledger.observe import TopicTail, dead_letter_topics, header, lag
from tests.ledger.plan import first_of_each
from tests.ledger.stored import read_stored
from tests.services.kafka import KafkaService
from tests.services.waiting import eventually
from workers.ports.clock import Clock

PATIENCE: Final = 420.0
"""Seconds for each step: the machine may be busy with other things, and the figures say how long it took."""
LOOK: Final = 0.25
"""Seconds between two questions to Prometheus."""
WHOLE: Final = "2h"
"""Longer than any drill."""

Tell = Callable[[str], None]


@dataclass
class Result:
    """What a drill showed. Times are seconds as they passed, thus in the divided time where rules are concerned.

    Attributes:
        hit: what the fault hit.
        to_alert: from the fault to the alert.
        to_cause: from the alert to a doctor that names the cause.
        looks: how often the doctor was asked.
        to_clear: from the first step of the cure until the alert was gone.
        steps: what of the page was carried out.
        also: other alerts that fired meanwhile.
        machine: alerts of the machine itself that fired in the calm.
        failings: what is wrong, a sentence each.
    """

    drill: Drill
    hit: str = ""
    to_alert: float = 0.0
    to_cause: float = 0.0
    looks: int = 0
    to_clear: float = 0.0
    named: Named | None = None
    steps: list[str] = field(default_factory=list)
    also: set[str] = field(default_factory=set)
    machine: set[str] = field(default_factory=set)
    commands: int = 0
    failings: list[str] = field(default_factory=list)


async def run_drill(drill: Drill, kafka: KafkaService, folder: Path, clock: Clock, rate: float, tell: Tell) -> Result:
    """Carry a drill out.

    Raises:
        StillWaitingError: a step did not come to its end: the alert, its cause, its clearing, the last outcome.
    """
    tell(f"{drill.name}: starts services and {drill.workers} workers; time divided by {drill.factor:g}")
    async with open_stage(drill, kafka, folder, clock, rate) as stage:
        return await _Run(drill, stage, tell).play()


class _Run:
    def __init__(self, drill: Drill, stage: Stage, tell: Tell) -> None:
        self._drill = drill
        self._stage = stage
        self._tell = tell
        self._result = Result(drill)

    async def play(self) -> Result:
        stage = self._stage
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(stage.watch.run))
            loading = group.create_task(stage.load.run())
            scene = Scene.of(stage, self._drill.alert, group)
            try:
                calm = await self._calm()
                await self._fault(scene)
                await self._alert(scene)
                await self._cause(scene)
                await self._cure(scene)
                stage.load.stop()
                await loading
                after = await self._end(scene)
            finally:
                scene.going.clear()
                stage.load.stop()
                stage.watch.stop()
        self._result.failings = failings(calm, violations(stage.load.sent, await self._evidence()), after)
        return self._result

    async def _calm(self) -> list[str]:
        drill, stage = self._drill, self._stage
        needed = f"sum(poon_worker_started) == {drill.workers * len(AREAS)}"
        await self._eventually(lambda: self._asked(needed), "every worker to be scraped")
        await self._eventually(lambda: len(stage.watch.first) > stage.load.rate, "the first outcomes")
        self._tell(f"{drill.name}: calm for {drill.calm / drill.factor:.0f} s")
        await stage.clock.sleep(drill.calm / drill.factor)
        await self._eventually(self._is_silent, f"{drill.alert} not to fire before there is a fault")
        fired = await asyncio.to_thread(stage.prometheus.fired, WHOLE)
        self._result.machine = fired & OF_THE_MACHINE
        return disturbed_calm(fired)

    async def _fault(self, scene: Scene) -> None:
        self._began = self._stage.clock.monotonic()
        self._result.hit = await self._drill.begin(scene)
        self._tell(f"{self._drill.name}: {self._drill.about}: {self._result.hit}")

    async def _alert(self, scene: Scene) -> None:
        drill = self._drill

        async def fires() -> bool:
            found = the_alert(await self._firing(), drill.alert, drill.labels)
            scene.fired = found or {}
            return found is not None

        await self._eventually(fires, f"{drill.alert} to fire")
        self._result.to_alert = self._stage.clock.monotonic() - self._began
        self._tell(f"{drill.name}: {drill.alert} fires after {self._result.to_alert:.1f} s: {dict(scene.fired)}")

    async def _cause(self, scene: Scene) -> None:
        began = self._stage.clock.monotonic()
        last: list[Any] = []

        async def names() -> bool:
            report = await scene.doctor()
            last[:] = [(finding["check"], finding["what"], finding["page"]) for finding in report["findings"]]
            self._result.looks += 1
            self._result.named = naming(report["findings"], self._drill.cause, self._drill.page)
            return self._result.named is not None

        with self._told_on_failure(last):
            await self._eventually(names, "a doctor that names the cause")
        self._result.to_cause = self._stage.clock.monotonic() - began
        self._tell(f"{self._drill.name}: the doctor says: {self._result.named and self._result.named.what}")

    async def _cure(self, scene: Scene) -> None:
        for command in of_program(scene.looks, "poon"):
            self._result.steps.append(await scene.carry_out(command))
        began = self._stage.clock.monotonic()
        self._result.steps += await self._drill.cure(scene)
        for step in self._result.steps:
            self._tell(f"{self._drill.name}: {step}")

        await self._eventually(self._is_silent, f"{self._drill.alert} to clear")
        self._result.to_clear = self._stage.clock.monotonic() - began
        self._tell(f"{self._drill.name}: clear after {self._result.to_clear:.1f} s")

    async def _end(self, scene: Scene) -> list[dict[str, Any]]:
        """Everything ended and committed; what a doctor still finds."""
        stage = self._stage
        fired = await asyncio.to_thread(stage.prometheus.fired, WHOLE)
        self._result.also = fired - {self._drill.alert}
        await asyncio.to_thread(stage.load.flush)
        self._result.commands = expected = sum(1 for _ in first_of_each(stage.load.sent))
        await self._eventually(lambda: len(stage.watch.first) >= expected, f"{expected} outcomes")
        await self._eventually(lambda: asyncio.to_thread(self._is_committed), "committed offsets")
        scene.fired = {}
        findings: list[dict[str, Any]] = (await scene.doctor())["findings"]
        return findings

    async def _evidence(self) -> Evidence:
        servers = self._stage.bootstrap_servers
        stored = await read_stored(self._stage.database.url, TENANT)
        letters = await asyncio.to_thread(_dead_letters, servers)
        left = await asyncio.to_thread(lag, servers, self._groups)
        return Evidence(self._stage.watch.outcomes, letters, stored.rows, stored.entries, left)

    def _is_committed(self) -> bool:
        return not any(lag(self._stage.bootstrap_servers, self._groups).values())

    async def _is_silent(self) -> bool:
        return the_alert(await self._firing(), self._drill.alert, self._drill.labels) is None

    async def _firing(self) -> list[dict[str, str]]:
        firing = await asyncio.to_thread(self._stage.prometheus.firing)
        await self._stage.clock.sleep(LOOK)
        return firing

    async def _asked(self, expression: str) -> bool:
        found = await asyncio.to_thread(self._stage.prometheus.query, expression)
        await self._stage.clock.sleep(LOOK)
        return bool(found)

    async def _eventually(self, condition: Callable[[], object | Awaitable[object]], what: str) -> None:
        await eventually(condition, f"{self._drill.name}: {what}", seconds=PATIENCE)

    @contextmanager
    def _told_on_failure(self, findings: list[Any]) -> Iterator[None]:
        try:
            yield
        except AssertionError:
            self._tell(f"{self._drill.name}: the doctor last said: {findings}")
            raise

    @property
    def _groups(self) -> list[str]:
        return [f"{self._stage.group}.{area}" for area in AREAS]


def _dead_letters(bootstrap_servers: str) -> list[str]:
    """The outcomes that the dead letters on the topics name."""
    tail = TopicTail(bootstrap_servers, dead_letter_topics(AREAS))
    tail.to_the_end()
    tail.close()
    return [header(message, "poon_outcome-id") for message in tail.messages]
