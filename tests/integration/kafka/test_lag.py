"""Lag of real groups on the best Kafka to be had."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from confluent_kafka import Producer

from adapters.clock import SystemClock
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.lag import KafkaLagReader
from tests.services.kafka import KafkaService, fresh_name
from workers.ports.errors import UnavailableError
from workers.ports.lag import PartitionLag
from workers.ports.messages import CommitPoint, Partition

pytestmark = pytest.mark.integration

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOTE = "f1 1-2"


@dataclass
class Scene:
    """A topic of three partitions and a group of its own, with who writes, commits and reads the lag."""

    kafka: KafkaService
    reader: KafkaLagReader
    topic: str
    group: str

    def write(self, partition: int, count: int, value: bytes = b"x") -> None:
        """Records of one partition, a minute apart from each other."""
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap_servers})
        first = int(MORNING.timestamp() * 1000)
        for number in range(count):
            producer.produce(self.topic, value, partition=partition, timestamp=first + number * 60_000)
        assert producer.flush(30) == 0

    async def commit(self, partition: int, offset: int, note: str = "") -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers, group_id=self.group, enable_auto_commit=False
        )
        await consumer.start()
        place = TopicPartition(self.topic, partition)
        consumer.assign([place])
        await consumer.commit({place: OffsetAndMetadata(offset, note)})
        await consumer.stop()

    async def lag(self) -> dict[int, PartitionLag]:
        found = await self.reader.read({self.group: [self.topic]})
        return {lag.partition.number: lag for lag in found}


@pytest_asyncio.fixture
async def scene(kafka_service: KafkaService) -> AsyncIterator[Scene]:
    reader = KafkaLagReader(KafkaConnection(kafka_service.bootstrap_servers), SystemClock())
    await reader.start()
    yield Scene(kafka_service, reader, kafka_service.fresh_topic(partitions=3), fresh_name("lag"))
    await reader.stop()


def minute(number: int) -> datetime:
    return MORNING.replace(minute=number)


async def test_a_group_that_never_committed_is_behind_by_everything(scene: Scene) -> None:
    scene.write(1, 3)
    found = await scene.lag()
    assert [found[number].messages for number in range(3)] == [0, 3, 0]
    assert found[1] == PartitionLag(scene.group, Partition(scene.topic, 1), None, 0, 3, MORNING)
    assert found[0].oldest is None


async def test_the_age_is_that_of_the_record_at_the_committed_offset(scene: Scene) -> None:
    scene.write(0, 5)
    scene.write(1, 5)
    scene.write(2, 5)
    await scene.commit(0, 2, NOTE)
    await scene.commit(1, 4)
    await scene.commit(2, 5)
    found = await scene.lag()
    assert [found[number].messages for number in range(3)] == [3, 1, 0]
    assert [found[number].oldest for number in range(3)] == [minute(2), minute(4), None]
    assert found[0].committed == CommitPoint(2, NOTE)


async def test_reading_again_sees_what_was_written_and_committed_meanwhile(scene: Scene) -> None:
    scene.write(0, 2)
    assert (await scene.lag())[0].oldest == minute(0)
    assert (await scene.lag())[0].oldest == minute(0)
    scene.write(0, 3)
    await scene.commit(0, 1)
    found = (await scene.lag())[0]
    assert (found.messages, found.oldest) == (4, minute(1))


async def test_several_groups_on_one_topic_are_told_apart(scene: Scene) -> None:
    scene.write(0, 3)
    await scene.commit(0, 2)
    other = fresh_name("lag")
    found = await scene.reader.read({other: [scene.topic], scene.group: [scene.topic]})
    lags = {(lag.group, lag.messages, lag.oldest) for lag in found if lag.messages}
    assert lags == {(scene.group, 1, minute(2)), (other, 3, minute(0))}


async def test_the_age_of_records_larger_than_one_fetch_is_read_too(scene: Scene) -> None:
    for number in range(3):
        scene.write(number, 1, b"x" * 400_000)
    found = await scene.lag()
    assert [found[number].oldest for number in range(3)] == [MORNING] * 3


async def test_a_missing_topic_is_named_and_not_created(scene: Scene) -> None:
    missing = fresh_name("missing")
    for _ in range(2):
        with pytest.raises(UnavailableError, match=rf"topic {missing} does not exist .* `poon topics apply`"):
            await scene.reader.read({scene.group: [missing]})


async def test_a_broker_that_is_not_there_is_named() -> None:
    reader = KafkaLagReader(KafkaConnection("127.0.0.1:1", request_timeout_seconds=2.0), SystemClock())
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1 .* cannot be used"):
        await reader.start()
