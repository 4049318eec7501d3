"""Asking a worker on a real broker: every answer belongs to its question, whoever else asks on the same topic."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from adapters.clock import SystemClock
from adapters.kafka.asking import KafkaAskTransport
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.replies import KafkaReplyPublisher
from contracts.asking import Asker, AskTimedOut, Caller, CommandRejectedError, Question
from contracts.base import Command
from contracts.codec import decode_event, encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import Unsuccessful
from contracts.events.texts import TextParsed
from contracts.topics import TOPICS, TopicRole, reply_topic, topic_name
from tests.fakes.commands import decision
from tests.fakes.store import MemoryStore
from tests.ledger.observe import TopicTail, header
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.bootstrap.clients import asker as wired_asker
from workers.config import Settings
from workers.ports.errors import RejectionError, UnavailableError
from workers.ports.handling import CommandContext, Decision
from workers.ports.messages import OutgoingRecord, UnpublishableError
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.supervisor import Supervisor
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

pytestmark = pytest.mark.integration

COMMANDS = topic_name("texts", TopicRole.COMMANDS)
EVENTS = topic_name("texts", TopicRole.EVENTS)
PATIENCE = 60.0


@pytest.fixture
def kafka(kafka_service: KafkaService) -> KafkaService:
    """The broker with all topics."""
    there = Consumer({"bootstrap.servers": kafka_service.bootstrap_servers, "group.id": "x"}).list_topics(timeout=10)
    for topic in TOPICS.values():
        if topic.name not in there.topics:
            kafka_service.create_topic(topic.name, topic.partitions, topic.config)
    return kafka_service


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


async def echo(command: Command, _context: CommandContext) -> Decision:
    """Answer "taxi 17" with 17 baht."""
    assert isinstance(command, ParseText)
    _, _, amount = command.text.partition(" ")
    if not amount.isdecimal():
        raise RejectionError(ErrorCode.NO_AMOUNT, "holds none", field="text")
    return decision(f"{amount}.00")


@asynccontextmanager
async def working(kafka: KafkaService) -> AsyncIterator[None]:
    """A worker of the area that echoes amounts."""
    clock, stop, supervisor = SystemClock(), asyncio.Event(), Supervisor()
    group = fresh_name("asked")
    session = 6.0 if kafka.embedded is None else 3.0
    ports = WorkerPorts(
        KafkaIntake(connection(kafka), IntakeOptions(group, [COMMANDS], session_timeout=session)),
        KafkaPublisher(connection(kafka), "worker"),
        MemoryStore(),
        clock,
        random.Random(1),
        KafkaReplyPublisher(connection(kafka), "worker-replies"),
    )
    worker = Worker(ports, Handling({ParseText: echo}, RetryPolicy(1), 60.0, group, {}), WorkerLimits())
    running = supervisor.spawn(worker.run(stop), "worker")
    try:
        await worker.ready()
        yield
    finally:
        stop.set()
        await running
        await supervisor.close()


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
    async with working(kafka), asking(kafka, replies) as one, asking(kafka, replies) as other:
        answers = await asyncio.gather(
            *(ask(one, amount, "one") for amount in range(1, 1_001)),
            *(ask(other, amount, "other") for amount in range(5_001, 6_001)),
        )
        assert (one.pending, other.pending) == (0, 0)
    assert answers == [f"{amount}.00" for amount in (*range(1, 1_001), *range(5_001, 6_001))]


async def test_a_rejection_reaches_the_caller_as_an_error_with_its_reason(kafka: KafkaService, replies: str) -> None:
    async with working(kafka), asking(kafka, replies) as asker:
        with pytest.raises(CommandRejectedError, match="no_amount: text: holds none"):
            await asker.ask(ParseText(text="nothing"), tenant="a", owner="b", timeout_seconds=PATIENCE)


async def test_without_a_worker_an_ask_times_out_and_the_command_is_not_carried_out_later(
    kafka: KafkaService, replies: str, events: TopicTail
) -> None:
    async with asking(kafka, replies) as asker:
        with pytest.raises(AskTimedOut) as caught:
            await ask(asker, 5, "late", seconds=0.5)
    async with working(kafka):
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
        async with working(kafka):
            assert str((await attempt(PATIENCE)).amount.value.amount) == "7.00"


async def test_an_unknown_reply_topic_costs_neither_its_own_outcome_nor_the_answers_of_others(
    kafka: KafkaService, replies: str, events: TopicTail
) -> None:
    nobody = envelope(f"poon.replies.{uuid4().hex}")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(kafka))
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
    async with working(kafka):
        await send(kafka, asked, ce_replyto=victim.encode())
        outcome = await outcome_of(events, asked.id)
    assert isinstance(outcome, Unsuccessful)
    assert (outcome.code, outcome.field) == (ErrorCode.INVALID_ENVELOPE, "ce_replyto")
    probe = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "x"})
    assert probe.get_watermark_offsets(TopicPartition(victim, 0), timeout=10) == (0, 0)


async def test_the_fleets_own_client_asks_by_its_settings(kafka: KafkaService, replies: str) -> None:
    settings = Settings.model_validate({"kafka": {"bootstrap_servers": kafka.bootstrap_servers}})
    async with working(kafka), wired_asker(settings, "/test", replies) as asker:
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
