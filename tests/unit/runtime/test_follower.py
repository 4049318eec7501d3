"""Following outcome topics: what is applied when, and what is committed of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.fakes.broker import FakeIntake, FakeRecord
from tests.fakes.clock import NOON, FakeClock, settle
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, Partition, RawRecord, RecordSink
from workers.ports.status import FollowerStatus
from workers.runtime.follower import Follower, FollowerFailedError, FollowerLimits, FollowerPorts
from workers.runtime.supervisor import Supervisor

ONE, TWO = Partition("poon.texts.events", 0), Partition("poon.texts.events", 1)


def records(partition: Partition, *offsets: int) -> list[FakeRecord]:
    return [FakeRecord(partition.topic, partition.number, offset) for offset in offsets]


class AwayIntake(FakeIntake):
    """A broker that is not there."""

    async def start(self, sink: RecordSink) -> None:  # noqa: ARG002  a port
        raise UnavailableError("no broker")


class DeafIntake(FakeIntake):
    """A coordinator that takes no commit."""

    async def commit(self, points: object) -> None:  # noqa: ARG002  a port
        raise UnavailableError("no coordinator")


@dataclass
class Bench:
    """A follower, and what it has applied."""

    intake: FakeIntake = field(default_factory=FakeIntake)
    limits: FollowerLimits = field(default_factory=lambda: FollowerLimits(batch=2, high=6))
    applied: list[list[int]] = field(default_factory=list)
    outages: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    beside: tuple[Callable[[], Awaitable[None]], ...] = ()

    def __post_init__(self) -> None:
        self.held.set()
        self.clock = FakeClock()
        self.stop = asyncio.Event()
        ports = FollowerPorts(self.intake, self.apply, self.clock, random.Random(1), self.beside)
        self.follower = Follower(ports, "projections", "poon.projections", self.limits)

    async def apply(self, batch: Sequence[RawRecord]) -> None:
        await self.held.wait()
        if self.outages:
            self.outages -= 1
            raise UnavailableError("no database")
        self.applied.append([record.offset for record in batch])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[RecordSink]:
        supervisor = Supervisor()
        run = supervisor.spawn(self.follower.run(self.stop), "follower")
        await settle()
        assert self.intake.sink is not None
        yield self.intake.sink
        self.stop.set()
        await settle()
        await self.clock.advance(self.limits.drain_timeout)
        await run


async def test_records_are_applied_in_batches_and_then_committed() -> None:
    bench = Bench()
    async with bench.running() as sink:
        await sink.assigned([ONE, TWO])
        await bench.follower.ready()
        sink.accept([*records(ONE, 5, 6), *records(TWO, 9)])
        await settle()
        assert bench.applied == [[5, 6], [9]]
        assert bench.intake.points == {ONE: CommitPoint(7), TWO: CommitPoint(10)}
        counts = bench.follower.counts
        assert (counts.taken, counts.settled, counts.transactions) == (3, 3, 2)
    assert bench.intake.stopped


async def test_nothing_is_committed_that_was_not_applied() -> None:
    bench = Bench(outages=1)
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.accept(records(ONE, 1))
        await settle()
        assert (bench.applied, bench.intake.points) == ([], {})
        assert bench.follower.status().outages == {"database"}
        await bench.clock.advance(60)
        assert (bench.applied, bench.intake.offsets) == ([[1]], {ONE: 2})


async def test_intake_pauses_when_much_is_in_hand_and_goes_on_at_half_of_it() -> None:
    bench = Bench()
    bench.held.clear()
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.accept(records(ONE, *range(8)))
        assert bench.intake.paused == {ONE}
        await settle()
        status = bench.follower.status()
        assert (status.waiting, status.partitions[0].paused, status.partitions[0].unfinished) == (6, True, 6)
        bench.held.set()
        await settle()
        assert bench.intake.paused == set()
    assert [offset for batch in bench.applied for offset in batch] == list(range(8))


async def test_what_is_in_hand_of_an_assignment_that_is_over_is_left_to_the_next_owner() -> None:
    bench = Bench()
    bench.held.clear()
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.accept(records(ONE, 1, 2, 3, 4))
        await settle()
        await sink.revoked([ONE])
        await sink.assigned([TWO])
        bench.held.set()
        await settle()
        assert bench.applied == [[1, 2]]
        sink.accept(records(TWO, 1))
        await settle()
        assert bench.applied == [[1, 2], [1]]


async def test_offsets_of_an_assignment_that_is_over_are_nobodys_loss() -> None:
    bench = Bench()
    bench.intake.stale_commits = 1
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.accept(records(ONE, 1, 2, 3))
        await settle()
        assert bench.intake.offsets == {ONE: 4}


async def test_a_coordinator_that_is_away_holds_nothing_up(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(intake=DeafIntake())
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.accept(records(ONE, 1, 2, 3))
        await settle()
        assert bench.applied == [[1, 2], [3]]
    assert "offsets cannot be committed" in caplog.text


async def test_a_stop_waits_for_the_batch_in_hand_but_not_for_ever() -> None:
    bench = Bench()
    bench.held.clear()
    async with bench.running() as sink:
        await sink.assigned([ONE])
        sink.polled()
        sink.accept(records(ONE, 1, 2, 3))
        await settle()
        bench.stop.set()
        await settle()
        assert bench.follower.status().draining
        bench.held.set()
        await settle()
        assert bench.applied == [[1, 2]]
    stuck = Bench()
    stuck.held.clear()
    async with stuck.running() as sink:
        sink.accept(records(ONE, 1))
        await settle()
    assert stuck.applied == []


async def test_a_broker_that_is_not_there_at_the_start_is_said() -> None:
    bench = Bench(intake=AwayIntake())
    with pytest.raises(UnavailableError, match="no broker"):
        await bench.follower.run(bench.stop)
    assert bench.intake.stopped


async def test_a_defect_ends_it() -> None:
    async def broken() -> None:
        raise ValueError("a defect")

    bench = Bench(beside=(broken,))
    with pytest.raises(FollowerFailedError, match="a defect"):
        await bench.follower.run(bench.stop)


async def test_what_is_done_beside_following_is_tried_until_the_database_is_back() -> None:
    tried: list[int] = []

    async def build() -> None:
        tried.append(len(tried))
        if len(tried) < 3:
            raise UnavailableError("no database")

    bench = Bench(beside=(build,))
    async with bench.running():
        await bench.clock.advance(60)
        assert tried == [0, 1, 2]


async def test_its_status_tells_whether_it_is_polled_and_what_it_owns() -> None:
    bench = Bench()
    assert (bench.follower.status().started, bench.follower.status().since_poll) == (False, None)
    async with bench.running() as sink:
        await sink.assigned([TWO, ONE])
        sink.polled()
        bench.clock.jump(3)
        status = bench.follower.status()
        assert (status.area, status.group, status.started, status.since_poll) == (
            "projections",
            "poon.projections",
            True,
            3,
        )
        assert [one.partition for one in status.partitions] == [ONE, TWO]


async def test_it_tells_where_it_is_how_much_is_left_and_how_old_that_is() -> None:
    bench = Bench()
    at = int(NOON.timestamp() * 1000)
    async with bench.running() as sink:
        await sink.assigned([ONE, TWO])
        bench.intake.last_ends = {ONE: 9, TWO: 4}
        assert bench.follower.progress() == FollowerStatus("projections", {}, {ONE: 9, TWO: 4}, 0.0)
        bench.held.clear()
        sink.accept([FakeRecord(ONE.topic, ONE.number, offset, at - 1_000 * offset) for offset in (5, 6, 7)])
        await settle()
        status = bench.follower.progress()
        assert (status.positions, status.behind) == ({ONE: 5}, 7.0), "also of what is being applied"
        assert status.lag() == {ONE.topic: 4}, "of a partition nothing was taken over from, nothing is known"
        bench.held.set()
        await settle()
        status = bench.follower.progress()
        assert (status.positions, status.behind, status.lag()) == ({ONE: 8}, 0.0, {ONE.topic: 1})
        await sink.assigned([ONE])
        assert bench.follower.progress().positions == {}, "it begins anew at what is committed"


async def test_a_batch_that_ends_after_a_rebalance_moves_only_what_is_still_followed() -> None:
    bench = Bench()
    bench.held.clear()
    async with bench.running() as sink:
        await sink.assigned([ONE, TWO])
        sink.accept([*records(ONE, 5), *records(TWO, 2)])
        await settle()
        await sink.assigned([ONE])
        sink.accept(records(ONE, 5))
        assert bench.follower.progress().positions == {ONE: 5}
        bench.held.set()
        await settle()
        assert bench.follower.progress().positions == {ONE: 6}
