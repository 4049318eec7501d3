"""Which commands are looked up before they are handled, and that the inbox recognises the others all the same."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.fakes.broker import FakeRecord
from tests.fakes.clock import settle
from tests.fakes.commands import text_record
from tests.unit.runtime.worker_bench import Bench, running
from workers.runtime.recognition import FEW
from workers.runtime.worker import WorkerLimits


def records(count: int) -> list[FakeRecord]:
    return [text_record(n, f"c{n}", owner=f"o{n}") for n in range(count)]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with running(Bench()) as bench:
        yield bench


@pytest.fixture
async def quick() -> AsyncIterator[Bench]:
    """Its handler decides at once."""
    async with running(Bench(at_once=True)) as bench:
        yield bench


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


async def test_a_few_that_may_be_decided_at_once_are_not_looked_up(quick: Bench) -> None:
    await quick.deliver(*records(FEW))
    assert quick.published == [f"c{n}" for n in range(FEW)]
    assert quick.store.look_ups == []


async def test_more_than_a_few_are_looked_up_together(quick: Bench) -> None:
    await quick.deliver(*records(FEW + 1))
    assert quick.store.look_ups == [FEW + 1]


async def test_a_broken_record_alone_is_not_looked_up_whatever_its_handler(bench: Bench) -> None:
    await bench.deliver(replace(text_record(0, "c0"), value=b"{"))
    assert bench.store.look_ups == []
    assert len(bench.published) == 1


async def test_one_decided_before_and_not_looked_up_publishes_what_was_decided(quick: Bench) -> None:
    await quick.deliver(text_record(0, "c0"))
    await quick.deliver(text_record(1, "c0"))
    first, again = quick.publisher.records
    assert first == again
    assert quick.store.look_ups == []
    assert [told.duplicate for told in quick.observer.told] == [False, True]


async def test_one_that_waits_after_all_is_looked_up_before_it_is_awaited(quick: Bench) -> None:
    quick.hold("c0")
    await quick.deliver(text_record(0, "c0"))
    assert quick.store.look_ups == [1]
    assert quick.handled == ["c0"]
    await quick.release("c0")
    assert quick.published == ["c0"]


async def test_one_that_would_wait_and_was_decided_before_is_never_awaited(quick: Bench) -> None:
    await quick.deliver(text_record(0, "c0"))
    quick.hold("c0")
    await quick.deliver(text_record(1, "c0"))
    assert quick.handled == ["c0"]
    assert quick.published == ["c0", "c0"]


async def test_one_that_fails_is_looked_up_before_it_is_tried_again() -> None:
    async with running(Bench(at_once=True, attempts=3)) as bench:
        await bench.deliver(text_record(0, "c0"))
        bench.failing.add("c0")
        await bench.deliver(text_record(1, "c0"))
        assert bench.handled == ["c0", "c0"]
        await bench.clock.advance(10)
        assert bench.handled == ["c0", "c0"]
        assert bench.store.look_ups == [1]
        assert bench.published == ["c0", "c0"]


async def test_a_look_up_that_meets_an_outage_is_repeated_before_anything_is_awaited(quick: Bench) -> None:
    quick.hold("c0")
    quick.store.outages = 1
    await quick.deliver(text_record(0, "c0"))
    assert quick.handled == []
    await quick.clock.advance(10)
    await settle()
    assert quick.handled == ["c0"]


async def test_a_poll_is_decided_together_and_one_behind_another_in_its_lane_once_that_is_stored() -> None:
    """What its handler reads is there only then: a duplicate of the one before it would not be seen otherwise."""
    bench = Bench(together=True)
    async with running(bench):
        stored: list[list[str]] = []
        bench.instead = lambda: noted(stored, bench)
        await bench.deliver(text_record(0, "a1", owner="a"), text_record(1, "b1", owner="b"), text_record(2, "a2", "a"))
        assert bench.groups == [["a1", "b1"], ["a2"]]
        assert stored == [[], [], ["a1", "b1"]]
        assert bench.published == ["a1", "b1", "a2"]


async def test_a_few_that_are_decided_together_are_not_looked_up_for_nothing_is_paid() -> None:
    bench = Bench(together=True, limits=WorkerLimits())
    async with running(bench):
        await bench.deliver(*records(FEW))
        assert bench.store.look_ups == []
        await bench.deliver(*(text_record(100 + n, f"d{n}", owner=f"o{n}") for n in range(FEW + 1)))
        assert bench.store.look_ups == [FEW + 1]
        assert list(map(len, bench.groups)) == [FEW, FEW + 1]


async def test_a_command_decided_together_that_was_decided_before_has_no_second_effect() -> None:
    bench = Bench(together=True)
    async with running(bench):
        await bench.deliver(text_record(0, "a"))
        await bench.deliver(text_record(1, "a"))
        assert bench.groups == [["a"], ["a"]]
        first, again = bench.publisher.records
        assert first == again


async def noted(stored: list[list[str]], bench: Bench) -> None:
    stored.append(sorted(key.causation_id for key in bench.store.decided))
