"""Following outcomes, on the best Kafka to be had."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from confluent_kafka.admin import AdminClient

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import KafkaOutcomeReader
from contracts.codec import encode
from tests.fakes.commands import envelope, parsed
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning, FromEnd, FromTime, StartAt

pytestmark = pytest.mark.integration


class Scene:
    """A topic of its own, with who publishes to it and who follows it."""

    def __init__(self, connection: KafkaConnection, topic: str, publisher: KafkaPublisher) -> None:
        self.topic = topic
        self._connection = connection
        self._publisher = publisher

    async def publish(self, *event_ids: str) -> None:
        await self._publisher.publish([self._record(event_id) for event_id in event_ids])

    async def following(self, start_at: StartAt) -> KafkaOutcomeReader:
        reader = KafkaOutcomeReader(self._connection, [self.topic], start_at)
        await reader.start()
        return reader

    def _record(self, event_id: str) -> OutgoingRecord:
        about = envelope(event_id, message_type="poon.text.parsed.v1")._replace(causation_id=f"c-{event_id}")
        return OutgoingRecord(self.topic, about.key.encode(), encode(parsed()), tuple(about.headers()))


@pytest_asyncio.fixture
async def scene(kafka_service: KafkaService) -> AsyncIterator[Scene]:
    connection = KafkaConnection(kafka_service.bootstrap_servers)
    publisher = KafkaPublisher(connection, "reader-test")
    await publisher.start()
    try:
        yield Scene(connection, kafka_service.fresh_topic(partitions=3), publisher)
    finally:
        await publisher.stop()


async def ids_read(reader: KafkaOutcomeReader, count: int) -> list[str]:
    """The ids of the next outcomes; then the reader is stopped."""
    found: list[str] = []

    async def enough() -> bool:
        found.extend(one.envelope.id for one in await reader.read(0.2) if one.envelope)
        return len(found) >= count

    try:
        await eventually(enough, f"{count} outcomes")
    finally:
        await reader.stop()
    return found


async def test_from_the_end_nothing_older_is_seen_and_nothing_newer_missed(scene: Scene) -> None:
    await scene.publish("old-1", "old-2")
    reader = await scene.following(FromEnd())
    await scene.publish("new-1", "new-2")

    assert await ids_read(reader, 2) == ["new-1", "new-2"]


async def test_from_the_beginning_all_is_seen_in_order(scene: Scene) -> None:
    await scene.publish("e-1", "e-2", "e-3")

    assert await ids_read(await scene.following(FromBeginning()), 3) == ["e-1", "e-2", "e-3"]


async def test_two_readers_take_nothing_from_each_other(scene: Scene) -> None:
    first, second = await scene.following(FromEnd()), await scene.following(FromEnd())
    await scene.publish("e-1")

    assert await ids_read(first, 1) == await ids_read(second, 1) == ["e-1"]


async def test_from_a_time_everything_since_is_seen(scene: Scene, kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker keeps no index by time")
    await scene.publish("e-1")

    assert await ids_read(await scene.following(FromTime(datetime(2020, 1, 1, tzinfo=UTC))), 1) == ["e-1"]


async def test_from_a_time_yet_to_come_only_what_is_new_is_seen(scene: Scene) -> None:
    await scene.publish("old")
    reader = await scene.following(FromTime(datetime(2999, 1, 1, tzinfo=UTC)))
    await scene.publish("new")

    assert await ids_read(reader, 1) == ["new"]


async def test_an_idle_topic_yields_nothing_in_time(scene: Scene) -> None:
    reader = await scene.following(FromEnd())

    assert await reader.read(0.05) == []
    await reader.stop()


async def test_a_missing_topic_is_named_and_not_created(kafka_service: KafkaService) -> None:
    name = fresh_name("nowhere")
    reader = KafkaOutcomeReader(KafkaConnection(kafka_service.bootstrap_servers), [name], FromEnd())

    with pytest.raises(UnavailableError, match=f"topic {name} does not exist .* `poon topics apply`"):
        await reader.start()
    assert (
        name not in AdminClient({"bootstrap.servers": kafka_service.bootstrap_servers}).list_topics(timeout=10).topics
    )


async def test_an_unreachable_broker_is_named() -> None:
    reader = KafkaOutcomeReader(KafkaConnection("127.0.0.1:1"), ["any"], FromEnd(), connect_timeout_seconds=2)

    with pytest.raises(UnavailableError, match=r"Kafka at 127\.0\.0\.1:1 "):
        await reader.start()


async def test_reading_before_starting_is_a_mistake_of_the_program() -> None:
    reader = KafkaOutcomeReader(KafkaConnection("127.0.0.1:1"), ["any"], FromEnd())

    with pytest.raises(RuntimeError, match="read before start"):
        await reader.read(0.1)
