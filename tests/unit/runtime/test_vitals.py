"""A fleet's eye on itself, on a clock under control."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.observing import BusyBackend
from tests.fakes.statuses import BUSY, TEXTS, FakeWorker
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.fleet import Counts
from workers.runtime.health import HealthLimits
from workers.runtime.vitals import PING_INTERVAL, PULSE, Identity, Vitals


@dataclass
class Service:
    """Something that is asked for a sign of life."""

    reason: str = ""
    asked: int = 0
    silent: asyncio.Event | None = None

    async def ping(self) -> None:
        self.asked += 1
        if self.silent is not None:
            await self.silent.wait()
        if self.reason:
            raise UnavailableError(self.reason)


@dataclass
class Scene:
    clock: FakeClock = field(default_factory=FakeClock)
    worker: FakeWorker = field(default_factory=FakeWorker)
    database: Service = field(default_factory=Service)
    broker: Service = field(default_factory=Service)
    ping_timeout: float = 2.0

    def __post_init__(self) -> None:
        limits = HealthLimits(loop_silence=10.0, lane_budget=60.0)
        self.vitals = Vitals(self.clock, limits, Identity("host", 7, "1.2.3"), self.ping_timeout)

    def watch(self, *others: FakeWorker) -> None:
        pings = {"database": self.database.ping, "broker": self.broker.ping}
        self.vitals.watch([(worker, worker) for worker in (self.worker, *others)], pings)

    async def get_on(self) -> None:
        """The worker settles a command; then its services may be asked."""
        self.worker.counts = Counts(settled=self.worker.counts.settled + 1)
        await self.clock.advance(PING_INTERVAL)

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """While its loops run."""
        loop = asyncio.get_running_loop()
        loops = [loop.create_task(self.vitals.beat_forever()), loop.create_task(self.vitals.ping_forever())]
        await settle()
        yield
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_before_there_are_workers_the_fleet_is_alive_and_starting(scene: Scene) -> None:
    async with scene.alive():
        assert scene.vitals.live().passed
        assert not scene.vitals.started().passed
        assert scene.vitals.state == "starting"
        assert scene.vitals.fleet().workers == ()


async def test_a_loop_that_turns_is_alive_and_one_that_stands_is_not(scene: Scene) -> None:
    scene.watch()
    async with scene.alive():
        for _ in range(30):
            await scene.clock.advance(PULSE)
        assert scene.vitals.live().passed
        scene.clock.jump(11.0)
        assert [check.name for check in scene.vitals.live().failures] == ["event_loop"]


async def test_the_delay_of_a_blocked_loop_is_told_afterwards(scene: Scene) -> None:
    async with scene.alive():
        scene.clock.jump(4.0)
        await scene.clock.advance(0.0)
        assert scene.vitals.fleet().loop_delay == pytest.approx(3.0)
        await scene.clock.advance(PULSE)
        assert scene.vitals.fleet().loop_delay == 0.0


async def test_a_record_worked_on_beyond_its_budget_is_stuck_and_logged_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.worker.told = BUSY
    scene.watch()
    with caplog.at_level(logging.ERROR):
        async with scene.alive():
            await scene.clock.advance(60.0)
            assert scene.vitals.live().passed
            await scene.clock.advance(5.0)
            (stuck,) = scene.vitals.live().stuck
            assert (stuck.topic, stuck.partition, stuck.offset) == (TEXTS, 3, 7)
            assert scene.vitals.fleet().workers[0].stuck == (stuck,)
    (line,) = [record for record in caplog.records if record.message == "stuck"]
    assert (line.__dict__["offset"], line.__dict__["key_hash"]) == (7, "0123456789ab")


async def test_time_in_an_outage_makes_no_record_stuck(scene: Scene) -> None:
    scene.worker.told = replace(BUSY, outages=frozenset({"database"}))
    scene.watch()
    async with scene.alive():
        await scene.clock.advance(600.0)
        scene.worker.told = BUSY
        await scene.clock.advance(30.0)
        assert scene.vitals.live().passed


async def test_an_idle_fleet_asks_its_services_and_tells_which_one_is_away(scene: Scene) -> None:
    scene.watch()
    scene.database.reason = "the database db cannot be used"
    async with scene.alive():
        (check,) = scene.vitals.ready().failures
        assert (check.name, check.reason) == ("database", "the database db cannot be used")
        assert scene.vitals.state == "waiting for database"
        scene.database.reason = ""
        await scene.clock.advance(PING_INTERVAL)
        assert scene.vitals.ready().passed
        assert scene.broker.asked == 2


async def test_a_fleet_that_gets_on_asks_nobody_but_a_service_that_was_away_until_it_is_back(scene: Scene) -> None:
    scene.watch()
    async with scene.alive():
        assert scene.database.asked == 1
        await scene.get_on()
        await scene.get_on()
        assert scene.database.asked == 1
        scene.database.reason = "gone"
        await scene.clock.advance(PING_INTERVAL)
        assert scene.database.asked == 2
        await scene.get_on()
        assert scene.database.asked == 3
        assert not scene.vitals.ready().passed
        scene.database.reason = ""
        await scene.get_on()
        assert scene.database.asked == 4
        assert scene.vitals.ready().passed
        await scene.get_on()
        assert scene.database.asked == 4


async def test_a_busy_fleet_that_settles_nothing_asks(scene: Scene) -> None:
    scene.worker.told = BUSY
    scene.watch()
    async with scene.alive():
        scene.broker.reason = "refused"
        await scene.clock.advance(PING_INTERVAL)
        assert [check.reason for check in scene.vitals.ready().failures] == ["refused"]


async def test_one_worker_that_gets_on_does_not_vouch_for_another(scene: Scene) -> None:
    other = FakeWorker(BUSY)
    scene.watch(other)
    async with scene.alive():
        await scene.get_on()
        assert scene.database.asked == 2


async def test_a_service_that_does_not_answer_in_time_twice_is_away_and_one_late_answer_is_none() -> None:
    scene = Scene(ping_timeout=0.01)
    scene.watch()
    scene.broker.silent = asyncio.Event()
    async with scene.alive():
        await eventually(lambda: scene.clock.sleeping == 2, "the first time-out")
        assert scene.vitals.ready().passed
        await scene.clock.advance(PING_INTERVAL)
        await eventually(lambda: not scene.vitals.ready().passed, "the broker to be missed")
        (check,) = scene.vitals.ready().failures
        assert check.reason == "the broker does not answer within 0.01 s"
        scene.broker.silent.set()
        await eventually(lambda: scene.clock.sleeping == 2, "the loop to pause")
        await scene.clock.advance(PING_INTERVAL)
        assert scene.vitals.ready().passed


async def test_the_whole_fleet_is_told_with_its_counts(scene: Scene) -> None:
    scene.worker.told, scene.worker.counts = BUSY, Counts(settled=12)
    scene.watch()
    await scene.clock.advance(5.0)
    fleet = scene.vitals.fleet()
    (worker,) = fleet.workers
    assert (fleet.host, fleet.pid, fleet.version, fleet.uptime) == ("host", 7, "1.2.3", 5.0)
    assert (worker.area, worker.in_flight, worker.counts.settled) == ("texts", 2, 12)
    assert worker.partitions[0].head is not None
    assert worker.partitions[0].head.offset == 7
    assert worker.slowest[0].offset == 7


async def test_what_does_not_answer_is_an_outage_though_the_worker_with_nothing_in_hand_has_none(scene: Scene) -> None:
    scene.watch()
    scene.broker.reason = "refused"
    assert scene.vitals.seen(scene.worker).outages == frozenset()
    async with scene.alive():
        await eventually(lambda: scene.vitals.seen(scene.worker).outages, "the first look")
    assert scene.vitals.seen(scene.worker).outages == {"broker"}
    scene.worker.told = replace(BUSY, outages=frozenset({"database"}))
    assert scene.vitals.seen(scene.worker).outages == {"broker", "database"}


async def test_the_backends_a_fleet_calls_are_told(scene: Scene) -> None:
    scene.vitals.watch([(scene.worker, scene.worker)], {}, [BusyBackend()])
    (backend,) = scene.vitals.fleet().backends
    assert (backend.backend, backend.limit, backend.in_flight, backend.waiting) == ("rapidocr-3.8/en-mobile", 4, 3, 7)
