"""Group commit: everything that gathered goes into one transaction, and nothing is told before it is published."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable

import pytest

from tests.fakes.broker import FakePublisher
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.commands import decision, text_record
from tests.fakes.store import MemoryStore
from workers.ports.messages import OutgoingRecord
from workers.ports.store import CommitResult, Committed, Conflicted, Unstorable, Verdict
from workers.runtime import outcomes
from workers.runtime.committer import Committer
from workers.runtime.deliveries import receive
from workers.runtime.ground import Ground
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.supervisor import Supervisor


def verdict(command_id: str) -> Verdict:
    delivery = receive(text_record(1, command_id), PartitionOffsets())
    return outcomes.decided(delivery, decision(), NOON)


class Bench:
    def __init__(self, batch_size: int = 10) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.publisher = FakePublisher()
        ground = Ground(self.clock, random.Random(1))
        self.committer = Committer(self.store, self.publisher, ground, batch_size)
        self.supervisor = Supervisor()

    def run(self) -> None:
        self.supervisor.spawn(self.committer.store_forever(), "store")
        self.supervisor.spawn(self.committer.publish_forever(), "publish")

    def submit(self, *verdicts: Verdict) -> list[asyncio.Task[CommitResult]]:
        return [self._task(self.committer.settle(one)) for one in verdicts]

    def _task(self, work: Awaitable[CommitResult]) -> asyncio.Task[CommitResult]:
        async def wait() -> CommitResult:
            return await work

        return asyncio.get_running_loop().create_task(wait())

    @property
    def published(self) -> list[str | None]:
        return [dict(record.headers).get("ce_causationid", b"").decode() for record in self.publisher.records]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.supervisor.close()


async def test_what_gathered_is_stored_in_one_transaction(bench: Bench) -> None:
    tasks = bench.submit(*(verdict(f"c{n}") for n in range(7)))
    await settle()
    bench.run()
    assert all(isinstance(result, Committed) for result in await asyncio.gather(*tasks))
    assert bench.store.batches == [7]
    assert bench.published == [f"c{n}" for n in range(7)]


async def test_a_batch_has_at_most_its_size() -> None:
    bench = Bench(batch_size=3)
    tasks = bench.submit(*(verdict(f"c{n}") for n in range(7)))
    await settle()
    bench.run()
    await asyncio.gather(*tasks)
    assert bench.store.batches == [3, 3, 1]
    await bench.supervisor.close()


async def test_the_same_command_twice_goes_into_two_transactions_and_publishes_the_same_events(bench: Bench) -> None:
    tasks = bench.submit(verdict("same"), verdict("same"))
    await settle()
    bench.run()
    first, second = await asyncio.gather(*tasks)
    assert isinstance(first, Committed)
    assert isinstance(second, Committed)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert bench.publisher.records[0] == bench.publisher.records[1]


async def test_conflicted_and_unstorable_verdicts_are_told_and_not_published(bench: Bench) -> None:
    conflicting, refused, good = verdict("conflict"), verdict("refused"), verdict("good")
    bench.store.conflicts[conflicting.key] = 1
    bench.store.unstorable.add(refused.key)
    tasks = bench.submit(conflicting, refused, good)
    await settle()
    bench.run()
    results = await asyncio.gather(*tasks)
    assert isinstance(results[0], Conflicted)
    assert isinstance(results[1], Unstorable)
    assert isinstance(results[2], Committed)
    assert bench.published == ["good"]


async def test_dead_letters_are_published_before_their_outcome(bench: Bench) -> None:
    letter = OutgoingRecord("poon.texts.dlt", b"k", b"v")
    bench.run()
    await bench.committer.settle(verdict("c1"), [letter])
    assert [record.topic for record in bench.publisher.records] == ["poon.texts.dlt", "poon.texts.events"]


async def test_stored_events_are_published_again_without_a_transaction(bench: Bench) -> None:
    bench.run()
    stored = verdict("c1")
    await bench.committer.republish(stored.events, [])
    assert bench.store.batches == []
    assert bench.published == ["c1"]


async def test_a_database_outage_is_waited_out_and_nothing_is_lost(bench: Bench) -> None:
    bench.store.outages = 3
    bench.run()
    (task,) = bench.submit(verdict("c1"))
    await settle()
    assert not task.done()
    await bench.clock.advance(60)
    assert isinstance(await task, Committed)
    assert bench.published == ["c1"]


async def test_a_broker_outage_repeats_the_whole_batch_in_order(bench: Bench) -> None:
    bench.publisher.refusals = 2
    tasks = bench.submit(verdict("c1"), verdict("c2"))
    bench.run()
    await settle()
    assert not any(task.done() for task in tasks)
    await bench.clock.advance(60)
    await asyncio.gather(*tasks)
    assert bench.published == ["c1", "c2"]
    assert bench.store.batches == [2]


async def test_a_submission_given_up_before_its_batch_is_left_out(bench: Bench) -> None:
    given_up, kept = bench.submit(verdict("gone"), verdict("kept"))
    await settle()
    given_up.cancel()
    await settle()
    bench.run()
    await kept
    assert bench.published == ["kept"]


async def test_a_submission_given_up_during_its_batch_harms_nobody(bench: Bench) -> None:
    bench.publisher.refusals = 1
    bench.run()
    given_up, kept = bench.submit(verdict("gone"), verdict("kept"))
    await settle()
    given_up.cancel()
    await bench.clock.advance(60)
    assert isinstance(await kept, Committed)
