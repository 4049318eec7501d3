"""The worker as a whole, on in-memory ports: records in, outcomes and offsets out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.fakes.broker import FakeIntake
from tests.fakes.clock import settle
from tests.fakes.commands import text_record
from tests.unit.runtime.worker_bench import P0, P1, Bench, running
from workers.ports.messages import CommitPoint
from workers.runtime.worker import WorkerFailedError


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


async def test_offsets_wait_for_the_oldest_unfinished_record_while_others_go_on(bench: Bench) -> None:
    bench.hold("c0")
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in range(3)))
    await bench.commit_offsets()
    assert bench.published == ["c1", "c2"]
    assert bench.intake.offsets == {P0: 0}
    await bench.release("c0")
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 3}


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
