"""Carries a schedule out on a stage, and keeps a journal of what was really done and when."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from tests.chaos.faults import Fault
from tests.chaos.injectors import INJECTORS, Scene
from tests.chaos.recovery import Injected
from tests.chaos.schedule import Schedule
from workers.ports.clock import Clock

Tell = Callable[[str], None]

LOOK_SECONDS: Final = 0.5
"""How often the crew is looked after."""


class Conductor:
    """Does what a schedule says.

    A fault that takes longer to undo than planned (a broker that starts slowly) puts off the heavy ones after it:
    each is to find the fleet recovered.

    Attributes:
        journal: the faults done so far, in the order of their ends.
    """

    def __init__(self, scene: Scene, clock: Clock, tell: Tell) -> None:
        self._scene = scene
        self._clock = clock
        self._tell = tell
        self._began = 0.0
        self.journal: list[Injected] = []

    async def carry_out(self, schedule: Schedule) -> None:
        """Do everything, and return when the run's time is over and the last fault undone."""
        self._began = self._clock.monotonic()
        heavy = [fault for fault in schedule.faults if fault.nature.heavy]
        light = [fault for fault in schedule.faults if not fault.nature.heavy]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._in_turn(rounds(heavy), schedule.quiet))
            group.create_task(self._in_turn([[fault] for fault in light], 0.0))
            group.create_task(self._until(schedule.seconds))

    async def look_after_crew(self) -> None:
        """Replace workers that died by themselves, for ever, as an orchestrator does."""
        crew = self._scene.stage.crew
        while True:
            for worker in crew.bury():
                self._tell(f"{worker.name} is gone and replaced by {crew.add().name}")
            await self._clock.sleep(LOOK_SECONDS)

    async def _in_turn(self, turns: Iterable[Sequence[Fault]], quiet: float) -> None:
        earliest = 0.0
        for together in turns:
            late = max(0.0, earliest - together[0].at)
            async with asyncio.TaskGroup() as group:
                for fault in together:
                    group.create_task(self._do(fault, fault.at + late))
            earliest = self._now + quiet
        await self._until(earliest)  # the last one is to be recovered from as well

    async def _do(self, fault: Fault, at: float) -> None:
        await self._until(at)
        began = self._clock.monotonic()
        async with INJECTORS[fault.kind](self._scene, fault) as target:
            self._tell(f"{self._now:6.1f} s  {fault.kind}: {target}, for {fault.length:.1f} s")
            await self._clock.sleep(began + fault.length - self._clock.monotonic())
        self.journal.append(Injected(fault, target, began, self._clock.monotonic()))

    async def _until(self, at: float) -> None:
        await self._clock.sleep(max(0.0, at - self._now))

    @property
    def _now(self) -> float:
        """Seconds since the run began."""
        return self._clock.monotonic() - self._began


def rounds(heavy: Sequence[Fault]) -> Iterator[list[Fault]]:
    """Heavy faults by turns: one, or two that come together."""
    waiting: list[Fault] = []
    for fault in heavy:
        waiting.append(fault)
        if fault.alone or len(waiting) == 2:
            yield waiting
            waiting = []
