"""The run: workers asleep, the burst, and a look at everything once a second until they sleep again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from tests.bench import job
from tests.bench.head_of_line.commands import SlowJob, slow_plan
from tests.bench.topics import Topic, command_producer, send
from tests.cluster.api import Api
from tests.cluster.kubelet import Kubelet
from tests.cluster.prediction import Look
from tests.cluster.scene import AREA, DEPLOYMENT, GROUP, STEP, Scene
from tests.services.waiting import eventually
from workers.ports.clock import Clock

_KEYS = 1_000
_PACE = 0.1
_SLEEP_SECONDS = 180.0


@dataclass(slots=True)
class Recording:
    """Everything of one run.

    Attributes:
        ensure: raises when one of the programs has ended.
    """

    scene: Scene
    bootstrap_servers: str
    partitions: int
    api: Api
    kubelet: Kubelet
    clock: Clock
    ensure: Callable[[], None]
    _sent: int = 0

    async def play(self, tell: Callable[[str], None]) -> list[Look]:
        """What was seen.

        Raises:
            ExceptionGroup: a pod or a program ended by itself, or the workers did not go to sleep at first.
        """
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self.kubelet.run())
            # A Deployment without a number of replicas begins with one, until KEDA has looked.
            await eventually(self._sleeps, "the workers to go to sleep", seconds=_SLEEP_SECONDS)
            tell("the workers sleep; now the burst")
            begin = self.clock.monotonic()
            sending = group.create_task(self._send(begin))
            looks = await self._look(begin)
            await sending
            watching.cancel()
        return looks

    async def _look(self, begin: float) -> list[Look]:
        commands = Topic(self.bootstrap_servers, job.COMMANDS, self.partitions)
        looks: list[Look] = []
        while not self._is_over(looks):
            await self.clock.sleep(max(0.0, begin + len(looks) * STEP - self.clock.monotonic()))
            self.ensure()
            lag, wanted = await asyncio.to_thread(_lag, commands), await self._wanted()
            at = self.clock.monotonic() - begin
            looks.append(Look(round(at, 2), self._sent, lag, wanted, self.kubelet.ready))
        return looks

    def _is_over(self, looks: list[Look]) -> bool:
        at = len(looks) * STEP
        is_asleep = bool(looks) and looks[-1].wanted == 0 and self.kubelet.running == 0
        return at > self.scene.end + self.scene.after or (at > self.scene.end and is_asleep)

    async def _sleeps(self) -> bool:
        self.ensure()
        return await self._wanted() == 0 and self.kubelet.running == 0

    async def _wanted(self) -> int:
        found = await self.api.get("apps/v1", "deployments", DEPLOYMENT, self.kubelet.namespace)
        return int(found["spec"]["replicas"])

    async def _send(self, begin: float) -> None:
        producer = command_producer(self.bootstrap_servers, linger_ms=5)
        arrivals = self.scene.arrivals(self.scene.end)
        due = np.concatenate(([0.0], np.cumsum(arrivals * STEP)))
        moments = np.arange(len(due)) * STEP
        plan = (each.planned for each in slow_plan(SlowJob(int(due[-1]), _KEYS, self.scene.calls)))
        while self._sent < int(due[-1]):
            wanted = int(np.interp(self.clock.monotonic() - begin, moments, due))
            for planned in islice(plan, wanted - self._sent):
                send(producer, job.COMMANDS, planned)
            self._sent = wanted
            producer.poll(0)
            await self.clock.sleep(_PACE)
        await asyncio.to_thread(producer.flush, 10.0)


def _lag(commands: Topic) -> int:
    # Committed first: what is written between the two must not make the lag less than none.
    committed = commands.committed(f"{GROUP}.{AREA}")
    return sum(commands.ends().values()) - sum(committed.values())
