"""A publisher gets over a broker that stops answering, however deep its client library is in a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from confluent_kafka import Consumer, TopicPartition

from adapters.clock import SystemClock
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from tests.chaos.proxy import Link
from tests.services.kafka import native_kafka_is_possible
from tests.services.kafka_admin import create_topic
from tests.services.kafka_native import MoreListeners, NativeKafka
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka of our own, behind a proxy"),
]

TOPIC = "outages"


def records(first: int, last: int) -> list[OutgoingRecord]:
    return [OutgoingRecord(TOPIC, b"one key", str(number).encode()) for number in range(first, last)]


def values(bootstrap_servers: str) -> list[str]:
    """What stands on the topic."""
    consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "reader"})
    place = TopicPartition(TOPIC, 0, 0)
    _, end = consumer.get_watermark_offsets(place, timeout=30)
    consumer.assign([place])
    found: list[bytes] = []
    while len(found) < end:
        found += [message.value() or b"" for message in consumer.consume(end - len(found), 1.0)]
    consumer.close()
    return [value.decode() for value in found]


async def published(publisher: KafkaPublisher, batch: list[OutgoingRecord]) -> bool:
    try:
        await publisher.publish(batch)
    except UnavailableError:
        return False
    return True


@asynccontextmanager
async def behind_a_link() -> AsyncIterator[tuple[NativeKafka, Link, KafkaPublisher]]:
    """A broker, the link to it, and a publisher that has published ten records."""
    cluster = NativeKafka(more=MoreListeners({"CLIENTS": "PLAINTEXT"}))
    async with Link(cluster.addresses_of("CLIENTS")[1], SystemClock()) as link:
        cluster.advertise("CLIENTS", {1: link.address})
        with cluster:
            create_topic(cluster.bootstrap_servers, TOPIC, 1, {})
            publisher = KafkaPublisher(KafkaConnection(link.address, request_timeout_seconds=3.0), "test")
            await publisher.start()
            await publisher.publish(records(0, 10))
            yield cluster, link, publisher
            await publisher.stop()


async def test_a_broker_that_falls_silent_is_told_and_what_was_sent_is_delivered_once() -> None:
    async with behind_a_link() as (cluster, link, publisher):
        link.stall()
        batch = records(10, 20)
        async with asyncio.timeout(60):  # far more than it may take: without an end it hung for ever
            with pytest.raises(UnavailableError):
                await publisher.publish(batch)
        link.mend()
        await eventually(lambda: published(publisher, batch), "the repeated publish", seconds=60)
        await publisher.publish(records(20, 30))
        assert values(cluster.bootstrap_servers) == [str(number) for number in range(30)]


async def test_another_call_after_one_that_ran_out_of_time_does_not_come_before_it() -> None:
    async with behind_a_link() as (cluster, link, publisher):
        link.stall()
        async with asyncio.timeout(60):
            with pytest.raises(UnavailableError):
                await publisher.publish(records(10, 20))
        link.mend()
        await eventually(lambda: published(publisher, records(10, 30)), "a publish of its own", seconds=60)
        found = values(cluster.bootstrap_servers)
        assert list(dict.fromkeys(found)) == [str(number) for number in range(30)]
