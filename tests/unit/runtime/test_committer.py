"""Group commit: everything that gathered goes into one transaction, and nothing is told before it is published."""

import random
from collections.abc import AsyncIterator

import pytest

from adapters.telemetry.quiet import QuietObserver
from contracts.envelope import Envelope
from tests.fakes.broker import FakePublisher
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.commands import decision, text_record
from tests.fakes.store import MemoryStore
from workers.ports.messages import OutgoingRecord
from workers.ports.store import CommitResult, Committed, Conflicted, Unstorable, Verdict
from workers.ports.tracing import Carried
from workers.runtime import outcomes
from workers.runtime.committer import Batch, Committer, Submission, Tools
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.ground import Ground
from workers.runtime.membership import LONG_SLEEP, Membership
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.supervisor import Supervisor


def verdict(command_id: str) -> Verdict:
    return outcomes.decided(delivery(command_id), decision(), NOON)


def carry_on(envelope: Envelope) -> Carried:
    """A trace context of each command's own."""
    return Carried(f"trace of {envelope.id}")


def delivery(command_id: str) -> Delivery:
    return receive(text_record(1, command_id), PartitionOffsets())


class Bench:
    def __init__(self, batch_size: int = 10) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.publisher = FakePublisher()
        self.results: list[CommitResult] = []
        observer = QuietObserver()
        ground = Ground(self.clock, random.Random(1))
        self.membership = Membership(self.clock)
        tools = Tools(self.store, self.publisher, ground, observer, self.clock, self.membership, carry_on)
        self.committer = Committer(tools, batch_size, self._settled)
        self.supervisor = Supervisor()

    def _settled(self, batch: Batch) -> None:
        self.results += [result for _, result in batch]

    async def run(self) -> None:
        self.supervisor.spawn(self.committer.store_forever(), "store")
        self.supervisor.spawn(self.committer.publish_forever(), "publish")
        await settle()

    def submit(self, *command_ids: str) -> list[Submission]:
        entries = [Submission(delivery(command_id), verdict(command_id)) for command_id in command_ids]
        for entry in entries:
            self.committer.submit(entry)
        return entries

    @property
    def published(self) -> list[str | None]:
        return [dict(record.headers).get("ce_causationid", b"").decode() for record in self.publisher.records]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.supervisor.close()


async def test_what_gathered_is_stored_in_one_transaction(bench: Bench) -> None:
    bench.submit(*(f"c{n}" for n in range(7)))
    await bench.run()
    assert len(bench.results) == 7
    assert all(isinstance(result, Committed) for result in bench.results)
    assert bench.store.batches == [7]
    assert bench.published == [f"c{n}" for n in range(7)]


async def test_a_batch_has_at_most_its_size() -> None:
    bench = Bench(batch_size=3)
    bench.submit(*(f"c{n}" for n in range(7)))
    await bench.run()
    assert bench.store.batches == [3, 3, 1]
    await bench.supervisor.close()


async def test_an_idle_committer_commits_at_once(bench: Bench) -> None:
    await bench.run()
    bench.submit("c1")
    await settle()
    bench.submit("c2")
    await settle()
    assert bench.store.batches == [1, 1]


async def test_the_same_command_twice_goes_into_two_transactions_and_publishes_the_same_events(bench: Bench) -> None:
    bench.submit("same", "same")
    await bench.run()
    first, second = bench.results
    assert isinstance(first, Committed)
    assert isinstance(second, Committed)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert bench.publisher.records[0] == bench.publisher.records[1]


async def test_conflicted_and_unstorable_verdicts_are_told_and_not_published(bench: Bench) -> None:
    bench.store.conflicts[verdict("conflict").key] = 1
    bench.store.unstorable.add(verdict("refused").key)
    bench.submit("conflict", "refused", "good")
    await bench.run()
    assert [type(result) for result in bench.results] == [Conflicted, Unstorable, Committed]
    assert bench.published == ["good"]


async def test_nothing_is_stored_while_it_is_held(bench: Bench) -> None:
    await bench.run()
    bench.committer.hold()
    bench.submit("c1")
    await settle()
    assert bench.store.batches == []
    bench.committer.release()
    await settle()
    assert bench.published == ["c1"]


async def test_it_is_quiet_when_all_that_is_stored_is_published(bench: Bench) -> None:
    await bench.run()
    assert bench.committer.is_quiet
    bench.publisher.refusals = 1
    bench.submit("c1")
    await settle()
    assert bench.store.batches == [1]
    waiting = bench.supervisor.spawn(bench.committer.quiet(), "waiting")
    await settle()
    assert not waiting.done()
    await bench.clock.advance(10)
    assert waiting.done()


async def test_what_is_stored_of_a_partition_that_is_gone_is_left_to_its_new_owner_to_publish(bench: Bench) -> None:
    await bench.run()
    bench.publisher.refusals = 1
    bench.submit("c1")
    await settle()
    kept, lost = bench.submit("kept", "lost")
    await settle()
    assert bench.store.batches == [1, 2], "stored, and waiting behind a broker that is away"
    lost.delivery.gone = True
    await bench.clock.advance(10)
    assert bench.published == ["c1", "kept"]
    assert not kept.delivery.gone


async def test_nothing_is_stored_or_published_while_the_membership_is_in_doubt(bench: Bench) -> None:
    await bench.run()
    bench.publisher.refusals = 1
    bench.submit("c1")
    await settle()
    bench.submit("c2")
    await settle()
    assert bench.store.batches == [1, 1]
    bench.clock.jump(LONG_SLEEP + 1)
    bench.submit("c3")
    await bench.clock.advance(10)
    assert bench.published == ["c1"], "under way before the sleep"
    assert bench.store.batches == [1, 1]
    bench.membership.look()  # somebody looks every so often
    bench.membership.confirm(bench.clock.monotonic())
    await settle()
    assert bench.published == ["c1", "c2", "c3"]


async def test_dead_letters_are_published_before_their_outcome(bench: Bench) -> None:
    letter = OutgoingRecord("poon.texts.dlt", b"k", b"v")
    bench.committer.submit(Submission(delivery("c1"), verdict("c1"), (), (letter,)))
    await bench.run()
    assert [record.topic for record in bench.publisher.records] == ["poon.texts.dlt", "poon.texts.events"]


async def test_an_outcome_carries_its_own_commands_trace_also_when_it_is_published_again(bench: Bench) -> None:
    bench.submit("c1", "c2")
    await bench.run()
    bench.committer.submit(Submission(delivery("c1"), None, verdict("c1").events))
    await settle()
    carried = [dict(record.headers)["traceparent"] for record in bench.publisher.records]
    assert carried == [b"trace of c1", b"trace of c2", b"trace of c1"]


async def test_stored_events_are_published_again_without_a_transaction(bench: Bench) -> None:
    bench.committer.submit(Submission(delivery("c1"), None, verdict("c1").events))
    await bench.run()
    assert bench.store.batches == []
    assert bench.published == ["c1"]


async def test_a_database_outage_is_waited_out_and_nothing_is_lost(bench: Bench) -> None:
    bench.store.outages = 3
    bench.submit("c1")
    await bench.run()
    assert bench.results == []
    await bench.clock.advance(60)
    assert len(bench.results) == 1
    assert bench.published == ["c1"]


async def test_a_broker_outage_repeats_the_whole_batch_in_order(bench: Bench) -> None:
    bench.publisher.refusals = 2
    bench.submit("c1", "c2")
    await bench.run()
    assert bench.results == []
    await bench.clock.advance(60)
    assert len(bench.results) == 2
    assert bench.published == ["c1", "c2"]
    assert bench.store.batches == [2]


async def test_a_submission_whose_partition_is_gone_before_its_batch_is_left_out(bench: Bench) -> None:
    given_up, _ = bench.submit("gone", "kept")
    given_up.delivery.gone = True
    await bench.run()
    assert bench.published == ["kept"]


async def test_a_batch_of_nothing_but_gone_submissions_is_none(bench: Bench) -> None:
    (given_up,) = bench.submit("gone")
    given_up.delivery.gone = True
    await bench.run()
    bench.submit("kept")
    await settle()
    assert bench.store.batches == [1]
    assert bench.published == ["kept"]


async def test_the_next_batch_is_stored_while_the_last_one_waits_for_the_broker(bench: Bench) -> None:
    await bench.run()
    bench.publisher.refusals = 1
    bench.submit("c1")
    await settle()
    bench.submit("c2")
    await settle()
    assert bench.store.batches == [1, 1]
    assert bench.published == []
    await bench.clock.advance(60)
    assert bench.published == ["c1", "c2"]
