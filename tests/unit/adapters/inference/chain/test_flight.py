import asyncio

import pytest

from adapters.inference.chain.flight import SingleFlight
from tests.fakes.clock import settle


class Work:
    """Work that ends when the test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()
        self.error: Exception | None = None

    async def do(self) -> str:
        self.begun += 1
        await self.end.wait()
        if self.error is not None:
            raise self.error
        return f"result {self.begun}"


async def test_who_asks_the_same_at_the_same_time_shares_the_work() -> None:
    flight, work = SingleFlight[str](), Work()
    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(flight.share("key", work.do)) for _ in range(3)]
        await settle()
        work.end.set()
    assert [task.result() for task in asking] == [("result 1", False), ("result 1", True), ("result 1", True)]
    assert work.begun == 1


async def test_another_key_is_another_flight() -> None:
    flight, work = SingleFlight[str](), Work()
    work.end.set()
    await asyncio.gather(flight.share("taxi 100", work.do), flight.share("taxi 300", work.do))
    assert work.begun == 2


async def test_nothing_is_remembered_after_the_landing() -> None:
    flight, work = SingleFlight[str](), Work()
    work.end.set()
    await flight.share("key", work.do)
    assert await flight.share("key", work.do) == ("result 2", False)


async def test_all_who_share_it_share_its_failure() -> None:
    flight, work = SingleFlight[str](), Work()
    work.error = ValueError("broken")

    async def end() -> None:
        await settle()
        work.end.set()

    asking = (flight.share("key", work.do) for _ in range(3))
    *results, _ = await asyncio.gather(*asking, end(), return_exceptions=True)
    assert [str(result) for result in results] == ["broken"] * 3
    assert work.begun == 1


async def test_who_gives_up_leaves_the_work_to_one_who_waits() -> None:
    flight, work = SingleFlight[str](), Work()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(flight.share("key", work.do))
        await settle()
        second = tasks.create_task(flight.share("key", work.do))
        third = tasks.create_task(flight.share("key", work.do))
        await settle()
        first.cancel()
        await settle()
        assert work.begun == 2
        work.end.set()
    assert second.result() == ("result 2", False)
    assert third.result() == ("result 2", True)


async def test_one_who_waits_and_gives_up_takes_nobody_along() -> None:
    flight, work = SingleFlight[str](), Work()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(flight.share("key", work.do))
        await settle()
        second = tasks.create_task(flight.share("key", work.do))
        await settle()
        second.cancel()
        await settle()
        work.end.set()
    with pytest.raises(asyncio.CancelledError):
        second.result()
    assert first.result() == ("result 1", False)
