"""Workflows' streams keep their order in their topics, though two topics write them and their owners die."""

import random
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from adapters.telemetry.quiet import QuietObserver
from contracts.envelope import event_id
from contracts.topics import TopicRole, topic_name
from tests.fakes.broker import FakePublisher
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.commands import text_record
from tests.fakes.store import MemoryReader, MemoryStore
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord
from workers.ports.store import WHOLE, InboxKey, Span, StoredEvent, Verdict
from workers.ports.vault import BrokenSealError
from workers.ports.workflows import WORKFLOW_STREAM
from workers.runtime.committer import Committer, Submission, Tools
from workers.runtime.deliveries import receive
from workers.runtime.ground import Ground
from workers.runtime.membership import Membership
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.stream_order import MOST_ROWS, TOPICS, StreamOrder
from workers.runtime.supervisor import Supervisor
from workers.workflows.catalogue import DEFINITIONS

STREAM = f"{WORKFLOW_STREAM}1"
TOPIC = topic_name("workflows", TopicRole.EVENTS)


def transition(cause: str, first: int, rows: int = 1, stream: str = STREAM) -> Verdict:
    """What one message decides of a workflow: so many rows from that version on."""
    key = InboxKey("workflows", "acme", cause)
    events = tuple(
        StoredEvent(
            id=event_id("workflows", "acme", cause, ordinal),
            tenant="acme",
            stream=stream,
            version=first + ordinal,
            handler="workflows",
            causation_id=cause,
            ordinal=ordinal,
            type="poon.workflows.step-started.v1",
            topic=TOPIC,
            owner="nok",
            correlation_id="c",
            occurred_at=NOON,
            data="{}",
            terminal=ordinal == rows - 1,
        )
        for ordinal in range(rows)
    )
    return Verdict(key, events)


class CountingReader(MemoryReader):
    """Counts reads, and fails as often as it is told."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.reads: list[Span] = []
        self.failures: list[Exception] = []

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        if self.failures:
            raise self.failures.pop()
        self.reads.append(span)
        return await super().stream(tenant, stream, span)


class Owner:
    """A worker that owns partitions, as far as storing and publishing go."""

    def __init__(self, store: MemoryStore, topic: list[OutgoingRecord], clock: FakeClock) -> None:
        self.publisher = FakePublisher()
        self.publisher.records = topic
        self.reader = CountingReader(store)
        ground = Ground(clock, random.Random(1))
        order = StreamOrder(self.reader)
        tools = Tools(store, self.publisher, ground, QuietObserver(), clock, Membership(clock), order=order)
        self.committer = Committer(tools, 10, lambda _: None)
        self.supervisor = Supervisor()
        self.supervisor.spawn(self.committer.store_forever(), "store")
        self.supervisor.spawn(self.committer.publish_forever(), "publish")

    def decide(self, verdict: Verdict) -> Submission:
        submission = Submission(receive(text_record(1, verdict.key.causation_id), PartitionOffsets()), verdict)
        self.committer.submit(submission)
        return submission

    async def die(self) -> None:
        await self.supervisor.close()


class Fleet:
    """Owners that share a store and a topic."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.topic: list[OutgoingRecord] = []
        self.owners: list[Owner] = []

    def owner(self) -> Owner:
        self.owners.append(Owner(self.store, self.topic, self.clock))
        return self.owners[-1]

    @property
    def versions(self) -> list[int]:
        return [int(dict(record.headers)["ce_sequence"]) for record in self.topic]


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    fleet = Fleet()
    yield fleet
    for owner in fleet.owners:
        await owner.die()


async def stored(fleet: Fleet, *verdicts: Verdict) -> None:
    """By somebody who died before publishing it."""
    await fleet.store.commit(verdicts)


async def test_what_the_owner_of_the_other_topic_stored_and_did_not_publish_is_published_first(fleet: Fleet) -> None:
    await stored(fleet, transition("start", 1, 2))
    fleet.owner().decide(transition("answer", 3))
    await settle()
    assert fleet.versions == [1, 2, 3]


async def test_who_comes_late_repeats_what_is_there_and_nothing_comes_out_of_order(fleet: Fleet) -> None:
    commands, answers = fleet.owner(), fleet.owner()
    commands.publisher.refusals = 1
    commands.decide(transition("start", 1, 2))
    await settle()
    answers.decide(transition("answer", 3))
    await settle()
    assert fleet.versions == [1, 2, 3]
    await fleet.clock.advance(10)
    assert fleet.versions == [1, 2, 3, 1, 2]
    assert first_seen(fleet.versions) == [1, 2, 3]


async def test_what_is_found_stored_is_led_as_well(fleet: Fleet) -> None:
    await stored(fleet, transition("start", 1), transition("answer", 2))
    fleet.owner().decide(transition("answer", 2))
    await settle()
    assert fleet.versions == [1, 2]


async def test_one_owner_of_both_topics_reads_nothing_and_repeats_nothing(fleet: Fleet) -> None:
    owner = fleet.owner()
    for cause, first in (("start", 1), ("a", 2), ("b", 3)):
        owner.decide(transition(cause, first))
        await settle()
    owner.decide(transition("c", 4, 3))
    await settle()
    assert fleet.versions == [1, 2, 3, 4, 5, 6]
    assert owner.reader.reads == []


async def test_only_what_may_be_missing_is_repeated(fleet: Fleet) -> None:
    await stored(fleet, *(transition(f"c{number}", 2 * number - 1, 2) for number in range(1, 6)))
    fleet.owner().decide(transition("now", 11))
    await settle()
    assert fleet.versions == [7, 8, 9, 10, 11], "one transition of each topic"


async def test_what_is_known_to_be_published_is_not_repeated(fleet: Fleet) -> None:
    owner = fleet.owner()
    owner.decide(transition("start", 1))
    await settle()
    await stored(fleet, transition("elsewhere", 2))
    owner.decide(transition("answer", 3))
    await settle()
    assert fleet.versions == [1, 2, 3]
    assert owner.reader.reads == [Span(2, 2)]


async def test_a_transition_that_was_lost_with_its_partition_is_still_published_before_what_follows(
    fleet: Fleet,
) -> None:
    owner = fleet.owner()
    owner.publisher.refusals = 1
    owner.decide(transition("other", 1, stream=f"{WORKFLOW_STREAM}2"))
    await settle()
    lost = owner.decide(transition("start", 1))
    owner.decide(transition("answer", 2))
    await settle()
    lost.delivery.gone = True
    await fleet.clock.advance(10)
    assert fleet.versions == [1, 1, 2]


async def test_a_database_that_is_away_is_waited_for(fleet: Fleet) -> None:
    await stored(fleet, transition("start", 1))
    owner = fleet.owner()
    owner.reader.failures = [UnavailableError("away")]
    owner.decide(transition("answer", 2))
    await settle()
    assert fleet.versions == []
    await fleet.clock.advance(10)
    assert fleet.versions == [1, 2]


async def test_rows_that_somebody_changed_hold_up_nobody_else(fleet: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    await stored(fleet, transition("start", 1))
    owner = fleet.owner()
    owner.reader.failures = [BrokenSealError("row 1")]
    owner.decide(transition("answer", 2))
    await settle()
    assert fleet.versions == [2]
    assert "cannot be read" in caplog.text


async def test_a_refusal_is_led_by_nothing(fleet: Fleet) -> None:
    owner = fleet.owner()
    owner.decide(transition("late", 1, stream="workflows-late"))
    await settle()
    assert fleet.versions == [1]
    assert owner.reader.reads == []


async def test_as_many_streams_as_asked_for_are_remembered() -> None:
    reader = CountingReader(MemoryStore())
    order = StreamOrder(reader, most_known=2)
    for number in (1, 2, 3):
        events = transition("start", 1, stream=f"{WORKFLOW_STREAM}{number}").events
        assert not order.to_publish(await order.before(events), events)
    for number, reads in ((3, 0), (2, 0), (1, 1)):
        await order.before(transition("next", 2, stream=f"{WORKFLOW_STREAM}{number}").events)
        assert len(reader.reads) == reads


@pytest.mark.parametrize("seed", range(60))
async def test_whoever_dies_when_every_version_is_first_published_in_order(fleet: Fleet, seed: int) -> None:
    """Two owners, one a topic; each message is stored once, and again handled by the next owner if one dies."""
    rng = random.Random(seed)
    owners = [fleet.owner(), fleet.owner()]
    version = 1
    for number in range(12):
        topic = rng.randrange(2)
        verdict = transition(f"m{number}", version, rng.randint(1, 3))
        version += len(verdict.events)
        if rng.random() < 0.4:
            owners[topic].publisher.refusals = 1_000
            owners[topic].decide(verdict)
            await settle()
            if rng.random() < 0.5:  # the other topic goes on before somebody takes this one over
                between = transition(f"b{number}", version)
                version += 1
                owners[1 - topic].decide(between)
                await settle()
            await owners[topic].die()
            owners[topic] = fleet.owner()
        owners[topic].decide(verdict)
        await settle()
    assert first_seen(fleet.versions) == list(range(1, version))


def first_seen(versions: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(versions))


def test_what_is_read_back_holds_the_longest_transitions() -> None:
    """Of each step a transition tells at most that it ended and that it began, and sends its command."""
    longest = max(3 * len(list(definition)) + 3 for definition in DEFINITIONS.values())
    assert longest * TOPICS <= MOST_ROWS
