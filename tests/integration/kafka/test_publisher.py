"""The publishing side on a real broker: acknowledged, in order, repeated after an outage."""

import asyncio

import pytest

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.topics import MAX_MESSAGE_BYTES
from tests.integration.kafka.test_intake import Member
from tests.services.kafka import KafkaService, fresh_name, native_kafka, native_kafka_is_possible
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, UnpublishableError

pytestmark = pytest.mark.integration


def records(topic: str, first: int, last: int) -> list[OutgoingRecord]:
    return [OutgoingRecord(topic, b"one key", str(number).encode()) for number in range(first, last)]


async def read_values(kafka: KafkaService, topic: str, count: int) -> list[bytes | None]:
    async with Member(kafka, topic, fresh_name()) as reader:
        await eventually(lambda: len(reader.sink.records) >= count, f"{count} records")
    return reader.sink.values


@pytest.mark.parametrize("compression", [None, "gzip", "lz4", "zstd"])
async def test_records_of_one_key_keep_their_order_over_calls(
    kafka_service: KafkaService, compression: str | None
) -> None:
    topic = kafka_service.fresh_topic(partitions=3)
    publisher = KafkaPublisher(KafkaConnection(kafka_service.bootstrap_servers), "test", compression)
    await publisher.start()
    for start in range(0, 300, 100):
        await publisher.publish(records(topic, start, start + 100))
    await publisher.stop()
    assert await read_values(kafka_service, topic, 300) == [str(number).encode() for number in range(300)]


async def test_a_record_that_can_never_be_taken_is_named_and_the_publisher_goes_on(
    kafka_service: KafkaService,
) -> None:
    topic = kafka_service.fresh_topic()
    publisher = KafkaPublisher(KafkaConnection(kafka_service.bootstrap_servers), "test", None)
    await publisher.start()
    giant = OutgoingRecord(topic, b"k", b"x" * (3 * MAX_MESSAGE_BYTES))
    with pytest.raises(UnpublishableError) as caught:
        await publisher.publish([giant])
    assert caught.value.record is giant
    await publisher.publish(records(topic, 0, 1))
    await publisher.stop()


async def test_an_unreachable_broker_is_told_with_its_address(unused_tcp_port: int) -> None:
    publisher = KafkaPublisher(KafkaConnection(f"127.0.0.1:{unused_tcp_port}"), "test")
    with pytest.raises(UnavailableError, match=str(unused_tcp_port)):
        await publisher.start()
    await publisher.stop()


@pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose broker can be killed")
async def test_a_publish_that_met_a_killed_broker_is_repeated_in_order_once_it_is_back() -> None:
    with native_kafka() as kafka:
        assert kafka.cluster is not None
        topic = kafka.fresh_topic()
        connection = KafkaConnection(kafka.bootstrap_servers, request_timeout_seconds=3.0)
        publisher = KafkaPublisher(connection, "test")
        await publisher.start()
        await publisher.publish(records(topic, 0, 10))
        await asyncio.to_thread(kafka.cluster.kill)
        with pytest.raises(UnavailableError):
            await publisher.publish(records(topic, 10, 20))
        await asyncio.to_thread(kafka.cluster.restart)
        await eventually(lambda: published(publisher, records(topic, 10, 20)), "the repeated publish")
        await publisher.publish(records(topic, 20, 30))
        await publisher.stop()
        values = await read_values(kafka, topic, 30)
        assert list(dict.fromkeys(values)) == [str(number).encode() for number in range(30)]


async def published(publisher: KafkaPublisher, batch: list[OutgoingRecord]) -> bool:
    try:
        await publisher.publish(batch)
    except UnavailableError:
        return False
    return True
