import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from adapters.computing import ThreadComputing


@pytest.fixture
async def computing() -> AsyncIterator[ThreadComputing]:
    opened = ThreadComputing()
    yield opened
    await opened.close()


async def test_a_function_computes_beside_the_event_loop(computing: ThreadComputing) -> None:
    thread = await computing.run(lambda _: threading.current_thread().name, None)
    assert thread.startswith("computing")
    assert await computing.run(len, "abc") == 3


async def test_the_loop_goes_on_while_it_computes(computing: ThreadComputing) -> None:
    loop_went_on = threading.Event()
    asyncio.get_running_loop().call_soon(loop_went_on.set)
    assert await computing.run(loop_went_on.wait, 30)


async def test_one_function_computes_at_a_time(computing: ThreadComputing) -> None:
    busy, most = [0], [0]

    def count(_: int) -> None:
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        sum(range(10_000))
        busy[0] -= 1

    await asyncio.gather(*(computing.run(count, number) for number in range(20)))
    assert most == [1]


async def test_what_it_raises_is_raised(computing: ThreadComputing) -> None:
    with pytest.raises(ValueError, match="three"):
        await computing.run(int, "three")
