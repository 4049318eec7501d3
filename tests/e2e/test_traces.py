"""One command's trace, as a collector gets it: from its sender through retries, models and steps to the read models."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.database.store import SqlDecisionStore
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.commands.workflows import ProcessReceipt
from contracts.envelope import Envelope
from contracts.topics import TopicRole, topic_name
from tests.integration.telemetry.collector import Collector, as_traced, attributes, collecting
from tests.ledger.observe import empty_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.model_server import ModelServer, Response, completion, failure
from tests.services.waiting import eventually
from workers.bootstrap.fleet import running
from workers.bootstrap.telemetry import telemetry
from workers.config import Settings
from workers.entrypoints.demo.material import DATA
from workers.entrypoints.images import inline_image
from workers.ports.messages import OutgoingRecord
from workers.ports.store import CommitResult, Verdict
from workers.queries.stages import stages

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(580), pytest.mark.asyncio(loop_scope="module")]

TENANT: Final = "acme"
PATIENCE: Final = 240.0
DELAY: Final = 5.0
AREAS: Final = ("receipts", "texts", "spending", "workflows", "projections")
PICTURE: Final = (DATA / "images" / "coffee-cash.jpg").read_bytes()
SEEN: Final = {"lines": ["Blue Cup Coffee", "10/01/2026", "Latte 65.00", "TOTAL 65.00", "CASH 100.00", "CHANGE 35.00"]}
SPENDING: Final = {
    "amount": "100",
    "currency": None,
    "merchant": "blorgo",
    "date": None,
    "payment": None,
    "payment_method": None,
    "category": "Entertainment",
}

STORE: Final = SqlDecisionStore.commit
PUBLISH: Final = KafkaPublisher.publish


def answer(request: dict[str, Any]) -> Response:
    """Fills in whichever form is asked for."""
    return completion(json.dumps(SEEN if "TranscriptForm" in json.dumps(request) else SPENDING))


class Traced:
    """A fleet whose spans are collected, and what is sent to it."""

    def __init__(self, settings: Settings, collector: Collector, models: ModelServer) -> None:
        self.settings = settings
        self.collector = collector
        self.models = models

    async def send(self, command: Command, command_id: str, traceparent: str) -> None:
        """Have a command published by somebody who traces."""
        envelope = Envelope(
            id=command_id,
            source="/test",
            type=command.type,
            time=SystemClock().now(),
            tenant=TENANT,
            owner="nok",
            traceparent=traceparent,
        )
        publisher = KafkaPublisher(KafkaConnection(self.settings.kafka.bootstrap_servers), "traces-test")
        topic = topic_name(command.area, TopicRole.COMMANDS)
        await publisher.start()
        await publisher.publish([OutgoingRecord(topic, envelope.key.encode(), encode(command), envelope.headers())])
        await publisher.stop()

    def trace(self, traceparent: str) -> list[Span]:
        """The spans in a sender's trace so far, by their beginnings."""
        wanted = traceparent.split("-")[1]
        found = [span for span in list(self.collector.spans) if span.trace_id.hex() == wanted]
        return sorted(found, key=lambda span: (span.start_time_unix_nano, -span.end_time_unix_nano))

    async def whole_trace(self, traceparent: str, last: Callable[[list[Span]], object]) -> list[Span]:
        """The spans in a sender's trace, once the last of them is there."""
        await eventually(lambda: last(self.trace(traceparent)), "the end of the trace", seconds=PATIENCE)
        return self.trace(traceparent)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traced(kafka_service: KafkaService, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    models = ModelServer()
    models.behave = answer
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        async with models.running():
            settings = fleet_settings(kafka_service, tmp_path_factory.mktemp("traces"), models, collector)
            told = stack.enter_context(telemetry(settings, SystemClock()))
            async with running(settings, AREAS, told=told):
                yield Traced(settings, collector, models)


def fleet_settings(kafka: KafkaService, folder: Path, models: ModelServer, collector: Collector) -> Settings:
    """Of a fleet of its own with empty topics."""
    empty_topics(kafka)
    database = f"sqlite:///{folder}/poon.db"
    migrate(database)
    server = {
        "base_url": models.base_url,
        "model": "test-model",
        "attempts": 1,
        "trust": 0.99,
        "input_price": "10",
        "output_price": "40",
    }
    return Settings.model_validate(
        {
            "data_dir": folder,
            "kafka": {
                "bootstrap_servers": kafka.bootstrap_servers,
                "group_id": fresh_name("traces"),
                "session_timeout_seconds": 30,
            },
            "database": {"url": database},
            "runtime": {"retry": {"base_delay_seconds": 0.05}},
            "models": {"servers": {"test": server}, "cache_seconds": 0},
            "chains": {"text_extraction": "test", "text_recognition": "test"},
            "telemetry": {"otlp_endpoint": collector.url, "trace_ratio": 0, "spans_per_second": 1000},
        }
    )


def traceparent(number: int) -> str:
    """Of a sender that keeps its span."""
    return f"00-{number:032x}-{number:016x}-01"


class Tree:
    """The spans of a trace, by what they hang from."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans

    def below(self, parent: Span) -> list[Span]:
        return [span for span in self.spans if span.parent_span_id == parent.span_id]

    def names(self, parent: Span) -> list[str]:
        return sorted(span.name for span in self.below(parent))

    def one(self, name: str, parent: Span | None = None) -> Span:
        (found,) = [
            span
            for span in self.spans
            if span.name == name and (parent is None or span.parent_span_id == parent.span_id)
        ]
        return found

    def projected(self, command: Span) -> Span:
        """The span of a command's outcome coming into the read models."""
        (found,) = [span for span in self.below(command) if span.name.endswith(".events")]
        return found

    def processing(self, message_type: str, topic: str) -> Span:
        """The span of the command or outcome of this type taken from this topic."""
        (found,) = [
            span
            for span in self.spans
            if span.name == f"process {topic}" and attributes(span)["cloudevents.event_type"] == message_type
        ]
        return found


def has_projected(message_type: str) -> Callable[[list[Span]], bool]:
    """Whether an outcome has come into the read models."""

    def there(spans: list[Span]) -> bool:
        return any(
            told.get("cloudevents.event_type") == message_type
            and str(told.get("messaging.consumer.group.name", "")).endswith(".projections")
            for told in map(attributes, spans)
        )

    return there


def is_over(spans: list[Span]) -> bool:
    """Whether a receipt's workflow has completed, and its entry come into the read models."""
    outcomes = {attributes(span).get("poon.outcome") for span in spans}
    return "poon.workflow.completed.v1" in outcomes and has_projected("poon.spending.recorded.v1")(spans)


async def test_a_receipt_is_one_trace_from_its_sender_into_the_read_models(traced: Traced) -> None:
    sender = traceparent(0xACE)
    failures = [failure("500 Internal Server Error")]
    traced.models.behave = lambda request: failures.pop() if failures else answer(request)
    reference = {"reference_date": date(2026, 1, 10)}
    command = ProcessReceipt.model_validate({"image": inline_image(PICTURE), **reference})
    await traced.send(command, "receipt-1", sender)
    spans = await traced.whole_trace(sender, is_over)
    tree = Tree(spans)
    start = tree.processing(ProcessReceipt.type, "poon.workflows.commands")
    assert (start.parent_span_id.hex(), start.kind) == (sender.split("-")[2], Span.SPAN_KIND_CONSUMER)
    assert start.links[0].span_id.hex() == sender.split("-")[2]
    reading = tree.processing("poon.receipt.extract.v1", "poon.receipts.commands")
    assert reading.parent_span_id == start.span_id
    check_processing(reading, start, f"{traced.settings.kafka.group_id}.receipts")
    check_attempts(tree, reading, traced.models.port)
    check_settling(tree, reading)
    check_what_followed(tree, reading)
    assert {span.trace_id for span in spans} == {start.trace_id}
    inside = {span.span_id for span in spans} | {start.parent_span_id}
    assert all(span.parent_span_id in inside for span in spans), "nothing hangs from a span that is not there"


def check_processing(reading: Span, start: Span, group: str) -> None:
    """The step's command is consumed as the messaging conventions say, and linked to who sent it."""
    assert [link.span_id for link in reading.links][:1] == [start.span_id]
    assert reading.kind == Span.SPAN_KIND_CONSUMER
    told = attributes(reading)
    assert isinstance(told.pop("messaging.kafka.offset"), int)
    assert isinstance(told.pop("messaging.destination.partition.id"), str)
    assert told.pop("messaging.message.id") != attributes(start)["messaging.message.id"]
    assert told == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "poon.receipts.commands",
        "messaging.consumer.group.name": group,
        "messaging.message.conversation_id": "receipt-1",
        "cloudevents.event_type": "poon.receipt.extract.v1",
        "poon.tenant": TENANT,
        "poon.outcome": "poon.receipt.extracted.v1",
        "poon.attempts": 2,
        "poon.duplicate": False,
        "poon.sampled_for": "retried",
    }


def check_attempts(tree: Tree, reading: Span, port: int) -> None:
    """Its first attempt asked a model that failed, the second one that did not."""
    assert tree.names(reading) == [
        *("attempt", "back-off", "handle"),
        *("process poon.receipts.events", "process poon.replies.workflows", "settle", "wait"),
    ]
    attempt, handled = tree.one("attempt", reading), tree.one("handle", reading)
    assert attributes(attempt)["poon.attempt"] == 1
    assert attributes(attempt)["error.type"] == "backend_unavailable"
    assert attempt.status.code == Status.STATUS_CODE_ERROR
    assert tree.names(attempt) == ["chat test-model"]
    assert attributes(tree.one("chat test-model", attempt))["error.type"] == "backend_unavailable"
    asked = tree.one("chat test-model", handled)
    assert asked.kind == Span.SPAN_KIND_CLIENT
    assert attributes(asked) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "test-model",
        "gen_ai.request.max_tokens": 2000,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.output.type": "json",
        "gen_ai.response.model": "test-model",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "server.address": "127.0.0.1",
        "server.port": port,
        "poon.capability": "text_recognition",
        "poon.backend": "test/test-model",
        "poon.model.requests": 1,
        "poon.model.cost": pytest.approx((100 * 10 + 20 * 40) / 1e6),
        "poon.model.currency": "USD",
    }


def check_settling(tree: Tree, reading: Span) -> None:
    """It was stored, and its outcome published."""
    settled = tree.one("settle", reading)
    assert tree.names(settled) == ["send poon.receipts.events", "store"]
    sent = tree.one("send poon.receipts.events", settled)
    assert sent.kind == Span.SPAN_KIND_PRODUCER
    assert attributes(sent) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "poon.receipts.events",
        "messaging.message.id": attributes(tree.projected(reading))["messaging.message.id"],
        "messaging.message.conversation_id": "receipt-1",
        "cloudevents.event_type": "poon.receipt.extracted.v1",
    }


def check_what_followed(tree: Tree, reading: Span) -> None:
    """The workflow heard of it, had the entry recorded, and completed; the entry came into the read models."""
    heard = tree.processing("poon.receipt.extracted.v1", "poon.replies.workflows")
    assert heard.parent_span_id == reading.span_id
    recording = tree.processing("poon.spending.record.v1", "poon.spending.commands")
    assert recording.parent_span_id == heard.span_id
    ended = tree.processing("poon.spending.recorded.v1", "poon.replies.workflows")
    assert ended.parent_span_id == recording.span_id
    assert attributes(ended)["poon.outcome"] == "poon.workflow.completed.v1"
    entry = tree.projected(recording)
    assert entry.kind == Span.SPAN_KIND_CONSUMER
    assert attributes(entry)["messaging.message.conversation_id"] == "receipt-1"
    assert attributes(entry)["cloudevents.event_type"] == "poon.spending.recorded.v1"


async def store_later(store: SqlDecisionStore, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
    """As the store does it, but slowly."""
    await SystemClock().sleep(DELAY)
    return await STORE(store, verdicts)


async def publish_later(publisher: KafkaPublisher, records: Sequence[OutgoingRecord]) -> None:
    """As the publisher does it, but outcomes slowly."""
    if records[0].topic.endswith(".events"):
        await SystemClock().sleep(DELAY)
    await PUBLISH(publisher, records)


@pytest.mark.parametrize(
    ("number", "delayed_stage"), [(1, "store"), (2, "send poon.texts.events"), (3, "chat test-model")]
)
async def test_a_delay_in_one_stage_is_the_top_stage_of_the_analysis(
    traced: Traced, monkeypatch: pytest.MonkeyPatch, number: int, delayed_stage: str
) -> None:
    traced.models.behave = answer
    sender = traceparent(number)
    match delayed_stage:
        case "store":
            monkeypatch.setattr(SqlDecisionStore, "commit", store_later)
        case "chat test-model":
            traced.models.delay = lambda: SystemClock().sleep(DELAY)
        case _:
            monkeypatch.setattr(KafkaPublisher, "publish", publish_later)
    await traced.send(ParseText(text=f"blorgo 100 {number}"), f"text-{number}", sender)
    spans = await traced.whole_trace(sender, has_projected("poon.text.parsed.v1"))
    traced.models.delay = None
    found = stages(as_traced(spans))
    assert found[0].name == delayed_stage, found[:4]
    assert found[0].own >= DELAY
    assert found[0].where == sender.split("-")[1]
