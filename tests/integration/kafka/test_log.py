"""Reading single partitions of a real broker, whatever is in them."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.log import KafkaPartitionLog
from adapters.kafka.publisher import KafkaPublisher
from tests.integration.kafka.test_hostile_records import Latin
from tests.services.kafka import KafkaService
from tests.services.kafka_admin import admin, delete_records
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, Partition
from workers.ports.partition_log import Extent

pytestmark = pytest.mark.integration


async def published(kafka: KafkaService, topic: str, count: int, partition: int = 0) -> None:
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "test")
    await publisher.start()
    await publisher.publish(
        [OutgoingRecord(topic, b"k", str(number).encode(), (), partition) for number in range(count)]
    )
    await publisher.stop()


async def offsets(log: KafkaPartitionLog, partition: Partition, start: int, end: int) -> list[int]:
    return [record.offset async for records in log.read(partition, start, end) for record in records]


@pytest.fixture
def log(kafka_service: KafkaService) -> KafkaPartitionLog:
    return KafkaPartitionLog(KafkaConnection(kafka_service.bootstrap_servers))


async def test_a_record_goes_to_the_partition_it_names_and_is_read_there(
    kafka_service: KafkaService, log: KafkaPartitionLog
) -> None:
    topic = kafka_service.fresh_topic(partitions=3)
    await published(kafka_service, topic, 5, partition=2)
    places = [Partition(topic, number) for number in range(3)]
    assert await log.extents(places) == {places[0]: Extent(0, 0), places[1]: Extent(0, 0), places[2]: Extent(0, 5)}
    assert await offsets(log, places[2], 0, 5) == [0, 1, 2, 3, 4]
    assert await offsets(log, places[2], 1, 3) == [1, 2]


async def test_nothing_to_read_ends_at_once(kafka_service: KafkaService, log: KafkaPartitionLog) -> None:
    topic = kafka_service.fresh_topic()
    assert await offsets(log, Partition(topic, 0), 0, 0) == []
    assert await log.extents([]) == {}


async def test_what_does_not_exist_is_left_out_and_not_created(
    kafka_service: KafkaService, log: KafkaPartitionLog
) -> None:
    topic = kafka_service.fresh_topic()
    asked = [Partition(topic, 0), Partition(topic, 7), Partition("no.such.topic", 0)]
    assert await log.extents(asked) == {asked[0]: Extent(0, 0)}
    assert "no.such.topic" not in admin(kafka_service.bootstrap_servers).list_topics(timeout=10).topics


async def test_more_records_than_one_poll_gives_come_in_order(
    kafka_service: KafkaService, log: KafkaPartitionLog
) -> None:
    topic = kafka_service.fresh_topic()
    await published(kafka_service, topic, 3_000)
    assert await offsets(log, Partition(topic, 0), 10, 3_000) == list(range(10, 3_000))


async def test_a_deleted_beginning_shows_in_the_extent(kafka_service: KafkaService, log: KafkaPartitionLog) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker deletes no records")
    topic = kafka_service.fresh_topic()
    await published(kafka_service, topic, 10)
    await asyncio.to_thread(delete_records, kafka_service.bootstrap_servers, topic, 4)
    assert await log.extents([Partition(topic, 0)]) == {Partition(topic, 0): Extent(4, 10)}
    assert await offsets(log, Partition(topic, 0), 4, 10) == [4, 5, 6, 7, 8, 9]


async def test_offsets_that_hold_markers_instead_of_records_are_passed(
    kafka_service: KafkaService, log: KafkaPartitionLog
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker writes no transaction markers")
    topic = kafka_service.fresh_topic()
    async with AIOKafkaProducer(bootstrap_servers=kafka_service.bootstrap_servers, transactional_id=topic) as producer:
        for _ in range(2):
            async with producer.transaction():
                await producer.send_and_wait(topic, b"v")
    partition = Partition(topic, 0)
    (extent,) = (await log.extents([partition])).values()
    assert extent == Extent(0, 4)
    assert await offsets(log, partition, 0, 4) == [0, 2]


async def test_a_header_name_that_is_no_utf8_hides_no_record(
    monkeypatch: pytest.MonkeyPatch, kafka_service: KafkaService, log: KafkaPartitionLog
) -> None:
    for module in ("producer", "message_accumulator"):
        monkeypatch.setattr(f"aiokafka.producer.{module}.DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)  # to be put back after the test
    topic = kafka_service.fresh_topic()
    async with AIOKafkaProducer(bootstrap_servers=kafka_service.bootstrap_servers) as producer:
        await producer.send_and_wait(topic, b"v")
        await producer.send_and_wait(topic, b"v", headers=[(Latin("cafe"), b"v")])
        await producer.send_and_wait(topic, b"v")
    assert await offsets(log, Partition(topic, 0), 1, 3) == [1, 2]


async def test_an_unreachable_broker_is_named(unused_tcp_port: int) -> None:
    log = KafkaPartitionLog(KafkaConnection(f"127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(UnavailableError, match=str(unused_tcp_port)):
        await log.extents([Partition("poon.texts.commands", 0)])
    with pytest.raises(UnavailableError, match=str(unused_tcp_port)):
        await offsets(log, Partition("poon.texts.commands", 0), 0, 1)
