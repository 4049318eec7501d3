"""Replies on a real broker: they arrive where that is possible, and nothing else is ever the worse for them."""

import logging

import pytest

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.replies import KafkaReplyPublisher
from tests.integration.kafka.test_intake import Member
from tests.services.kafka import KafkaService, fresh_name, native_kafka_is_possible
from tests.services.kafka_admin import admin
from tests.services.kafka_native import MoreListeners, NativeKafka
from tests.services.waiting import eventually
from workers.ports.messages import OutgoingRecord

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    """The command line, which other tests run in this process, silences every logger."""
    caplog.set_level(logging.WARNING, "adapters.kafka.replies")


def replies_of(kafka: KafkaService) -> KafkaReplyPublisher:
    return KafkaReplyPublisher(KafkaConnection(kafka.bootstrap_servers), "test")


def reply(topic: str, value: bytes = b"v") -> OutgoingRecord:
    return OutgoingRecord(topic, b"acme/nok", value, (("ce_causationid", b"c1"), ("n", b"\xff\x00")))


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [
        (vars(record)["topic"], vars(record)["reason"])
        for record in caplog.records
        if record.message == "replies dropped"
    ]


async def test_a_reply_arrives_as_it_was_offered(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic(partitions=3)
    replies = replies_of(kafka_service)
    async with Member(kafka_service, topic, fresh_name()) as member:
        replies.offer(reply(topic))
        await eventually(lambda: member.sink.records, "the reply")
    await replies.stop()
    (record,) = member.sink.records
    assert (record.key, record.value) == (b"acme/nok", b"v")
    assert list(record.headers) == [("ce_causationid", b"c1"), ("n", b"\xff\x00")]


async def test_what_was_offered_before_a_stop_arrives(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()
    replies = replies_of(kafka_service)
    for number in range(500):
        replies.offer(reply(topic, str(number).encode()))
    await replies.stop()
    async with Member(kafka_service, topic, fresh_name()) as member:
        await eventually(lambda: len(member.sink.records) == 500, "all replies")
    assert member.sink.values == [str(number).encode() for number in range(500)]


async def test_an_unknown_topic_is_told_of_once_not_created_and_holds_up_no_other(
    kafka_service: KafkaService, caplog: pytest.LogCaptureFixture
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker creates a topic that is asked for")
    unknown, known = fresh_name("nobody"), kafka_service.fresh_topic()
    replies = replies_of(kafka_service)
    async with Member(kafka_service, known, fresh_name()) as member:
        for _ in range(3):
            replies.offer(reply(unknown))
            replies.offer(reply(known))
        await eventually(lambda: len(member.sink.records) == 3, "the replies to the topic that is there")
        # Told without another offer: an idle worker has to say so too.
        await eventually(lambda: told(caplog), "a word about the other topic")
        replies.offer(reply(unknown))
        replies.offer(reply(known))
        await eventually(lambda: len(member.sink.records) == 4, "a later reply")
    await replies.stop()
    ((topic, reason),) = told(caplog)
    assert (topic, "nknown topic" in reason) == (unknown, True)
    assert unknown not in admin(kafka_service.bootstrap_servers).list_topics(timeout=10).topics


async def test_a_topic_that_comes_into_being_is_used_from_then_on(kafka_service: KafkaService) -> None:
    topic = fresh_name("later")
    replies = replies_of(kafka_service)
    replies.offer(reply(topic, b"too early"))
    kafka_service.create_topic(topic)
    async with Member(kafka_service, topic, fresh_name()) as member:

        def answered() -> bool:
            replies.offer(reply(topic, b"in time"))
            return b"in time" in member.sink.values

        await eventually(answered, "a reply to the new topic")
    await replies.stop()


async def test_a_topic_that_refuses_a_reply_goes_on_taking_others(
    kafka_service: KafkaService, caplog: pytest.LogCaptureFixture
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker has no topic settings")
    topic = kafka_service.fresh_topic(config={"max.message.bytes": "200"})
    replies = replies_of(kafka_service)
    async with Member(kafka_service, topic, fresh_name()) as member:
        replies.offer(reply(topic, bytes(range(256)) * 40))
        await eventually(lambda: told(caplog), "a word about the refusal")
        replies.offer(reply(topic))
        await eventually(lambda: member.sink.records, "the next reply")
    await replies.stop()
    assert told(caplog)[0][0] == topic


async def test_a_reply_no_client_can_send_is_dropped(
    kafka_service: KafkaService, caplog: pytest.LogCaptureFixture
) -> None:
    topic = kafka_service.fresh_topic()
    replies = replies_of(kafka_service)
    replies.offer(reply(topic, bytes(3_000_000)))
    replies.offer(reply("no topic!"))
    await replies.stop()
    assert told(caplog)[0][0] == topic


async def test_an_absent_broker_costs_neither_an_error_nor_memory_nor_the_stop(
    unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    replies = KafkaReplyPublisher(KafkaConnection(f"127.0.0.1:{unused_tcp_port}"), "test")
    for _ in range(10_001):
        replies.offer(reply("poon.replies.mobile"))
    await replies.stop()
    assert told(caplog) == [("poon.replies.mobile", "Local: Queue full")]
    assert [vars(record)["replies"] for record in caplog.records if "at the stop" in record.message] == [10_000]


async def test_a_publisher_nobody_gave_a_reply_was_never_connected() -> None:
    replies = KafkaReplyPublisher(KafkaConnection("127.0.0.1:1"), "test")
    assert replies._producer is None  # noqa: SLF001  the client connects by itself, where nobody sees it
    await replies.stop()


@pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka with settings of its own")
async def test_a_broker_that_creates_topics_creates_none_for_a_stranger(caplog: pytest.LogCaptureFixture) -> None:
    cluster = NativeKafka(1, MoreListeners(settings={"auto.create.topics.enable": "true"}))
    with cluster:
        replies = KafkaReplyPublisher(KafkaConnection(cluster.bootstrap_servers), "test")
        replies.offer(reply("poon.replies.stranger"))
        await eventually(lambda: told(caplog), "a word about the topic")
        await replies.stop()
        assert "poon.replies.stranger" not in admin(cluster.bootstrap_servers).list_topics(timeout=10).topics


async def test_nothing_is_logged_but_what_concerns_replies(
    kafka_service: KafkaService, caplog: pytest.LogCaptureFixture
) -> None:
    topic = kafka_service.fresh_topic()
    with caplog.at_level(logging.DEBUG, "adapters.kafka.replies"):
        replies = replies_of(kafka_service)
        replies.offer(reply(topic))
        await replies.stop()
    assert caplog.records == []
