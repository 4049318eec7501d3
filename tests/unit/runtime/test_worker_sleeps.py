"""A worker that was frozen wakes up believing it still has its partitions; it must not repeat what others published."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.clock import settle
from tests.fakes.commands import decision, text_record
from tests.unit.runtime.worker_bench import P0, P1, Bench
from workers.ports.messages import CommitPoint
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.membership import LONG_SLEEP
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.worker import PULSE

ASLEEP = LONG_SLEEP + 6


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A worker that has handled and committed one record, and polls."""
    bench = Bench()
    await settle()
    await bench.worker.assigned([P0])
    bench.worker.polled()
    await bench.deliver(text_record(0, "c0"))
    await bench.commit_offsets()
    bench.worker.polled()
    yield bench
    bench.stop.set()
    bench.worker.abort()
    await asyncio.gather(bench.task, return_exceptions=True)


async def others_handle(bench: Bench, *offsets: int, commit: CommitPoint) -> None:
    """Another member decides and publishes records of the partition, and commits."""
    for offset in offsets:
        delivery = receive(text_record(offset, f"c{offset}"), PartitionOffsets())
        await bench.store.commit([outcomes.decided(delivery, decision(), bench.clock.now())])
    bench.intake.points[P0] = commit
    bench.intake.stale_commits = 1_000


async def test_what_others_committed_while_it_slept_is_not_published_again(bench: Bench) -> None:
    await others_handle(bench, 1, 2, 4, commit=CommitPoint(3, "f1 1-1"))
    bench.clock.jump(ASLEEP)
    await bench.deliver(*(text_record(n, f"c{n}") for n in (1, 2, 4)))
    bench.worker.polled()
    assert bench.published == ["c0"]
    assert bench.worker.unfinished == 0


async def test_it_stays_in_doubt_until_the_group_takes_a_commit_or_gives_an_assignment(bench: Bench) -> None:
    bench.clock.jump(ASLEEP)
    await others_handle(bench, 1, commit=CommitPoint(2))
    await bench.deliver(text_record(1, "c1"))
    bench.worker.polled()
    await others_handle(bench, 2, commit=CommitPoint(3))
    await bench.deliver(text_record(2, "c2"))
    assert bench.published == ["c0"], "the second batch came soon after the first, and is in doubt all the same"
    await bench.worker.assigned([P0])
    await settle()
    await others_handle(bench, 3, commit=CommitPoint(4))
    await bench.deliver(text_record(3, "c3"))
    assert bench.published == ["c0", "c3"], "once it has asked, a member asks the table only"


async def test_what_is_decided_and_not_committed_is_published_also_after_a_sleep(bench: Bench) -> None:
    await others_handle(bench, 1, commit=CommitPoint(1))
    bench.intake.stale_commits = 0
    bench.clock.jump(ASLEEP)
    await bench.deliver(text_record(1, "c1"))
    assert bench.published == ["c0"], "another member may be about to"
    await bench.clock.advance(PULSE)
    assert bench.published == ["c0", "c1"]


async def test_a_worker_that_was_thrown_out_publishes_nothing_until_it_has_partitions_again(bench: Bench) -> None:
    bench.hold("c1", "c2")
    await bench.deliver(text_record(1, "c1", owner="o1"), text_record(2, "c2", owner="o2"))
    await others_handle(bench, 1, 2, commit=CommitPoint(1))
    bench.clock.jump(ASLEEP)
    await bench.release("c1", "c2")
    await bench.clock.advance(5)
    assert bench.published == ["c0"]
    await bench.worker.revoked([P0])
    await bench.worker.assigned([P1])
    await bench.clock.advance(5)
    assert bench.published == ["c0"], "whoever has the partition now publishes it"


async def test_nothing_is_committed_between_a_rebalance_and_the_moment_its_outcome_is_known(bench: Bench) -> None:
    bench.hold("c1")
    await bench.deliver(text_record(1, "c1"))
    await bench.worker.revoked([P0])
    await others_handle(bench, 1, 2, commit=CommitPoint(3))
    bench.intake.stale_commits = 0
    await bench.deliver(text_record(3, "c3"))
    await bench.release("c1")
    await bench.clock.advance(1)
    assert bench.intake.offsets == {P0: 3}, "the new generation's commits are taken already"
    await bench.worker.assigned([P0])
    await bench.clock.advance(1)
    await bench.deliver(text_record(3, "c3"))
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 4}
    assert bench.published == ["c0", "c3"]


async def test_what_another_member_had_done_above_its_watermark_is_left_alone_as_well(bench: Bench) -> None:
    bench.hold("c1", "c2", "c3")
    await bench.deliver(*(text_record(n, f"c{n}", owner=f"o{n}") for n in (1, 2, 3)))
    await bench.worker.revoked([P0])
    await others_handle(bench, 2, commit=CommitPoint(1, "f1 1-1"))
    bench.intake.stale_commits = 0
    await bench.worker.assigned([P0])
    await bench.release("c1", "c2", "c3")
    assert bench.published == ["c0", "c1", "c3"]
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 4}


async def test_a_worker_that_slept_with_nothing_to_do_needs_no_confirmation() -> None:
    idle = Bench()
    await settle()
    await idle.worker.assigned([P0])
    idle.clock.jump(ASLEEP)
    await idle.clock.advance(PULSE)
    await idle.deliver(text_record(0, "c0"))
    assert idle.published == ["c0"]
    idle.stop.set()
    await idle.task


async def test_a_worker_that_was_only_slow_goes_on_after_its_next_commit(bench: Bench) -> None:
    bench.clock.jump(ASLEEP)
    await bench.deliver(text_record(1, "c1"))
    bench.worker.polled()
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 2}
    asked = bench.intake.asked
    await bench.deliver(text_record(2, "c2"))
    assert bench.published == ["c0", "c1", "c2"]
    assert bench.intake.asked == asked, "nothing is in doubt any more"


async def test_a_partition_that_comes_back_goes_on_where_its_owner_in_between_had_come(bench: Bench) -> None:
    bench.hold("c1")
    await bench.deliver(text_record(1, "c1"))
    await bench.worker.revoked([P0])
    await others_handle(bench, 1, 2, 3, commit=CommitPoint(4))
    bench.intake.stale_commits = 0
    await bench.worker.assigned([P0])
    await settle()
    await bench.deliver(*(text_record(n, f"c{n}") for n in (2, 3, 4)))
    await bench.release("c1")
    await bench.commit_offsets()
    assert bench.intake.offsets == {P0: 5}, "never back behind what was committed"
    assert bench.published.count("c1") == 0, "what was in flight was done by the other one"
    assert bench.published.count("c2") == bench.published.count("c3") == 0
    assert bench.published.count("c4") == 1
