"""What the runtime relies on, on the embedded broker and on a real Kafka alike."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    OffsetAndMetadata,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage, Topic
from faststream.message import StreamMessage

from tests.services.fixtures import note_service
from tests.services.kafka import KafkaService, embedded_kafka, fresh_name
from tests.services.waiting import eventually

pytestmark = pytest.mark.integration

MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=["embedded", "real"])
def kafka(request: pytest.FixtureRequest) -> Iterator[KafkaService]:
    if request.param == "embedded":
        with embedded_kafka(allowed_in_ci=True) as embedded:
            note_service(request.config, embedded.service)
            yield embedded
    else:
        real = request.getfixturevalue("kafka_service")
        if real.embedded is not None:
            pytest.skip("the embedded broker is the best Kafka here")
        yield real


@pytest.fixture
def sharing_kafka(kafka: KafkaService) -> KafkaService:
    if kafka.embedded is not None:
        pytest.skip("a group of the embedded broker is for one member at a time")
    return kafka


def session_timeout_ms(kafka: KafkaService) -> int:
    """The embedded broker makes a new member wait for the session of the one that left."""
    return 2_000 if kafka.embedded else 10_000


@asynccontextmanager
async def producing(kafka: KafkaService) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_idempotence=True,
        acks="all",
        max_request_size=2 * MEGABYTE,
    ) as producer:
        yield producer


@asynccontextmanager
async def consuming(
    kafka: KafkaService,
    topic: str,
    group: str | None,
    listener: ConsumerRebalanceListener | None = None,
) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=session_timeout_ms(kafka),
        heartbeat_interval_ms=200,
        max_partition_fetch_bytes=2 * MEGABYTE,
    )
    consumer.subscribe([topic], listener=listener)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read(consumer: AIOKafkaConsumer, count: int) -> list[ConsumerRecord]:
    """The next records, at least this many."""
    records: list[ConsumerRecord] = []
    async with asyncio.timeout(30):
        while len(records) < count:
            batch = await consumer.getmany(timeout_ms=200)
            records += [record for part in batch.values() for record in part]
    return records


async def test_a_topic_has_the_partitions_it_was_created_with(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic(partitions=7)
    async with producing(kafka) as producer:
        assert await producer.partitions_for(topic) == set(range(7))


async def test_key_value_headers_and_time_survive(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    headers = [("ce_id", b"1"), ("undecodable", b"\xff\xfe"), ("empty", b""), ("ce_id", b"2")]
    async with producing(kafka) as producer, consuming(kafka, topic, fresh_name("group")) as consumer:
        await producer.send_and_wait(
            topic, "ค่าแท็กซี่".encode(), key=b"t/o", headers=headers, timestamp_ms=1_700_000_000_123
        )
        (record,) = await read(consumer, 1)
    assert record.key == b"t/o"
    assert record.value.decode() == "ค่าแท็กซี่"
    assert list(record.headers) == headers
    assert record.timestamp == 1_700_000_000_123


async def test_an_idempotent_producer_keeps_the_order_of_a_key(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic(partitions=4)
    async with producing(kafka) as producer, consuming(kafka, topic, fresh_name("group")) as consumer:
        sent = [await producer.send(topic, b"%d" % number, key=b"same") for number in range(500)]
        await asyncio.gather(*sent)
        records = await read(consumer, 500)
    assert [int(record.value) for record in records] == list(range(500))
    assert [record.offset for record in records] == list(range(500))
    assert len({record.partition for record in records}) == 1


async def test_a_null_value_and_no_key_pass(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    async with producing(kafka) as producer, consuming(kafka, topic, fresh_name("group")) as consumer:
        await producer.send_and_wait(topic, None, key=b"k")
        await producer.send_and_wait(topic, b"v")
        tombstone, keyless = await read(consumer, 2)
    assert tombstone.value is None
    assert keyless.key is None


async def test_records_with_an_inline_image_pass(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    images = [bytes([number]) * MEGABYTE for number in range(4)]
    async with producing(kafka) as producer, consuming(kafka, topic, fresh_name("group")) as consumer:
        for image in images:
            await producer.send_and_wait(topic, image)
        records = await read(consumer, 4)
    assert [record.value for record in records] == images


async def test_a_new_member_resumes_at_the_explicit_commit(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(), fresh_name("group")
    partition = TopicPartition(topic, 0)
    async with producing(kafka) as producer:
        for number in range(10):
            await producer.send_and_wait(topic, b"%d" % number)
    async with consuming(kafka, topic, group) as consumer:
        await read(consumer, 10)
        assert await consumer.committed(partition) is None
        await consumer.commit({partition: OffsetAndMetadata(6, "")})
    async with consuming(kafka, topic, group) as consumer:
        assert await consumer.committed(partition) == 6
        records = await read(consumer, 4)
    assert [record.offset for record in records] == [6, 7, 8, 9]


async def test_the_metadata_of_a_commit_is_read_back_by_the_admin_client(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(partitions=2), fresh_name("group")
    partition = TopicPartition(topic, 1)
    metadata = "v1:" + "7-9," * 500
    async with consuming(kafka, topic, group) as consumer:
        await eventually(consumer.assignment, "an assignment")
        await consumer.commit({partition: OffsetAndMetadata(3, metadata)})
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group, partitions=[partition, TopicPartition(topic, 0)])
    finally:
        await admin.close()
    assert offsets[partition] == OffsetAndMetadata(3, metadata)
    assert offsets[TopicPartition(topic, 0)].offset == -1


async def test_a_paused_partition_delivers_nothing_and_everything_after_resume(kafka: KafkaService) -> None:
    topic = kafka.fresh_topic()
    partition = TopicPartition(topic, 0)
    async with producing(kafka) as producer, consuming(kafka, topic, fresh_name("group")) as consumer:
        await producer.send_and_wait(topic, b"before")
        await read(consumer, 1)
        consumer.pause(partition)
        await producer.send_and_wait(topic, b"meanwhile")
        assert await consumer.getmany(timeout_ms=300) == {}
        consumer.resume(partition)
        (record,) = await read(consumer, 1)
    assert record.value == b"meanwhile"


@dataclass
class Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Records what a member was told."""

    owned: set[TopicPartition] = field(default_factory=set)
    revocations: list[set[TopicPartition]] = field(default_factory=list)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.revocations.append(set(revoked))
        self.owned = set()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.owned = set(assigned)


async def test_two_members_share_the_partitions_and_one_takes_over(sharing_kafka: KafkaService) -> None:
    kafka = sharing_kafka
    topic, group = kafka.fresh_topic(partitions=4), fresh_name("group")
    everything = {TopicPartition(topic, number) for number in range(4)}
    first, second = Assignments(), Assignments()
    async with consuming(kafka, topic, group, first):
        await eventually(lambda: first.owned == everything, "the first member to own everything")
        async with consuming(kafka, topic, group, second):
            await eventually(
                lambda: len(first.owned) == len(second.owned) == 2,
                "the members to share",
            )
            assert first.owned | second.owned == everything
            assert everything in first.revocations
        await eventually(lambda: first.owned == everything, "the first member to take over")


class RawSubscriber:
    """A FastStream batch subscriber that gets raw records and commits nothing by itself."""

    def __init__(self, kafka: KafkaService, topic: str, group: str) -> None:
        self.records: list[ConsumerRecord] = []
        self.assignments = Assignments()
        self.broker = KafkaBroker(kafka.bootstrap_servers, logger=None, apply_types=False)
        self._subscriber = self.broker.subscriber(
            Topic(topic, declare=False),
            batch=True,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            batch_timeout_ms=50,
            session_timeout_ms=session_timeout_ms(kafka),
            heartbeat_interval_ms=200,
            listener=self.assignments,
            parser=self._parse,
            decoder=self._decode,
            no_reply=True,
        )
        self._subscriber(self._take)

    @property
    def consumer(self) -> AIOKafkaConsumer:
        assert self._subscriber.consumer is not None
        return self._subscriber.consumer

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RawSubscriber"]:
        await self.broker.start()
        try:
            yield self
        finally:
            await self.broker.stop()

    async def _parse(self, records: tuple[ConsumerRecord, ...]) -> StreamMessage[Any]:
        return KafkaMessage(raw_message=records, body=records, headers={}, consumer=self.consumer)

    async def _decode(self, message: StreamMessage[Any]) -> Any:  # noqa: ANN401  FastStream's own signature
        return message.raw_message

    async def _take(self, records: tuple[ConsumerRecord, ...]) -> None:
        self.records += records


async def test_faststream_hands_over_raw_records_that_its_parser_could_not_read(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(), fresh_name("group")
    async with producing(kafka) as producer:
        for number in range(10):
            await producer.send_and_wait(topic, b"\xff%d" % number, headers=[("broken", b"\xff\xfe")])
    partition = TopicPartition(topic, 0)
    async with RawSubscriber(kafka, topic, group).running() as first:
        await eventually(lambda: len(first.records) == 10, "ten records")
        assert first.records[0].headers == (("broken", b"\xff\xfe"),)
        assert await first.consumer.committed(partition) is None
        await first.consumer.commit({partition: OffsetAndMetadata(4, "v1:6")})
    async with RawSubscriber(kafka, topic, group).running() as second:
        await eventually(lambda: len(second.records) >= 6, "the records above the commit")
    assert [record.offset for record in second.records] == [4, 5, 6, 7, 8, 9]


async def test_faststream_subscribers_of_one_group_share_and_take_over(sharing_kafka: KafkaService) -> None:
    kafka = sharing_kafka
    topic, group = kafka.fresh_topic(partitions=4), fresh_name("group")
    async with producing(kafka) as producer, RawSubscriber(kafka, topic, group).running() as first:
        await eventually(lambda: len(first.assignments.owned) == 4, "the first subscriber to own everything")
        async with RawSubscriber(kafka, topic, group).running() as second:
            await eventually(
                lambda: len(first.assignments.owned) == len(second.assignments.owned) == 2,
                "the subscribers to share",
            )
            for partition in range(4):
                await producer.send_and_wait(topic, b"shared", partition=partition)
            await eventually(lambda: len(first.records) == len(second.records) == 2, "each to get its records")
        await eventually(lambda: len(first.assignments.owned) == 4, "the first subscriber to take over")
        await eventually(lambda: len(first.records) == 6, "the redelivery of what the second never committed")
    got = {(record.partition, record.offset) for record in first.records + second.records}
    assert got == {(partition, 0) for partition in range(4)}
