"""Timers fire when they are due, once for what they are, and only where this worker owns them."""

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codec import decode_command
from contracts.commands.workflows import FireTimer
from contracts.envelope import Envelope, parse_envelope
from tests.fakes.broker import FakePublisher
from tests.fakes.clock import NOON, FakeClock, settle
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord
from workers.ports.workflows import Phase, TimerChange, WorkflowRun, WorkflowTimer, WorkflowUpdate
from workers.runtime.ground import Ground
from workers.runtime.supervisor import Supervisor
from workers.runtime.timers import BATCH, LONGEST_WAIT, TimerPorts, Timers

ONE = UUID(int=1)


def timer(name: str = "record", due: float = 0.0, shard: int = 0) -> WorkflowTimer:
    return WorkflowTimer("acme", ONE, name, f"t-{name}", "nok", "talk-1", shard, NOON + timedelta(seconds=due))


@dataclass
class MemoryTimers:
    """`TimerStore` in memory."""

    timers: set[WorkflowTimer] = field(default_factory=set)
    outages: int = 0
    looks: int = 0

    async def due(self, shards: Collection[int], until: datetime, limit: int) -> Sequence[WorkflowTimer]:
        self.looks += 1
        if self.outages:
            self.outages -= 1
            raise UnavailableError("the fake database is down")
        found = [one for one in self.timers if one.shard in shards and one.due_at <= until]
        return sorted(found, key=lambda one: one.due_at)[:limit]

    async def next_due(self, shards: Collection[int]) -> datetime | None:
        return min((one.due_at for one in self.timers if one.shard in shards), default=None)

    async def remove(self, timers: Sequence[WorkflowTimer]) -> None:
        self.timers -= set(timers)


@dataclass
class Bench:
    """Timers at work."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryTimers = field(default_factory=MemoryTimers)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    owned: set[int] = field(default_factory=lambda: {0})

    def __post_init__(self) -> None:
        rng = random.Random(1)
        self.supervisor = Supervisor()
        self.timers = Timers(
            TimerPorts(self.store, self.publisher),
            Ground(self.clock, rng),
            self.clock,
            rng,
            lambda: self.owned,
            self.supervisor.first_of,
        )

    @property
    def fired(self) -> list[str]:
        return [command_of(record).step for record in self.publisher.records]

    def keep(self, *timers: WorkflowTimer) -> None:
        """What another worker has stored."""
        self.store.timers |= set(timers)

    def keep_here(self, one: WorkflowTimer) -> None:
        """What this worker has stored."""
        self.keep(one)
        run = WorkflowRun("acme", ONE, "nok", "process_receipt", Phase.RUNNING, 1, one.step, None, "talk-1", NOON, NOON)
        self.timers.expect([None, WorkflowUpdate(run, (TimerChange(one.step, one), TimerChange("other", None)))])


@asynccontextmanager
async def at_work(bench: Bench) -> AsyncIterator[Bench]:
    bench.supervisor.spawn(bench.timers.fire_forever(), "fire timers")
    await settle()
    yield bench
    await bench.supervisor.close()
    assert not bench.publisher.running


def command_of(record: OutgoingRecord) -> FireTimer:
    command = decode_command(FireTimer.type, record.value)
    assert isinstance(command, FireTimer)
    return command


def envelope_of(record: OutgoingRecord) -> Envelope:
    return parse_envelope([(name, value) for name, value in record.headers], NOON)


async def test_a_timer_that_is_due_is_published_as_a_command_and_taken_away() -> None:
    bench = Bench()
    bench.keep(timer())
    assert await bench.timers.fire_due() == 1
    (record,) = bench.publisher.records
    assert (record.topic, record.key) == ("poon.workflows.commands", b"acme/nok")
    assert command_of(record) == FireTimer(workflow_id=ONE, step="record", token="t-record")
    envelope = envelope_of(record)
    assert (envelope.tenant, envelope.owner, envelope.correlation_id) == ("acme", "nok", "talk-1")
    assert bench.store.timers == set()


async def test_a_timer_that_is_fired_twice_is_the_same_command_and_another_is_not() -> None:
    bench = Bench()
    for one in (timer(), timer(), timer("extract")):
        bench.keep(one)
        await bench.timers.fire_due()
    first, again, other = (envelope_of(record).id for record in bench.publisher.records)
    assert first == again != other


async def test_a_timer_stays_until_its_command_is_acknowledged() -> None:
    bench = Bench()
    bench.keep(timer())
    bench.publisher.refusals = 1
    firing = asyncio.get_running_loop().create_task(bench.timers.fire_due())
    await settle()
    assert bench.store.timers == {timer()}
    await bench.clock.advance(1)
    assert await firing == 1
    assert bench.fired == ["record"]


async def test_an_outage_of_the_database_is_waited_for() -> None:
    bench = Bench()
    bench.keep(timer())
    bench.store.outages = 2
    firing = asyncio.get_running_loop().create_task(bench.timers.fire_due())
    await bench.clock.advance(2)
    assert await firing == 1


async def test_more_timers_than_a_batch_are_all_fired() -> None:
    bench = Bench()
    bench.keep(*(timer()._replace(workflow_id=UUID(int=number)) for number in range(BATCH + 1)))
    assert await bench.timers.fire_due() == BATCH + 1
    assert bench.publisher.calls == 2


async def test_the_timers_of_others_are_left_to_them() -> None:
    bench = Bench()
    bench.keep(timer(shard=1))
    async with at_work(bench):
        await bench.clock.advance(2 * LONGEST_WAIT)
        assert bench.fired == []
        bench.owned = {1}
        await bench.clock.advance(LONGEST_WAIT)
        assert bench.fired == ["record"]


async def test_who_owns_nothing_does_not_even_look() -> None:
    bench = Bench(owned=set())
    bench.keep(timer())
    async with at_work(bench):
        await bench.clock.advance(2 * LONGEST_WAIT)
    assert (bench.fired, bench.store.looks) == ([], 0)


async def test_the_next_timer_is_fired_at_its_moment() -> None:
    bench = Bench()
    bench.keep(timer(due=1.5))
    async with at_work(bench):
        await bench.clock.advance(1.4)
        assert bench.fired == []
        await bench.clock.advance(0.2)
        assert bench.fired == ["record"]


async def test_a_timer_this_worker_stores_brings_the_next_look_forward() -> None:
    bench = Bench()
    async with at_work(bench):
        bench.keep_here(timer(due=0.5))
        await settle()
        await bench.clock.advance(0.6)
        assert bench.fired == ["record"]


async def test_a_later_timer_does_not_put_the_next_look_off() -> None:
    bench = Bench()
    bench.keep(timer("first", due=1.0))
    async with at_work(bench):
        bench.keep_here(timer("second", due=2.0))
        await bench.clock.advance(1.1)
        assert bench.fired == ["first"]
        await bench.clock.advance(1.0)
        assert bench.fired == ["first", "second"]


async def test_what_others_store_is_found_by_a_look_now_and_then() -> None:
    bench = Bench()
    async with at_work(bench):
        bench.keep(timer(due=0.1))
        await bench.clock.advance(LONGEST_WAIT)
        assert bench.fired == ["record"]
