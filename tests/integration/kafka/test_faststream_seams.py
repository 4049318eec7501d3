"""The inner seams of FastStream we lean on, each on its own, so that a new release that moves one is named.

Record 0001 of the decisions says why we lean on these and use nothing beyond.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from tests.integration.kafka.test_intake import Sink
from tests.services.kafka import KafkaService, fresh_name
from tests.services.kafka_admin import admin
from tests.services.waiting import eventually

pytestmark = pytest.mark.integration

Records = tuple[ConsumerRecord[bytes, bytes], ...]

NO_UTF8: Final = b"\xff\x00"
REQUEST_TIMEOUT: Final = 41_000
SESSION_TIMEOUT: Final = 6_500
REBALANCE_TIMEOUT: Final = 7_500


class Listener(ConsumerRebalanceListener):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.assigned: list[set[TopicPartition]] = []
        self.revoked: list[set[TopicPartition]] = []

    @property
    def owned(self) -> set[TopicPartition]:
        return self.assigned[-1] if self.assigned else set()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.assigned.append(set(assigned))

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self.revoked.append(set(revoked))


class Member:
    """A batch subscriber as our intake makes it, without the intake."""

    def __init__(self, bootstrap_servers: str, topic: str, group: str, request_timeout: int = REQUEST_TIMEOUT) -> None:
        self.listener = Listener()
        self.batches: list[Records] = []
        self.broker = KafkaBroker(
            bootstrap_servers.split(","),
            request_timeout_ms=request_timeout,
            allow_auto_create_topics=False,
            consumer_only=True,
            apply_types=False,
            logger=None,
        )
        self.subscriber: BatchSubscriber = self.broker.subscriber(
            topic,
            batch=True,
            group_id=group,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_TIMEOUT,
            rebalance_timeout_ms=REBALANCE_TIMEOUT,
            listener=self.listener,
            ack_policy=AckPolicy.MANUAL,
            parser=keep_raw,
            decoder=raw_records,
        )
        self.subscriber(self.deliver)

    async def deliver(self, records: Records) -> None:
        self.batches.append(records)

    @property
    def records(self) -> list[ConsumerRecord[bytes, bytes]]:
        return [record for batch in self.batches for record in batch]


async def keep_raw(records: Records) -> KafkaMessage:
    return KafkaMessage(body=b"", raw_message=records, consumer=None)  # type: ignore[arg-type]


async def raw_records(message: KafkaMessage) -> Any:  # noqa: ANN401  FastStream's own type
    return message.raw_message


@asynccontextmanager
async def consuming(kafka: KafkaService, topic: str, group: str) -> AsyncIterator[Member]:
    member = Member(kafka.bootstrap_servers, topic, group)
    try:
        await member.broker.start()
        yield member
    finally:
        await member.broker.stop()


async def publish(
    kafka: KafkaService, topic: str, *values: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=b"k", headers=list(headers))


async def committed(kafka: KafkaService, topic: str, group: str) -> int | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, group_id=group, enable_auto_commit=False)
    async with consumer:
        offset: int | None = await consumer.committed(TopicPartition(topic, 0))
    return offset


def inner(consumer: object, *names: str) -> Mapping[str, object]:
    return {name: getattr(consumer, f"_{name}") for name in names}


async def test_the_subscriber_shows_its_consumer_from_start_to_stop(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()

    async with consuming(kafka_service, topic, fresh_name()) as member:
        assert isinstance(member.subscriber.consumer, AIOKafkaConsumer)
        await eventually(lambda: member.listener.assigned, "an assignment")
        assert member.subscriber.consumer.assignment() == {TopicPartition(topic, 0)}

    assert member.subscriber.consumer is None


async def test_a_parser_of_one_argument_replaces_the_built_in_one(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()
    await publish(kafka_service, topic, NO_UTF8, None, headers=[("content-type", NO_UTF8), ("n", NO_UTF8)])

    async with consuming(kafka_service, topic, fresh_name()) as member:
        await eventually(lambda: len(member.records) == 2, "both records")

    assert [record.value for record in member.records] == [NO_UTF8, None]
    assert list(member.records[0].headers) == [("content-type", NO_UTF8), ("n", NO_UTF8)]


async def test_manual_acknowledgement_leaves_every_commit_to_us(kafka_service: KafkaService) -> None:
    topic, group = kafka_service.fresh_topic(), fresh_name()
    await publish(kafka_service, topic, b"1", b"2")

    async with consuming(kafka_service, topic, group) as member:
        await eventually(lambda: len(member.records) == 2, "both records")
        assert inner(member.subscriber.consumer, "enable_auto_commit") == {"enable_auto_commit": False}

    assert await committed(kafka_service, topic, group) is None


async def test_time_limits_reach_the_consumer(kafka_service: KafkaService) -> None:
    async with consuming(kafka_service, kafka_service.fresh_topic(), fresh_name()) as member:
        consumer = member.subscriber.consumer

        assert inner(consumer, "session_timeout_ms", "rebalance_timeout_ms", "request_timeout_ms") == {
            "session_timeout_ms": SESSION_TIMEOUT,
            "rebalance_timeout_ms": REBALANCE_TIMEOUT,
            "request_timeout_ms": REQUEST_TIMEOUT,
        }


async def test_a_member_may_wait_as_long_as_a_rebalance_takes(kafka_service: KafkaService) -> None:
    # The broker keeps who joins waiting for the others; a shorter time-out would make it leave and join for ever.
    options = IntakeOptions(fresh_name(), [kafka_service.fresh_topic()], session_timeout=6.0, rebalance_timeout=8.0)
    intake = KafkaIntake(KafkaConnection(kafka_service.bootstrap_servers, request_timeout_seconds=3.0), options)
    await intake.start(Sink())
    try:
        subscriber: Any = inner(intake, "subscriber")["subscriber"]
        limits = inner(subscriber.consumer, "request_timeout_ms", "rebalance_timeout_ms", "heartbeat_interval_ms")
    finally:
        await intake.stop()

    assert limits == {
        "request_timeout_ms": 13_000,
        "rebalance_timeout_ms": 8_000,
        "heartbeat_interval_ms": 1_000,
    }


async def test_the_listener_is_told_of_every_revocation_and_assignment(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("a group of the embedded broker is for one member at a time")
    topic, group = kafka_service.fresh_topic(partitions=2), fresh_name()
    both = {TopicPartition(topic, 0), TopicPartition(topic, 1)}

    async with consuming(kafka_service, topic, group) as first:
        await eventually(lambda: both in first.listener.assigned, "all partitions")
        async with consuming(kafka_service, topic, group) as second:
            await eventually(lambda: len(first.listener.owned) == len(second.listener.owned) == 1, "an even share")

            assert both in first.listener.revoked
            assert first.listener.owned | second.listener.owned == both


async def test_a_topic_that_is_missing_is_not_created(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker creates a topic that is asked for")
    topic = fresh_name("nowhere")

    member = Member(kafka_service.bootstrap_servers, topic, fresh_name(), request_timeout=1000)
    with pytest.raises(UnknownTopicOrPartitionError):
        await member.broker.start()
    await member.broker.stop()

    assert topic not in admin(kafka_service.bootstrap_servers).list_topics(timeout=10).topics
