"""Applying events wherever they come from, and building anew while they come."""

import random

import pytest

from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.projections import (
    MemoryProjections,
    entries_of,
    published,
    spending_histories,
    spending_history,
    totals_of,
)
from workers.ports.errors import UnavailableError
from workers.ports.projections import GenerationStatus, Lease
from workers.ports.store import StoredEvent
from workers.projections.projector import Projector, happened_of
from workers.projections.rebuilding import LEASE, BuildProgress, Rebuilder
from workers.projections.spending import SpendingTotals
from workers.runtime.supervisor import Supervisor


class Bench:
    """A projector on memory."""

    def __init__(self, *stored: StoredEvent) -> None:
        self.memory = MemoryProjections()
        self.memory.stored += stored
        self.clock = FakeClock()
        self.projector = Projector(SpendingTotals(), self.memory, self.memory)  # type: ignore[arg-type]
        self.told: list[BuildProgress] = []

    def rebuilder(self, builder: str = "me") -> Rebuilder:
        return Rebuilder(self.projector, self.memory, self.memory, self.clock, builder)

    async def publish(self, *rows: StoredEvent) -> None:
        await self.projector.apply([published(row) for row in rows])

    @property
    def right(self) -> bool:
        """Whether what answers is what the stored events come to."""
        return self.memory.answering.cells == totals_of(entries_of(self.memory.stored))


HISTORY = spending_histories(20)


async def test_events_in_no_order_are_completed_from_the_table() -> None:
    bench = Bench(*HISTORY)
    await bench.rebuilder().ensure(bench.told.append)
    more = spending_histories(20, seed=7, tenant="globex")
    bench.memory.stored += more
    for row in random.Random(1).sample(more, len(more)):
        await bench.publish(row)
    assert bench.right
    assert bench.memory.streams_read


async def test_a_stream_whose_beginning_is_nowhere_is_left_out_and_holds_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    await bench.rebuilder().ensure(bench.told.append)
    whole = spending_history(1, random.Random(1))
    gap = next(rows for seed in range(9) if len(rows := spending_history(2, random.Random(seed))) > 1)
    await bench.publish(*whole, *gap[1:])
    assert bench.memory.answering.cells == totals_of(entries_of(whole))
    assert "a stream is not complete" in caplog.text


async def test_nothing_to_apply_asks_nobody() -> None:
    bench = Bench()
    bench.memory.refusals = 1
    await bench.projector.apply([])
    assert bench.memory.refusals == 1


def test_a_stored_event_that_cannot_be_read_keeps_its_place(caplog: pytest.LogCaptureFixture) -> None:
    broken = HISTORY[0]._replace(data="no JSON")
    happened = happened_of(broken)
    assert (happened.event, happened.place) == (None, (broken.stream, broken.version))
    assert "cannot be read" in caplog.text


async def test_a_projection_that_was_never_built_is_built_and_one_that_answers_is_left_alone() -> None:
    bench = Bench(*HISTORY)
    await bench.rebuilder().ensure(bench.told.append)
    assert bench.right
    assert bench.told[-1] == BuildProgress(1, len(HISTORY), 0.0, bench.told[-1].position, done=True)
    bench.told.clear()
    await bench.rebuilder().ensure(bench.told.append)
    assert bench.told == []


@pytest.mark.parametrize("page", [1, 7, 1_000])
async def test_what_is_stored_and_published_during_a_rebuild_is_in_it_once(page: int) -> None:
    bench = Bench(*HISTORY)
    await bench.rebuilder().ensure(bench.told.append)
    coming = iter(spending_histories(30, seed=5, tenant="abba") + spending_histories(30, seed=6, tenant="zz"))
    rng = random.Random(2)
    unpublished: list[StoredEvent] = []
    rebuilder, apply = bench.rebuilder(), bench.projector.apply

    async def load() -> None:
        for row in (next(coming, None) for _ in range(5)):
            if row is not None:
                bench.memory.stored.append(row)
                unpublished.append(row)
        rng.shuffle(unpublished)
        while len(unpublished) > 3:
            await apply([published(unpublished.pop())])

    original = bench.memory.page

    async def page_under_load(*arguments: object) -> object:
        await load()
        return await original(*arguments)  # type: ignore[arg-type]

    bench.memory.page = page_under_load  # type: ignore[assignment]
    assert await rebuilder.rebuild(bench.told.append, page) == 2
    for row in coming:
        bench.memory.stored.append(row)
        unpublished.append(row)
    await bench.publish(*unpublished)
    assert bench.right
    assert list(bench.memory.known) == [2]


async def test_a_rebuild_that_was_interrupted_goes_on_where_it_was() -> None:
    bench = Bench(*HISTORY)
    first = bench.rebuilder()

    def stop(progress: BuildProgress) -> None:
        if progress.events >= 10:
            bench.memory.refusals = 1

    with pytest.raises(UnavailableError):
        await first.rebuild(stop, page=5)
    (begun,) = await bench.memory.generations()
    assert (begun.status, begun.events) == (GenerationStatus.BUILDING, 10)
    bench.clock.jump(LEASE.total_seconds() + 1)
    assert await bench.rebuilder("another").rebuild(bench.told.append, page=5) == begun.number
    assert (bench.told[0].events, bench.told[-1].events) == (15, len(HISTORY))
    assert bench.right


async def test_who_finds_another_building_waits_for_that_one() -> None:
    bench = Bench(*HISTORY)
    generation = await bench.memory.begin("spending", NOON)
    assert await bench.memory.claim(generation.number, Lease("another", NOON, NOON + LEASE))
    supervisor = Supervisor()
    waiting = supervisor.spawn(bench.rebuilder().rebuild(bench.told.append), "rebuild")
    await settle()
    assert not waiting.done()
    await bench.memory.swap(generation.number, NOON)
    await bench.clock.advance(5)
    assert await waiting == generation.number
    assert bench.told == []


async def test_whose_lease_has_run_out_is_relieved() -> None:
    bench = Bench(*HISTORY)
    generation = await bench.memory.begin("spending", NOON)
    assert await bench.memory.claim(generation.number, Lease("another", NOON, NOON + LEASE))
    supervisor = Supervisor()
    waiting = supervisor.spawn(bench.rebuilder().rebuild(bench.told.append), "rebuild")
    await bench.clock.advance(LEASE.total_seconds() + 3)
    assert await waiting == generation.number
    assert bench.right


async def test_rows_an_earlier_rebuild_left_are_removed() -> None:
    bench = Bench(*HISTORY)
    await bench.rebuilder().ensure(bench.told.append)
    generation = await bench.memory.begin("spending", NOON)
    await bench.memory.swap(generation.number, NOON)
    await bench.rebuilder().ensure(bench.told.append)
    assert list(bench.memory.known) == [generation.number]
