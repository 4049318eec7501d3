import asyncio
from collections.abc import Collection, Mapping

import pytest

from adapters.database.grouped import GroupedReads
from tests.fakes.clock import settle


class Table:
    """Doubles every key but zero; a query is held for as long as it is told."""

    def __init__(self) -> None:
        self.queries: list[list[int]] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def read(self, keys: Collection[int]) -> Mapping[int, int]:
        self.queries.append(sorted(keys))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return {key: 2 * key for key in keys if key}


def ask(reads: GroupedReads[int, int], key: int) -> asyncio.Task[int | None]:
    return asyncio.get_running_loop().create_task(reads.get(key))


@pytest.fixture
async def table() -> Table:
    return Table()


async def test_what_is_asked_during_a_query_shares_the_next(table: Table) -> None:
    reads = GroupedReads(table.read)
    first = ask(reads, 1)
    await settle()
    others = [ask(reads, key) for key in (2, 3, 1, 0, 3)]
    await settle()
    assert table.queries == [[1]], "one query at a time"
    table.gate.set()
    assert await first == 2
    assert await asyncio.gather(*others) == [4, 6, 2, None, 6]
    assert table.queries == [[1], [0, 1, 2, 3]], "an answer is never older than its question"


async def test_a_large_group_takes_several_queries(table: Table) -> None:
    table.gate.set()
    reads = GroupedReads(table.read, largest=2)
    assert await asyncio.gather(*map(reads.get, range(1, 6))) == [2, 4, 6, 8, 10]
    assert [len(query) for query in table.queries] == [2, 2, 1]


async def test_an_error_is_told_to_everybody_in_the_query_and_to_nobody_else(table: Table) -> None:
    reads = GroupedReads(table.read)
    table.error = OSError("down")
    failing = [ask(reads, key) for key in (1, 2)]
    await settle()
    later = ask(reads, 3)
    await settle()
    table.gate.set()
    results = await asyncio.gather(*failing, later, return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    table.error = None
    assert await reads.get(3) == 6


async def test_whoever_gives_up_takes_no_answer_away_from_the_others(table: Table) -> None:
    reads = GroupedReads(table.read)
    impatient, patient = ask(reads, 1), ask(reads, 1)
    await settle()
    impatient.cancel()
    await settle()
    table.gate.set()
    assert await patient == 2
    assert impatient.cancelled()


async def test_a_cancelled_query_leaves_nobody_waiting_and_the_next_one_is_made(table: Table) -> None:
    reads = GroupedReads(table.read)
    asking = ask(reads, 1)
    await settle()
    behind = ask(reads, 2)
    await settle()
    (query,) = (task for task in asyncio.all_tasks() if task.get_name() == "grouped reads")
    query.cancel()
    await settle()
    assert asking.cancelled()
    assert behind.cancelled()
    table.gate.set()
    assert await reads.get(1) == 2
