"""Moments in which two things happen at once, and records nobody expects: each once lost or stopped something."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from contracts.errors import ErrorCode
from tests.fakes.broker import FakeIntake, FakePublisher
from tests.fakes.clock import settle
from tests.fakes.commands import decision, text_record
from tests.fakes.store import MemoryStore
from tests.unit.runtime.worker_bench import P0, Bench
from workers.ports.errors import BackendError
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RecordSink, UnpublishableError
from workers.ports.store import InboxKey, StoredEvent
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.dispatcher import DispatchLimits
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.worker import WorkerLimits

C0 = InboxKey("texts", "acme", "c0")


async def working(bench: Bench) -> Bench:
    await settle()
    await bench.worker.assigned([P0])
    return bench


async def stop(bench: Bench) -> None:
    bench.stop.set()
    bench.worker.abort()
    for gate in bench.held.values():
        gate.set()
    await asyncio.gather(bench.task, return_exceptions=True)


async def test_a_partition_paused_over_records_finished_before_is_resumed() -> None:
    bench = await working(Bench(intake=FakeIntake(points={P0: CommitPoint(0, "f1 1-8")})))
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(1, 9)))
    assert bench.worker.unfinished == 0
    assert bench.intake.paused == set()
    await stop(bench)


async def test_no_dead_letter_is_left_for_a_command_another_worker_decided_with_success() -> None:
    bench = await working(Bench())
    elsewhere = receive(text_record(0, "c0"), PartitionOffsets())

    async def another_worker_is_faster() -> None:
        await bench.store.commit([outcomes.decided(elsewhere, decision(), bench.clock.now())])
        raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "down")

    bench.instead = another_worker_is_faster
    await bench.deliver(text_record(0, "c0"))
    assert [record.topic for record in bench.publisher.records] == ["poon.texts.events"]
    await stop(bench)


class SlowStore(MemoryStore):
    """Answers look-ups with what was true when they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: asyncio.Event | None = None

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        found = await super().recorded(keys)
        if self.gate is not None:
            await self.gate.wait()
        return found


async def test_a_command_that_ends_while_its_duplicate_is_looked_up_is_not_handled_again() -> None:
    store = SlowStore()
    bench = await working(Bench(store=store))
    bench.hold("c0")
    await bench.deliver(text_record(0, "c0"))
    store.gate = asyncio.Event()
    await bench.deliver(text_record(1, "c0"))
    await bench.release("c0")
    store.gate.set()
    await settle()
    assert bench.handled == ["c0"]
    assert bench.published == ["c0", "c0"]
    await stop(bench)


class SmallBroker(FakePublisher):
    """Takes no record above 1,000 bytes."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        for record in records:
            if len(record.value or b"") > 1_000:
                raise UnpublishableError(record, "too large")
        await super().publish(records)


async def test_poison_too_large_for_a_dead_letter_leaves_one_that_says_where_it_lies() -> None:
    bench = await working(Bench(publisher=SmallBroker()))
    await bench.deliver(replace(text_record(0, "c0"), value=b"x" * 2_000), text_record(1, "c1", owner="o1"))
    await bench.commit_offsets()
    (letter,) = [record for record in bench.publisher.records if record.topic == "poon.texts.dlt"]
    assert letter.value == b""
    assert dict(letter.headers)["kafka_dlt-original-offset"] == (0).to_bytes(8, "big")
    assert "poon_outcome-id" in dict(letter.headers)
    assert sorted(bench.published) == ["c0", "c1"]
    assert bench.intake.offsets == {P0: 2}
    await stop(bench)


class NeverJoins(FakeIntake):
    """A group that gives no assignment."""

    async def start(self, sink: RecordSink) -> None:
        self.sink = sink
        await asyncio.Event().wait()


async def test_a_stop_is_heard_while_the_consumer_joins() -> None:
    bench = Bench(intake=NeverJoins())
    await settle()
    bench.stop.set()
    await settle()
    assert bench.task.done()
    assert bench.intake.stopped


async def test_keys_in_back_off_do_not_hold_up_a_healthy_key() -> None:
    bench = await working(Bench(limits=WorkerLimits(DispatchLimits(2), drain_timeout=0.05), attempts=5))
    bench.failing = {"bad0", "bad1"}
    await bench.deliver(text_record(0, "bad0", "a"), text_record(1, "bad1", "b"), text_record(2, "good", "c"))
    assert "good" in bench.published
    bench.failing = set()
    await bench.clock.advance(120)
    assert sorted(bench.published) == ["bad0", "bad1", "good"]
    await stop(bench)


async def test_a_drain_does_not_wait_for_a_back_off() -> None:
    bench = await working(Bench(attempts=5))
    bench.failing = {"bad0"}
    await bench.deliver(text_record(0, "bad0"))
    bench.stop.set()
    await settle()
    assert bench.task.done()
    assert bench.intake.offsets == {P0: 0}


class SlowCoordinator(FakeIntake):
    """Takes its time to tell what was committed."""

    gate: asyncio.Event

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        await self.gate.wait()
        return await super().committed(partitions)


async def test_commit_metadata_is_kept_until_it_was_read() -> None:
    intake = SlowCoordinator(points={P0: CommitPoint(0, "f1 1-3")})
    intake.gate = asyncio.Event()
    bench = await working(Bench(intake=intake))
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(3)))
    await bench.commit_offsets()
    assert intake.points[P0].metadata == "f1 1-3"
    intake.gate.set()
    await settle()
    assert bench.handled == ["c0"]
    await stop(bench)


async def test_a_stored_outcome_of_a_newer_release_is_published_again_as_it_is() -> None:
    bench = await working(Bench())
    await bench.deliver(text_record(0, "c0"))
    bench.store.decided[C0] = tuple(event._replace(type="poon.text.parsed.v2") for event in bench.store.decided[C0])
    await bench.deliver(text_record(1, "c0"))
    assert bench.published == ["c0", "c0"]
    assert not bench.task.done()
    await stop(bench)
