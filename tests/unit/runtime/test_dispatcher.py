"""Lanes keep order within a key and run in parallel across keys."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from tests.fakes.clock import settle
from tests.fakes.commands import TEXT_COMMANDS, text_record
from workers.ports.messages import Partition
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.dispatcher import Dispatcher
from workers.runtime.offsets import PartitionOffsets


@pytest.fixture
async def benches() -> AsyncIterator[Callable[..., "Bench"]]:
    made: list[Bench] = []

    def make(max_in_flight: int = 10) -> Bench:
        made.append(Bench(max_in_flight))
        return made[-1]

    yield make
    for bench in made:
        await bench.close()


class Bench:
    """A dispatcher whose deliveries settle when the test says so."""

    def __init__(self, max_in_flight: int = 10) -> None:
        self.started: list[int] = []
        self.done: list[int] = []
        self.cancelled: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.dispatcher = Dispatcher(max_in_flight, self._settle, self._finished, self._spawn)

    async def _settle(self, delivery: Delivery) -> None:
        offset = delivery.record.offset
        self.started.append(offset)
        try:
            await self.gates.setdefault(offset, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(offset)
            raise

    def _finished(self, delivery: Delivery) -> None:
        self.done.append(delivery.record.offset)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.append(task)
        return task

    async def close(self) -> None:
        self.dispatcher.halt()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def dispatch(self, offset: int, owner: str, partition: int = 0) -> None:
        record = text_record(offset, owner=owner, partition=partition)
        self.dispatcher.dispatch(receive(record, PartitionOffsets()))

    async def release(self, *offsets: int) -> None:
        for offset in offsets:
            self.gates.setdefault(offset, asyncio.Event()).set()
        await settle()


async def test_records_of_one_key_settle_one_after_the_other(benches: Callable[..., Bench]) -> None:
    bench = benches()
    for offset in (1, 2, 3):
        bench.dispatch(offset, "nok")
    await settle()
    assert bench.started == [1]
    await bench.release(1)
    assert bench.started == [1, 2]
    await bench.release(3)
    assert bench.started == [1, 2]
    await bench.release(2)
    assert bench.done == [1, 2, 3]
    assert bench.dispatcher.in_flight == 0


async def test_a_stuck_key_holds_up_nobody_else(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.dispatch(1, "stuck")
    for offset, owner in ((2, "a"), (3, "b"), (4, "a")):
        bench.dispatch(offset, owner)
    await bench.release(2, 3, 4)
    assert sorted(bench.done) == [2, 3, 4]
    assert bench.dispatcher.waiting == 1


async def test_no_more_lanes_run_than_the_bound_allows_and_the_oldest_waiting_delivery_goes_first(
    benches: Callable[..., Bench],
) -> None:
    bench = benches(max_in_flight=2)
    for offset, owner in ((1, "a"), (2, "b"), (3, "c"), (4, "a")):
        bench.dispatch(offset, owner)
    await settle()
    assert bench.started == [1, 2]
    await bench.release(1)
    assert bench.started == [1, 2, 3], "the third came before the second of the first lane"
    await bench.release(2, 3, 4)
    assert bench.done == [1, 2, 3, 4]


async def test_cancelling_a_partition_drops_its_lanes_and_no_others(benches: Callable[..., Bench]) -> None:
    bench = benches(max_in_flight=2)
    bench.dispatch(1, "a", partition=0)
    bench.dispatch(2, "a", partition=0)
    bench.dispatch(3, "b", partition=1)
    bench.dispatch(4, "c", partition=1)
    await settle()
    dropped = bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))
    await settle()
    assert [delivery.record.offset for delivery in dropped] == [1, 2]
    assert bench.cancelled == [1]
    assert bench.started == [1, 3, 4], "the freed place goes to the next lane"
    await bench.release(3, 4)
    assert bench.done == [3, 4]


async def test_a_partition_that_comes_back_starts_afresh(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.dispatch(1, "a")
    await settle()
    bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))
    bench.dispatch(1, "a")
    await bench.release(1)
    assert bench.done == [1]
    assert bench.dispatcher.waiting == 0


async def test_after_halt_what_is_in_flight_ends_and_nothing_new_begins(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.dispatch(1, "a")
    bench.dispatch(2, "a")
    await settle()
    bench.dispatcher.halt()
    bench.dispatch(3, "b")
    waiting = asyncio.get_running_loop().create_task(bench.dispatcher.idle())
    await settle()
    assert not waiting.done()
    await bench.release(1, 2, 3)
    assert waiting.done()
    assert bench.done == [1]


async def test_a_settle_that_raises_ends_its_task_with_the_error_and_is_not_repeated() -> None:
    async def broken(delivery: Delivery) -> None:
        raise RuntimeError(delivery.envelope.id)

    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks.append(asyncio.get_running_loop().create_task(work))
        return tasks[-1]

    dispatcher = Dispatcher(1, broken, lambda _: None, spawn)
    dispatcher.dispatch(receive(text_record(1), PartitionOffsets()))
    with pytest.raises(RuntimeError):
        await tasks[0]
    assert len(tasks) == 1
    assert dispatcher.waiting == 1


async def test_a_lane_goes_on_at_once_while_its_next_delivery_is_the_oldest_waiting(
    benches: Callable[..., Bench],
) -> None:
    bench = benches(max_in_flight=1)
    for offset, owner in ((1, "a"), (2, "a"), (3, "b"), (4, "a")):
        bench.dispatch(offset, owner)
    await bench.release(1, 2, 3, 4)
    assert bench.done == [1, 2, 3, 4]


async def test_a_lane_cancelled_before_its_first_step_gives_its_place_back(benches: Callable[..., Bench]) -> None:
    bench = benches(max_in_flight=1)
    bench.dispatch(1, "a")
    bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))  # the rebalance comes in the same turn of the loop
    await settle()
    assert bench.dispatcher.in_flight == 0
    bench.dispatch(2, "b", partition=1)
    await bench.release(2)
    assert bench.done == [2]
