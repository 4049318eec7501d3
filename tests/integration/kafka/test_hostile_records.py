"""Records no client of ours would write must neither stop the worker nor take their neighbours with them."""

import asyncio
import logging

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.consumer import fetcher
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from tests.integration.kafka.test_intake import Member
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.messages import OutgoingRecord, Partition

pytestmark = pytest.mark.integration


class Latin(str):
    """A header name whose bytes are no UTF-8, as any C client may send it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"caf\xe9"


@pytest.mark.parametrize("bad", [0, 1])
async def test_a_header_name_that_is_no_utf8_loses_no_record_of_any_partition(
    monkeypatch: pytest.MonkeyPatch, kafka_service: KafkaService, bad: int
) -> None:
    for module in ("producer", "message_accumulator"):
        monkeypatch.setattr(f"aiokafka.producer.{module}.DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)  # to be put back after the test
    topic = kafka_service.fresh_topic(partitions=2)
    async with (
        AIOKafkaProducer(bootstrap_servers=kafka_service.bootstrap_servers, linger_ms=50) as producer,
        Member(kafka_service, topic, fresh_name()) as member,
    ):
        member.intake.pause([Partition(topic, 0), Partition(topic, 1)])
        sent = [
            await producer.send(topic, b"v", partition=1 - bad),
            await producer.send(topic, b"v", partition=1 - bad),
            await producer.send(topic, b"v", partition=bad),
            await producer.send(topic, b"v", partition=bad, headers=[(Latin("cafe"), b"v")]),
            await producer.send(topic, b"v", partition=bad),
        ]
        await asyncio.gather(*sent)
        member.intake.resume([Partition(topic, 0), Partition(topic, 1)])
        await eventually(lambda: len(places(member)) == 5, "all records of both partitions")
        await asyncio.gather(await producer.send(topic, b"v", partition=1 - bad))
        await eventually(lambda: len(places(member)) == 6, "what comes after")
    assert places(member) == {(1 - bad, n) for n in range(3)} | {(bad, n) for n in range(3)}


def places(member: Member) -> set[tuple[int, int]]:
    return {(record.partition, record.offset) for record in member.sink.records}


async def test_a_tombstone_without_a_key_can_be_dead_lettered(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()
    publisher = KafkaPublisher(KafkaConnection(kafka_service.bootstrap_servers), "test")
    await publisher.start()
    await publisher.publish([OutgoingRecord(topic, None, None, (("a", b"b"),))])
    await publisher.stop()
    async with Member(kafka_service, topic, fresh_name()) as member:
        await eventually(lambda: member.sink.records, "the record")
    assert member.sink.values == [b""]


async def test_a_consumer_that_the_broker_refuses_says_so(
    kafka_service: KafkaService, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise TopicAuthorizationFailedError("t")

    async with Member(kafka_service, kafka_service.fresh_topic(), fresh_name()):
        with caplog.at_level(logging.WARNING), monkeypatch.context() as patch:
            patch.setattr("aiokafka.consumer.fetcher.Fetcher.fetched_records", refused)
            await eventually(lambda: "records cannot be read" in caplog.text, "a word about it")
    (reason, *_) = [vars(record).get("reason", "") for record in caplog.records if "cannot be read" in record.message]
    assert "TopicAuthorizationFailedError" in reason
