"""Asking a worker on a real broker: every answer belongs to its question, whoever else asks on the same topic."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from adapters.clock import SystemClock
from adapters.kafka.asking import KafkaAskTransport
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.asking import Asker, AskTimedOut, Caller, CommandRejectedError, Question
from contracts.codec import decode_event, encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import Unsuccessful
from contracts.events.texts import TextParsed
from contracts.topics import reply_topic
from tests.integration.kafka.live import COMMANDS, EVENTS, Live, with_all_topics
from tests.ledger.observe import TopicTail, header
from tests.services.kafka import KafkaService
from tests.services.waiting import eventually
from workers.bootstrap.clients import asker as wired_asker
from workers.config import Settings
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, UnpublishableError

pytestmark = pytest.mark.integration

PATIENCE = 60.0


@pytest.fixture
def kafka(kafka_service: KafkaService) -> KafkaService:
    return with_all_topics(kafka_service)


@pytest.fixture
def replies(kafka: KafkaService) -> str:
    """A reply topic of this test's own."""
    topic = reply_topic(uuid4().hex)
    return kafka.create_topic(topic.name, topic.partitions, topic.config)


@pytest.fixture
def events(kafka: KafkaService) -> Iterator[TopicTail]:
    """Everything on the outcome topic."""
    tail = TopicTail(kafka.bootstrap_servers, [EVENTS])
    yield tail
    tail.close()


def connection(kafka: KafkaService) -> KafkaConnection:
    return KafkaConnection(kafka.bootstrap_servers)


@asynccontextmanager
async def asking(kafka: KafkaService, topic: str) -> AsyncIterator[Asker]:
    transport = KafkaAskTransport(connection(kafka), topic)
    async with Asker(transport, Caller("/test", topic), SystemClock()) as asker:
        yield asker


async def ask(asker: Asker, amount: int, tenant: str, seconds: float = PATIENCE) -> str:
    """Ask for an amount; gives the one that was answered."""
    command = ParseText(text=f"taxi {amount}")
    owner = f"owner-{amount % 97}"
    parsed = await asker.ask(command, TextParsed, tenant=tenant, owner=owner, timeout_seconds=seconds)
    return str(parsed.amount.value.amount)


async def send(kafka: KafkaService, envelope: Envelope, text: str = "taxi 5", **headers: bytes) -> None:
    publisher = KafkaPublisher(connection(kafka), "test")
    await publisher.start()
    value = encode(ParseText(text=text))
    more = [(name, value) for name, value in envelope.headers() if name not in headers]
    await publisher.publish([OutgoingRecord(COMMANDS, envelope.key.encode(), value, (*more, *headers.items()))])
    await publisher.stop()


def envelope(reply_to: str | None = None) -> Envelope:
    return Envelope(
        id=str(uuid4()),
        source="/test",
        type=ParseText.type,
        time=SystemClock().now(),
        tenant="acme",
        owner="nok",
        reply_to=reply_to,
    )


async def outcome_of(tail: TopicTail, command_id: str) -> Unsuccessful | TextParsed:
    """The outcome of a command on the outcome topic."""

    def found() -> list[Message]:
        tail.more(0.01)
        return [message for message in tail.messages if header(message, "ce_causationid") == command_id]

    await eventually(found, f"the outcome of {command_id}")
    (message, *_) = found()
    event = decode_event(header(message, "ce_type"), message.value())
    assert isinstance(event, Unsuccessful | TextParsed)
    return event


async def test_a_thousand_asks_at_once_of_each_of_two_callers_on_one_reply_topic_never_cross(
    kafka: KafkaService, replies: str
) -> None:
    async with Live(kafka).running(), asking(kafka, replies) as one, asking(kafka, replies) as other:
        answers = await asyncio.gather(
            *(ask(one, amount, "one") for amount in range(1, 1_001)),
            *(ask(other, amount, "other") for amount in range(5_001, 6_001)),
        )
        assert (one.pending, other.pending) == (0, 0)
    assert answers == [f"{amount}.00" for amount in (*range(1, 1_001), *range(5_001, 6_001))]


async def test_a_rejection_reaches_the_caller_as_an_error_with_its_reason(kafka: KafkaService, replies: str) -> None:
    async with Live(kafka).running(), asking(kafka, replies) as asker:
        with pytest.raises(CommandRejectedError, match="no_amount: text: holds none"):
            await asker.ask(ParseText(text="nothing"), tenant="a", owner="b", timeout_seconds=PATIENCE)


async def test_without_a_worker_an_ask_times_out_and_the_command_is_not_carried_out_later(
    kafka: KafkaService, replies: str, events: TopicTail
) -> None:
    async with asking(kafka, replies) as asker:
        with pytest.raises(AskTimedOut) as caught:
            await ask(asker, 5, "late", seconds=0.5)
    async with Live(kafka).running():
        outcome = await outcome_of(events, caught.value.command_id)
    assert isinstance(outcome, Unsuccessful)
    assert outcome.code == ErrorCode.EXPIRED


async def test_a_command_asked_again_by_its_id_gets_the_answer_the_first_time_missed(
    kafka: KafkaService, replies: str
) -> None:
    command_id = str(uuid4())
    async with asking(kafka, replies) as asker:

        async def attempt(seconds: float) -> TextParsed:
            return await asker.ask(
                ParseText(text="taxi 7"),
                TextParsed,
                tenant="a",
                owner="b",
                timeout_seconds=seconds,
                command_id=command_id,
            )

        with pytest.raises(AskTimedOut):
            await attempt(0.5)
        async with Live(kafka).running():
            assert str((await attempt(PATIENCE)).amount.value.amount) == "7.00"


async def test_an_unknown_reply_topic_costs_neither_its_own_outcome_nor_the_answers_of_others(
    kafka: KafkaService, replies: str, events: TopicTail
) -> None:
    nobody = envelope(f"poon.replies.{uuid4().hex}")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(Live(kafka).running())
        asker = await stack.enter_async_context(asking(kafka, replies))
        await send(kafka, nobody)
        answers = await asyncio.gather(*(ask(asker, amount, "others") for amount in range(1, 101)))
        outcome = await outcome_of(events, nobody.id)
    assert answers == [f"{amount}.00" for amount in range(1, 101)]
    assert isinstance(outcome, TextParsed)


async def test_a_forbidden_reply_topic_is_rejected_by_name_and_gets_nothing(
    kafka: KafkaService, events: TopicTail
) -> None:
    victim = kafka.fresh_topic("victim")
    asked = envelope()
    async with Live(kafka).running():
        await send(kafka, asked, ce_replyto=victim.encode())
        outcome = await outcome_of(events, asked.id)
    assert isinstance(outcome, Unsuccessful)
    assert (outcome.code, outcome.field) == (ErrorCode.INVALID_ENVELOPE, "ce_replyto")
    probe = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "x"})
    assert probe.get_watermark_offsets(TopicPartition(victim, 0), timeout=10) == (0, 0)


async def test_the_fleets_own_client_asks_by_its_settings(kafka: KafkaService, replies: str) -> None:
    settings = Settings.model_validate({"kafka": {"bootstrap_servers": kafka.bootstrap_servers}})
    async with Live(kafka).running(), wired_asker(settings, "/test", replies) as asker:
        assert await ask(asker, 8, "acme") == "8.00"


async def test_a_missing_reply_topic_is_named_with_the_command_that_creates_it(kafka: KafkaService) -> None:
    with pytest.raises(UnavailableError, match=r"poon\.replies\.nowhere does not exist.*--replies nowhere"):
        async with asking(kafka, "poon.replies.nowhere"):
            pass


async def test_an_unreachable_broker_is_named(unused_tcp_port: int) -> None:
    transport = KafkaAskTransport(KafkaConnection(f"127.0.0.1:{unused_tcp_port}"), "poon.replies.shared")
    with pytest.raises(UnavailableError, match=f"{unused_tcp_port}.*POON_KAFKA__BOOTSTRAP_SERVERS"):
        await transport.start()


async def test_a_question_that_is_too_large_is_named(kafka: KafkaService, replies: str) -> None:
    transport = KafkaAskTransport(connection(kafka), replies, None)
    with pytest.raises(RuntimeError, match="send before start"):
        await transport.send(Question(COMMANDS, b"k", b"v", ()))
    await transport.start()
    with pytest.raises(UnpublishableError, match=COMMANDS):
        await transport.send(Question(COMMANDS, b"k", bytes(3_000_000), ()))
    await transport.stop()
