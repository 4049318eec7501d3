"""What bites in aiokafka and FastStream, provoked on a real broker; docs/kafka-client-traps.md lists it all."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import OutOfOrderSequenceNumber

from adapters.clock import SystemClock
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from tests.integration.kafka.live import COMMANDS, EVENTS, Live, echo, with_all_topics
from tests.integration.kafka.test_intake import Member, Sink, publish
from tests.ledger.observe import TopicTail, header, lag
from tests.services.kafka import KafkaService, fresh_name, native_kafka, native_kafka_is_possible
from tests.services.kafka_admin import admin
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.handling import CommandContext, Decision
from workers.ports.messages import (
    CommitPoint,
    OutgoingRecord,
    Partition,
    RawRecord,
    StaleAssignmentError,
    UnpublishableError,
)
from workers.runtime.worker import WorkerLimits

pytestmark = pytest.mark.integration


@pytest.fixture
def kafka(kafka_service: KafkaService) -> KafkaService:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker has no groups of several members")
    return kafka_service


def connection(kafka: KafkaService) -> KafkaConnection:
    return KafkaConnection(kafka.bootstrap_servers)


def consumer_of(intake: KafkaIntake) -> Any:  # noqa: ANN401  aiokafka ships no types
    return intake._subscriber.consumer  # noqa: SLF001  what is asked about is nowhere to be seen from outside


async def members(kafka: KafkaService, group: str) -> list[str | None]:
    """The group instance ids of a group's members; None is a member that is no static one."""
    client = admin(kafka.bootstrap_servers)  # a client that is collected takes its requests with it
    described = await asyncio.wrap_future(client.describe_consumer_groups([group])[group])
    return [member.group_instance_id for member in described.members]


async def send(kafka: KafkaService, count: int, owner: str) -> list[str]:
    """Commands of one owner, by their ids."""
    ids = [str(uuid4()) for _ in range(count)]
    publisher = KafkaPublisher(connection(kafka), "test")
    await publisher.start()
    for command_id in ids:
        about = Envelope(
            id=command_id,
            source="/test",
            type=ParseText.type,
            time=SystemClock().now(),
            tenant="traps",
            owner=owner,
        )
        value = encode(ParseText(text="taxi 5"))
        await publisher.publish([OutgoingRecord(COMMANDS, about.key.encode(), value, tuple(about.headers()))])
    await publisher.stop()
    return ids


class Handled:
    """A handler that counts, and holds the first command of one owner for as long as it is told.

    Of one owner: the topic has other tests' commands as well.
    """

    def __init__(self, held_owner: str | None = None) -> None:
        self.times: Counter[str] = Counter()
        self.held_owner = held_owner
        self.held: str | None = None
        self.gate = asyncio.Event()

    async def __call__(self, command: Command, context: CommandContext) -> Decision:
        self.times[context.command_id] += 1
        if context.owner == self.held_owner and self.held is None:
            self.held = context.command_id
            await self.gate.wait()
        return await echo(command, context)


class Listening(Sink):
    """Remembers revocations."""

    def __init__(self) -> None:
        super().__init__()
        self.revocations = 0

    async def revoked(self, partitions: Collection[Partition]) -> None:
        self.revocations += 1
        await super().revoked(partitions)


@asynccontextmanager
async def consuming(intake: KafkaIntake, sink: Sink) -> AsyncIterator[None]:
    await intake.start(sink)
    try:
        await eventually(lambda: sink.assignments, "an assignment")
        yield
    finally:
        await intake.stop()


async def test_work_in_flight_is_not_done_twice_when_a_rebalance_gives_its_partition_back(kafka: KafkaService) -> None:
    with_all_topics(kafka)
    owner = fresh_name("owner")
    handled = Handled(owner)
    live = Live(kafka, handled)
    async with live.running():
        (first,) = await send(kafka, 1, owner)
        await eventually(lambda: handled.held == first, "the command to be in flight")
        # A member that wants another topic makes the group take everything from everybody and give it back.
        sink = Sink()
        async with consuming(live.intake(kafka.fresh_topic()), sink):
            assert sink.owned
        (second,) = await send(kafka, 1, owner)
        handled.gate.set()
        await eventually(lambda: handled.times[second], "the command behind it")
    outcomes = TopicTail(kafka.bootstrap_servers, [EVENTS])
    await asyncio.to_thread(outcomes.more, 2.0)
    outcomes.close()
    assert handled.times[first] == 1
    answered = Counter(header(message, "ce_causationid") for message in outcomes.messages)
    assert (answered[first], answered[second]) == (1, 1)


async def test_what_was_finished_is_committed_at_a_stop_though_no_listener_is_told_of_it(kafka: KafkaService) -> None:
    with_all_topics(kafka)
    handled = Handled()
    group = f"{fresh_name('stopped')}.texts"
    live = Live(kafka, handled, group, WorkerLimits(offset_interval=3_600.0))
    async with live.running() as worker:
        ids = await send(kafka, 3, fresh_name("owner"))
        await eventually(lambda: handled.times[ids[-1]] and not worker.unfinished, "the last of them")
    # Other tests' commands on these topics were handled as well.
    assert set(await asyncio.to_thread(lambda: lag(kafka.bootstrap_servers, [group]).values())) == {0}


async def test_a_stop_tells_the_listener_nothing(kafka: KafkaService) -> None:
    sink = Listening()
    intake = KafkaIntake(connection(kafka), IntakeOptions(fresh_name(), [kafka.fresh_topic()], session_timeout=6.0))
    async with consuming(intake, sink):
        before = sink.revocations
    assert sink.revocations == before


async def test_a_worker_is_one_dynamic_member_and_leaves_at_once(kafka: KafkaService) -> None:
    group = fresh_name()
    async with Member(kafka, kafka.fresh_topic(), group):
        assert await members(kafka, group) == [None]
    assert await members(kafka, group) == []


async def test_one_assignor_is_offered_and_nothing_is_committed_behind_our_back(kafka: KafkaService) -> None:
    async with Member(kafka, kafka.fresh_topic(), fresh_name()) as member:
        consumer = consumer_of(member.intake)
        assert len(consumer._partition_assignment_strategy) == 1  # noqa: SLF001
        assert consumer._enable_auto_commit is False  # noqa: SLF001


async def test_a_member_that_was_silent_too_long_learns_it_from_its_commit_and_comes_back(kafka: KafkaService) -> None:
    if kafka.cluster is None:
        pytest.skip("needs a broker that takes a session of a second")
    topic, sink = kafka.fresh_topic(), Sink()
    place = Partition(topic, 0)
    await publish(kafka, topic, [b"1", b"2", b"3"])
    intake = KafkaIntake(connection(kafka), IntakeOptions(fresh_name(), [topic], session_timeout=0.9))
    async with consuming(intake, sink):
        await eventually(lambda: len(sink.records) == 3, "the records")
        threading.Event().wait(3.0)  # the loop stands still, and with it the heartbeat
        with pytest.raises(StaleAssignmentError):
            await intake.commit({place: CommitPoint(3)})
        await eventually(lambda: sink.assignments == 2, "the group to take it back")
        await eventually(lambda: sink.values == [b"1", b"2", b"3"] * 2, "what was not committed, again")
        await intake.commit({place: CommitPoint(3)})
        assert await intake.committed([place]) == {place: CommitPoint(3)}


async def test_a_member_without_partitions_takes_over_when_the_other_leaves(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(), fresh_name()
    everything = {Partition(topic, 0)}
    async with Member(kafka, topic, group) as first, Member(kafka, topic, group) as second:
        await eventually(lambda: first.sink.owned ^ second.sink.owned == everything, "one of them to own it")
        idle, busy = (second, first) if first.sink.owned else (first, second)
        await busy.intake.stop()
        await eventually(lambda: idle.sink.owned == everything, "the other to take over")
        await publish(kafka, topic, [b"1"])
        await eventually(lambda: idle.sink.values == [b"1"], "a record")


async def test_polling_goes_on_while_everything_is_paused_and_the_idle_clock_runs(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    async with Member(kafka, topic, fresh_name()) as member:
        member.intake.pause([Partition(topic, 0)])
        state = consumer_of(member.intake)._subscription  # noqa: SLF001
        last = state._last_fetch_ended  # noqa: SLF001  stands still for ever after a cancelled `getone`
        await eventually(lambda: state._last_fetch_ended > last, "the next poll")  # noqa: SLF001
        assert consumer_of(member.intake).paused() == {TopicPartition(topic, 0)}


async def test_a_paused_member_takes_part_in_rebalances(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(partitions=2), fresh_name()
    everything = {Partition(topic, 0), Partition(topic, 1)}
    async with Member(kafka, topic, group) as paused:
        paused.intake.pause(everything)
        async with Member(kafka, topic, group) as other:
            await eventually(lambda: len(paused.sink.owned) == len(other.sink.owned) == 1, "an even share")
        await eventually(lambda: paused.sink.owned == everything, "everything back")


class PausesAtOnce(Sink):
    """Pauses with the first records it gets, when the client has many more in its memory."""

    def __init__(self, intake: KafkaIntake) -> None:
        super().__init__()
        self._intake = intake

    def accept(self, records: Sequence[RawRecord]) -> None:
        if not self.records:
            self._intake.pause(self.owned)
        super().accept(records)


async def test_records_a_pause_throws_away_come_again_once_and_in_order(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    values = [str(number).encode() for number in range(2_000)]
    await publish(kafka, topic, values)
    options = IntakeOptions(fresh_name(), [topic], max_records=10, session_timeout=6.0)
    intake = KafkaIntake(connection(kafka), options)
    sink = PausesAtOnce(intake)
    async with consuming(intake, sink):
        await eventually(lambda: sink.records, "the first records")
        assert len(sink.records) == 10
        intake.resume(sink.owned)
        await eventually(lambda: len(sink.records) >= 2_000, "all of them")
    assert sink.values == values


async def test_outcomes_are_published_idempotently_and_to_all_replicas(kafka: KafkaService) -> None:
    publisher = KafkaPublisher(connection(kafka), "test")
    await publisher.start()
    sender = producer_of(publisher)._sender  # noqa: SLF001
    await publisher.stop()
    assert sender._acks == -1  # noqa: SLF001
    assert sender._txn_manager is not None  # noqa: SLF001


async def test_a_producer_killed_by_its_sequence_is_replaced(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    publisher = KafkaPublisher(connection(kafka), "test")
    await publisher.start()
    await publisher.publish([OutgoingRecord(topic, b"k", b"1")])
    producer_of(publisher)._txn_manager.increment_sequence_number(TopicPartition(topic, 0), 5)  # noqa: SLF001
    with pytest.raises(UnavailableError) as caught:
        await publisher.publish([OutgoingRecord(topic, b"k", b"2")])
    assert isinstance(caught.value.__cause__, OutOfOrderSequenceNumber)
    await publisher.publish([OutgoingRecord(topic, b"k", b"2")])
    await publisher.stop()
    async with Member(kafka, topic, fresh_name()) as reader:
        await eventually(lambda: reader.sink.values == [b"1", b"2"], "both records")


async def test_a_record_the_broker_refuses_does_not_kill_the_producer_for_the_next(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic(config={"max.message.bytes": "1000"})
    publisher = KafkaPublisher(connection(kafka), "test", None)
    await publisher.start()
    await publisher.publish([OutgoingRecord(topic, b"k", b"1")])
    with pytest.raises(UnpublishableError):
        await publisher.publish([OutgoingRecord(topic, b"k", bytes(5_000))])
    await publisher.publish([OutgoingRecord(topic, b"k", b"2")])
    await publisher.stop()


def producer_of(publisher: KafkaPublisher) -> Any:  # noqa: ANN401  aiokafka ships no types
    return publisher._producer  # noqa: SLF001


@pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose broker can be frozen")
async def test_a_commit_to_a_frozen_broker_ends_in_its_own_time_and_not_in_the_requests() -> None:
    with native_kafka() as kafka:
        assert kafka.cluster is not None
        topic, sink = kafka.fresh_topic(), Sink()
        slow = KafkaConnection(kafka.bootstrap_servers, request_timeout_seconds=200.0)
        options = IntakeOptions(fresh_name(), [topic], rebalance_timeout=200.0, session_timeout=6.0, commit_timeout=0.5)
        intake = KafkaIntake(slow, options)
        async with consuming(intake, sink):
            kafka.cluster.suspend()
            try:
                with pytest.raises(UnavailableError):
                    await intake.commit({Partition(topic, 0): CommitPoint(0)})
            finally:
                kafka.cluster.resume()
