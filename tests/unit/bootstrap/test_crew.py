"""Worker processes of one machine: how many, which leave, and what becomes of those that die."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.processes import FakeProcessTable
from workers.bootstrap.crew import Crew
from workers.bootstrap.errors import ProcessesAbortedError, WorkerProcessError
from workers.bootstrap.signals import Stop
from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.local import fixed_values, local_values
from workers.domain.scaling.values import ScalingValues
from workers.ports.errors import UnavailableError

LOCAL = local_values(processors=4, partitions=12)


class Scene:
    """A crew over a fake table, and a lag that the test sets; None where it cannot be read."""

    def __init__(self, values: ScalingValues = LOCAL) -> None:
        self.clock = FakeClock()
        self.table = FakeProcessTable(self.clock)
        self.stop = Stop()
        self.lag: int | None = 0
        self.crew = Crew(self.table, self.clock, values, self._read, self.stop)

    async def _read(self) -> Sequence[LagReading]:
        if self.lag is None:
            raise UnavailableError("the broker is away")
        return [LagReading(self.lag, self.lag, min(self.lag, 12), 12)]

    async def look(self, *, after: float = 0.0, times: int = 1) -> None:
        for _ in range(times):
            self.clock.jump(after)
            await self.crew.look()

    @property
    def alive(self) -> list[int]:
        return [process.place for process in self.table.alive]


async def test_the_least_start_at_once_and_more_as_the_lag_asks() -> None:
    scene = Scene()
    await scene.look()
    assert scene.alive == [0]
    scene.lag = 300
    await scene.look(after=15)
    assert scene.alive == [0, 1, 2]
    scene.lag = 10_000
    await scene.look(after=15)
    assert scene.alive == [0, 1, 2, 3]


async def test_the_lag_is_not_asked_between_two_looks_of_the_formula() -> None:
    scene = Scene()
    await scene.look()
    scene.lag = 300
    await scene.look(after=14)
    assert scene.alive == [0]


async def test_the_newest_drain_when_the_lag_has_been_low_for_the_window() -> None:
    scene = Scene(LOCAL.model_copy(update={"min_replica_count": 1}))
    scene.lag = 300
    await scene.look()
    assert scene.alive == [0, 1, 2]
    scene.lag = 0
    await scene.look(after=15, times=3)
    assert scene.alive == [0, 1, 2]
    await scene.look(after=15, times=2)
    assert scene.alive == [0]
    assert [process.exit_code for process in scene.table.started] == [None, 0, 0]


async def test_one_that_drains_long_keeps_its_place_until_it_has_ended() -> None:
    scene = Scene(ScalingValues.model_validate({**_immediate(), "maxReplicaCount": 3}))
    scene.table.holds_out = True
    scene.lag = 200
    await scene.look()
    scene.lag = 0
    await scene.look(after=15)
    assert scene.crew.running == 2
    scene.lag = 200
    await scene.look(after=15)
    assert scene.alive == [0, 1, 2], "the place of the one that drains is not free"
    scene.table.started[1].end(0)
    await scene.look()
    assert scene.alive == [0, 2]


async def test_what_cannot_be_read_changes_nothing() -> None:
    scene = Scene()
    scene.lag = 300
    await scene.look()
    scene.lag = None
    await scene.look(after=15, times=10)
    assert scene.alive == [0, 1, 2]
    scene.lag = 400
    await scene.look(after=15)
    assert scene.alive == [0, 1, 2, 3]


async def test_one_that_dies_is_replaced_at_once() -> None:
    scene = Scene(fixed_values(2))
    await scene.look()
    scene.table.started[0].end(-9)
    await scene.look(after=1)
    assert scene.alive == [1, 0]


async def test_those_that_die_young_are_replaced_after_growing_delays() -> None:
    scene = Scene(fixed_values(1))
    for _ in range(2_000):
        await scene.look(after=0.5)
        for process in scene.table.alive:
            process.end(69)
    times = scene.table.times
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[:4] == [0.5, 1.5, 2.5, 4.5]
    assert max(gaps) == 60.5
    assert gaps[-3:] == [60.5] * 3


async def test_one_that_lived_for_a_minute_is_no_failed_start() -> None:
    scene = Scene(fixed_values(1))
    await scene.look()
    for _ in range(5):
        scene.table.alive[0].end(1)
        await scene.look(after=60)
    assert len(scene.table.started) == 6


@pytest.mark.parametrize("code", [2, 78])
async def test_wrong_settings_end_the_crew(code: int) -> None:
    scene = Scene(fixed_values(2))
    await scene.look()
    scene.table.started[0].end(code)
    with pytest.raises(WorkerProcessError, match=f"ended with {code}"):
        await scene.crew.run()
    assert scene.alive == []


async def test_a_stop_drains_everybody_and_ends_when_all_have() -> None:
    scene = Scene(fixed_values(2))
    scene.table.holds_out = True
    async with asyncio.TaskGroup() as group:
        running = group.create_task(scene.crew.run())
        await settle()
        scene.stop.drain.set()
        await scene.clock.advance(5)
        assert [process.asked for process in scene.table.started] == [1, 1]
        assert not running.done()
        for process in scene.table.started:
            process.end(0)
        await scene.clock.advance(1)
    assert running.done()


async def test_a_second_signal_is_handed_on_once_and_said() -> None:
    scene = Scene(fixed_values(1))
    scene.table.holds_out = True

    async def play() -> None:
        await settle()
        scene.stop.drain.set()
        await scene.clock.advance(1)
        scene.stop.abort.set()
        await scene.clock.advance(3)
        assert scene.table.started[0].asked == 2
        scene.table.started[0].end(143)
        await scene.clock.advance(1)

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(scene.crew.run())
            group.create_task(play())

    with pytest.raises(ExceptionGroup) as raised:
        await both()
    assert raised.group_contains(ProcessesAbortedError, match="143")


def _immediate() -> dict[str, object]:
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    return {
        "minReplicaCount": 1,
        "triggers": [{"lagThreshold": 100}],
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior}},
    }
