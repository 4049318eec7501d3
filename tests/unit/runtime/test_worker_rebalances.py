"""What a rebalance takes away, leaves alone and gives back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.clock import settle
from tests.fakes.commands import text_record
from tests.unit.runtime.worker_bench import P0, P1, Bench, running


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with running(Bench()) as bench:
        yield bench


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
