"""A publisher gets over a broker that stops answering, however deep its client library is in a request."""

import asyncio

import pytest

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


async def published(publisher: KafkaPublisher, batch: list[OutgoingRecord]) -> bool:
    try:
        await publisher.publish(batch)
    except UnavailableError:
        return False
    return True


async def test_a_broker_that_falls_silent_is_told_and_published_to_once_it_answers_again() -> None:
    cluster = NativeKafka(more=MoreListeners({"CLIENTS": "PLAINTEXT"}))
    async with Link(cluster.addresses_of("CLIENTS")[1], SystemClock()) as link:
        cluster.advertise("CLIENTS", {1: link.address})
        with cluster:
            create_topic(cluster.bootstrap_servers, TOPIC, 1, {})
            publisher = KafkaPublisher(KafkaConnection(link.address, request_timeout_seconds=3.0), "test")
            await publisher.start()
            await publisher.publish(records(0, 10))
            link.stall()
            async with asyncio.timeout(60):  # far more than it may take: without an end it hung for ever
                with pytest.raises(UnavailableError):
                    await publisher.publish(records(10, 20))
            link.mend()
            await eventually(lambda: published(publisher, records(10, 20)), "the repeated publish", seconds=60)
            await publisher.stop()
