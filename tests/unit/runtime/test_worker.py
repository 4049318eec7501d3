"""The worker as a whole, on in-memory ports: records in, outcomes and offsets out."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from contracts.base import Command
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from tests.fakes.broker import FakeIntake, FakePublisher, FakeRecord, FakeReplies
from tests.fakes.clock import FakeClock, settle
from tests.fakes.commands import TEXT_COMMANDS, decision, text_record
from tests.fakes.observer import RecordingObserver
from tests.fakes.store import MemoryStore
from workers.ports.errors import BackendError
from workers.ports.handling import CommandContext, Decision
from workers.ports.messages import CommitPoint, Partition
from workers.runtime.flow import FlowLimits
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.worker import Worker, WorkerFailedError, WorkerLimits, WorkerPorts

P0 = Partition(TEXT_COMMANDS, 0)
P1 = Partition(TEXT_COMMANDS, 1)


@dataclass
class Bench:
    """A worker whose handler can be held per command id."""

    limits: WorkerLimits = field(
        default_factory=lambda: WorkerLimits(flow=FlowLimits(total_high=6, partition_high=4), drain_timeout=0.05)
    )
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    intake: FakeIntake = field(default_factory=FakeIntake)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    handled: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    instead: Callable[[], Awaitable[None]] | None = None
    attempts: int = 1
    replies: FakeReplies = field(default_factory=FakeReplies)
    observer: RecordingObserver = field(default_factory=RecordingObserver)

    def __post_init__(self) -> None:
        policy = RetryPolicy(self.attempts, base_delay=1.0)
        handling = Handling({ParseText: self._handle}, policy, 60.0, "group", {})
        ports = WorkerPorts(
            self.intake,
            self.publisher,
            self.store,
            self.clock,
            random.Random(1),
            self.observer,
            replies=self.replies,
        )
        self.worker = Worker(ports, handling, self.limits, "texts")
        self.stop = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self.worker.run(self.stop))

    async def _handle(self, command: Command, context: CommandContext) -> Decision:
        assert isinstance(command, ParseText)
        self.handled.append(context.command_id)
        if context.command_id in self.failing:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "down")
        if self.instead is not None:
            await self.instead()
        gate = self.held.get(context.command_id)
        if gate is not None:
            await gate.wait()
        return decision()

    def hold(self, *command_ids: str) -> None:
        self.held |= {command_id: asyncio.Event() for command_id in command_ids}

    async def release(self, *command_ids: str) -> None:
        for command_id in command_ids:
            self.held[command_id].set()
        await settle()

    async def deliver(self, *records: FakeRecord) -> None:
        self.worker.accept(records)
        await settle()

    async def commit_offsets(self) -> None:
        await self.clock.advance(self.limits.offset_interval)

    @property
    def published(self) -> list[str]:
        return [
            dict(record.headers)["ce_causationid"].decode()
            for record in self.publisher.records
            if record.topic.endswith(".events")
        ]


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """The worker with two partitions, and no commit of its own yet."""
    await settle()
    await bench.worker.assigned([P0, P1])
    await settle()
    assert bench.intake.offsets == {P0: 0, P1: 0}, "lag is defined from the first assignment on"
    bench.intake.points.clear()
    try:
        yield bench
    finally:
        bench.stop.set()
        bench.worker.abort()
        for gate in bench.held.values():
            gate.set()
        await asyncio.gather(bench.task, return_exceptions=True)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with running(Bench()) as bench:
        yield bench


async def test_a_batch_is_looked_up_once_handled_published_and_committed(bench: Bench) -> None:
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(3)))
    await bench.commit_offsets()
    assert bench.published == ["c0", "c1", "c2"]
    assert bench.store.look_ups == [3]
    assert bench.intake.offsets == {P0: 3}


async def test_polls_that_come_during_a_look_up_are_looked_up_together(bench: Bench) -> None:
    bench.store.outages = 1
    for n in range(4):
        await bench.deliver(text_record(n, f"c{n}", owner=f"o{n}"))
    await bench.clock.advance(10)
    assert bench.store.look_ups == [1, 3]
    assert sorted(bench.published) == ["c0", "c1", "c2", "c3"]


async def test_no_look_up_gathers_more_polls_once_it_has_a_batch() -> None:
    bench = Bench(limits=WorkerLimits(commit_batch=2))
    async with running(bench):
        bench.store.outages = 1
        for n in range(4):
            await bench.deliver(text_record(n, f"c{n}", owner=f"o{n}"))
        await bench.clock.advance(10)
        assert bench.store.look_ups == [1, 2, 1]


async def test_offsets_wait_for_the_oldest_unfinished_record_while_others_go_on(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(3)))
    await bench.commit_offsets()
    assert bench.published == ["c1", "c2"]
    assert bench.intake.offsets == {P0: 0}
    await bench.release("c0")
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 3}


async def revoke(bench: Bench) -> None:
    """A rebalance begins; as long as it may take."""
    revoking = asyncio.get_running_loop().create_task(bench.worker.revoked([P0, P1]))
    await bench.clock.advance(bench.limits.revoke_timeout)
    await revoking


async def test_nothing_is_committed_before_its_outcome_is_acknowledged(bench: Bench) -> None:
    bench.publisher.refusals = 100
    await bench.deliver(text_record(0, "c0"))
    await revoke(bench)
    assert bench.intake.offsets == {P0: 0}
    assert bench.store.decided
    assert bench.worker.outages == {"broker"}


async def test_a_rebalance_waits_a_while_for_what_is_stored_to_be_published(bench: Bench) -> None:
    bench.publisher.refusals = 1
    await bench.deliver(text_record(0, "c0"))
    await revoke(bench)
    assert bench.published == ["c0"]
    assert bench.intake.offsets == {P0: 1}


async def test_nothing_is_stored_during_a_rebalance_for_whoever_gets_the_partition_would_publish_it_again(
    bench: Bench,
) -> None:
    bench.hold("c0", "c1")
    await bench.deliver(text_record(0, "c0"), text_record(0, "c1", partition=1))
    await bench.worker.revoked([P0, P1])
    await bench.release("c0", "c1")
    assert not bench.store.decided
    await bench.worker.assigned([P1])
    await settle()
    assert bench.published == ["c1"]
    assert len(bench.store.decided) == 1


async def test_a_drain_goes_on_storing_through_a_rebalance(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"))
    bench.stop.set()
    await settle()
    await bench.worker.revoked([P0, P1])
    await bench.release("c0")
    await bench.task
    assert bench.published == ["c0"]
    assert bench.intake.offsets == {P0: 1}


async def test_a_command_decided_before_asks_no_handler(bench: Bench) -> None:
    await bench.deliver(text_record(0, "c0"))
    await bench.deliver(text_record(1, "c0"))
    assert bench.handled == ["c0"]
    assert bench.published == ["c0", "c0"]
    assert bench.publisher.records[0] == bench.publisher.records[1]


async def test_the_same_command_twice_in_flight_is_handled_once(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"), text_record(1, "c0"))
    await bench.release("c0")
    assert bench.handled == ["c0"]
    assert bench.published == ["c0", "c0"]


async def test_intake_pauses_at_the_bound_and_resumes_below_half_of_it(bench: Bench) -> None:
    ids = [f"c{n}" for n in range(6)]
    bench.hold(*ids)
    await bench.deliver(*(text_record(n, ids[n], owner=f"o{n}", partition=n % 2) for n in range(6)))
    assert bench.intake.paused == {P0, P1}
    await bench.release("c0", "c1")
    assert bench.intake.paused == {P0, P1}
    await bench.release("c2", "c3")
    assert bench.intake.paused == set()


async def test_a_rebalance_that_gives_a_partition_back_adopts_the_work_in_flight(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"), text_record(1, "c1"))
    await bench.worker.revoked([P0, P1])
    await bench.worker.assigned([P0])
    await bench.deliver(text_record(0, "c0"), text_record(1, "c1"))
    await bench.release("c0")
    await bench.commit_offsets()
    assert bench.handled == ["c0", "c1"]
    assert bench.published == ["c0", "c1"]
    assert bench.intake.offsets[P0] == 2


async def test_a_partition_that_is_gone_takes_its_work_along(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"), text_record(1, "c1"))
    await bench.worker.revoked([P0, P1])
    await bench.worker.assigned([P1])
    await bench.release("c0")
    assert bench.published == []
    assert bench.worker.unfinished == 0


async def test_work_taken_over_before_a_rebalance_is_not_lost_in_it(bench: Bench) -> None:
    bench.store.outages = 1
    await bench.deliver(text_record(0, "c0"))
    await bench.worker.revoked([P0, P1])
    await bench.clock.advance(10)
    await bench.worker.assigned([P0, P1])
    await bench.deliver(text_record(0, "c0"))
    await bench.commit_offsets()
    assert bench.published == ["c0"]
    assert bench.intake.offsets[P0] == 1


async def test_work_looked_up_while_its_partition_went_away_is_dropped(bench: Bench) -> None:
    bench.store.outages = 1
    await bench.deliver(text_record(0, "c0"))
    await bench.worker.revoked([P0, P1])
    await bench.worker.assigned([P1])
    await bench.clock.advance(10)
    assert bench.handled == []


async def test_records_of_partitions_not_owned_are_dropped(bench: Bench) -> None:
    await bench.worker.revoked([P0, P1])
    await bench.deliver(text_record(0, "c0"))
    assert bench.handled == []
    assert bench.worker.unfinished == 0


async def test_a_stale_commit_is_repeated_after_the_rebalance(bench: Bench) -> None:
    bench.intake.stale_commits = 1
    await bench.deliver(text_record(0, "c0"))
    await bench.commit_offsets()
    assert bench.intake.offsets == {}
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 1}


async def test_a_stop_finishes_what_is_in_flight_and_leaves_what_waits(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"), text_record(1, "c1"))
    bench.stop.set()
    await settle()
    assert bench.intake.paused == {P0, P1}
    await bench.deliver(text_record(2, "c2"))
    await bench.release("c0")
    await bench.task
    assert bench.published == ["c0"]
    assert bench.intake.offsets == {P0: 1}
    assert bench.intake.stopped
    assert not bench.publisher.running


async def test_a_drain_that_takes_too_long_is_given_up_without_losing_anything(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"))
    bench.stop.set()
    await settle()
    assert not bench.task.done()
    await bench.clock.advance(bench.limits.drain_timeout)
    await bench.task
    assert bench.published == []
    assert bench.intake.offsets == {P0: 0}
    assert bench.intake.stopped
    assert bench.observer.drains == [1]


async def test_a_drain_can_be_aborted_at_once(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"))
    bench.stop.set()
    await settle()
    bench.worker.abort()
    await settle()
    assert bench.task.done()
    assert bench.intake.offsets == {P0: 0}


async def test_a_partition_that_was_committed_before_is_not_committed_anew_without_records() -> None:
    bench = Bench(intake=FakeIntake(points={P0: CommitPoint(7)}, first_offsets={P1: 3}))
    await settle()
    await bench.worker.assigned([P0, P1])
    await settle()
    assert bench.intake.offsets == {P0: 7, P1: 3}
    bench.stop.set()
    await bench.task


async def test_the_status_names_the_head_and_the_slowest_lanes(bench: Bench) -> None:
    bench.hold("c0", "c2")
    bench.worker.polled()
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n % 2}") for n in range(3)))
    bench.clock.jump(5.0)
    status = bench.worker.status()
    assert (status.area, status.group, status.started, status.draining) == ("texts", "group", True, False)
    assert (status.since_poll, status.in_flight, status.waiting, status.retrying) == (5.0, 1, 2, 0)
    first, second = status.partitions
    assert first.head is not None
    assert (first.partition, first.next_offset, first.last_delivered, first.unfinished) == (P0, 0, 2, 3)
    assert (first.head.offset, first.head.age, first.head.attempts, len(first.head.key_hash)) == (0, 5.0, 1, 12)
    assert (second.head, second.next_offset) == (None, None)
    (lane,) = status.slowest
    assert (lane.partition, lane.offset, lane.waiting, lane.key_hash) == (P0, 0, 2, first.head.key_hash)


async def test_a_part_that_dies_stops_the_worker_and_names_itself(bench: Bench) -> None:
    record = text_record(0, "c0")
    bench.store.unstorable.add(("texts", "acme", "c0"))  # type: ignore[arg-type]
    await bench.deliver(replace(record, value=b"{"))
    with pytest.raises(WorkerFailedError, match="c0"):
        await bench.task
    assert bench.intake.stopped
    assert P0 not in bench.intake.offsets


async def test_a_worker_is_ready_with_its_first_assignment() -> None:
    bench = Bench()
    waiting = asyncio.get_running_loop().create_task(bench.worker.ready())
    await settle()
    assert not waiting.done()
    await bench.worker.assigned([])
    await settle()
    assert waiting.done()
    bench.stop.set()
    await bench.task


async def restarted(first: Bench) -> Bench:
    """A new worker on the same broker, after the first was killed."""
    second = Bench(store=first.store, publisher=first.publisher, intake=first.intake)
    await settle()
    await second.worker.assigned([P0])
    return second


async def test_after_a_restart_only_what_was_in_doubt_is_published_again(bench: Bench) -> None:
    bench.hold("c0")
    records = [text_record(n, f"c{n}", owner=f"o{n}") for n in range(4)]
    await bench.deliver(*records[:3])
    await bench.commit_offsets()
    await bench.deliver(records[3])
    second = await restarted(bench)
    await second.deliver(*records)
    await second.commit_offsets()
    assert bench.published[:3] == ["c1", "c2", "c3"]
    assert sorted(bench.published[3:]) == ["c0", "c3"]
    assert second.handled == ["c0"]
    assert second.intake.points[P0] == (4, "")
    second.stop.set()
    await second.task


async def test_metadata_that_cannot_be_read_only_costs_republishing(bench: Bench) -> None:
    bench.hold("c0")
    records = [text_record(n, f"c{n}", owner=f"o{n}") for n in range(2)]
    await bench.deliver(*records)
    await bench.commit_offsets()
    bench.intake.unreadable = True
    second = await restarted(bench)
    await second.deliver(*records)
    await second.commit_offsets()
    assert sorted(bench.published) == ["c0", "c1", "c1"]
    assert second.intake.offsets[P0] == 2
    second.stop.set()
    await second.task


async def test_a_batch_that_was_finished_altogether_asks_nobody(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(3)))
    await bench.commit_offsets()
    look_ups = len(bench.store.look_ups)
    second = await restarted(bench)
    await second.deliver(text_record(1, "c1", owner="o1"), text_record(2, "c2", owner="o2"))
    assert len(bench.store.look_ups) == look_ups
    assert second.worker.unfinished == 0
    second.stop.set()
    await second.task
