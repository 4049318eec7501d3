"""A worker's spans have the names, attributes and links of OpenTelemetry's messaging conventions."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.telemetry.kept import KeptSpans
from adapters.telemetry.sampling import Sampling, parse_traceparent
from adapters.telemetry.traces import MAX_LINKS, Traces
from adapters.telemetry.tracing import Tracing
from tests.fakes.clock import FakeClock
from tests.fakes.observing import (
    GROUP,
    PARSED,
    SECRETS,
    SENDER,
    UNSAMPLED,
    USUAL,
    about,
    attempt,
    failed,
    raw,
    recognised,
    rejected,
)
from workers.ports.calls import Call, ModelUse

COMMANDS = "poon.texts.commands"
PROCESS = f"process {COMMANDS}"
SAMPLED = USUAL._replace(envelope=about(traceparent=SENDER))
BATCH = {
    "messaging.system": "kafka",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": COMMANDS,
    "messaging.consumer.group.name": GROUP,
}


class Traced:
    """A worker's observer and the spans it made."""

    def __init__(self, rate: float = 100.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracing = Tracing(SimpleSpanProcessor(self.exporter), {}, FakeClock())
        self.sampling = Sampling(area="texts", tracing=True, ratio=0.0, slow=2.0)
        self.kept = KeptSpans()
        self.observer = Traces(self.tracing, self.sampling, GROUP, rate, self.kept)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    def command_spans(self) -> list[ReadableSpan]:
        return [span for span in self.spans if "messaging.message.id" in (span.attributes or {})]


@pytest.fixture
def traced() -> Iterator[Traced]:
    traced = Traced()
    yield traced
    traced.tracing.close(10.0)


def seconds(span: ReadableSpan) -> tuple[float, float]:
    """Start and end by the runtime's clock."""
    epoch = FakeClock().now().timestamp()
    return ((span.start_time or 0) / 1e9 - epoch, (span.end_time or 0) / 1e9 - epoch)


def linked(span: ReadableSpan) -> list[tuple[int, int]]:
    return [(link.context.trace_id, link.context.span_id) for link in span.links]


def test_a_batch_is_one_span_linked_to_the_senders_that_keep_theirs(traced: Traced) -> None:
    traced.observer.settled([USUAL, recognised(), USUAL._replace(envelope=about(traceparent=UNSAMPLED)), SAMPLED], 11.0)
    span = traced.spans[0]
    assert (span.name, span.kind, span.parent) == (PROCESS, SpanKind.CONSUMER, None)
    assert dict(span.attributes or {}) == BATCH | {"messaging.batch.message_count": 4}
    assert seconds(span) == pytest.approx((10.25, 11.0), abs=1e-6)
    sender = parse_traceparent(SENDER)
    assert sender is not None
    assert linked(span) == [(sender.trace_id, sender.span_id)]


def test_the_links_of_a_batch_are_bounded(traced: Traced) -> None:
    traced.observer.settled([recognised()._replace(envelope=about(traceparent=SENDER))] * (MAX_LINKS + 5), 11.0)
    assert len(traced.spans[0].links) == MAX_LINKS


def test_a_sampled_command_has_its_own_span_in_the_senders_trace(traced: Traced) -> None:
    traced.observer.settled([SAMPLED], 11.0)
    batch, command, *stages = traced.spans
    sender = parse_traceparent(SENDER)
    assert sender is not None
    assert command.parent is not None
    assert command.context is not None
    assert batch.context is not None
    assert (command.name, command.kind) == (PROCESS, SpanKind.CONSUMER)
    assert (command.parent.trace_id, command.parent.span_id) == (sender.trace_id, sender.span_id)
    assert linked(command) == [(sender.trace_id, sender.span_id), (batch.context.trace_id, batch.context.span_id)]
    assert dict(command.attributes or {}) == BATCH | {
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 7,
        "messaging.message.id": "c-1",
        "messaging.message.conversation_id": "c-1",
        "cloudevents.event_type": "poon.text.parse.v1",
        "poon.tenant": "acme",
        "poon.outcome": PARSED,
        "poon.attempts": 1,
        "poon.duplicate": False,
        "poon.sampled_for": "sampled",
    }
    assert seconds(command) == pytest.approx((10.0, 11.0), abs=1e-6)
    assert [stage.name for stage in stages] == ["wait", "handle", "settle"]
    times = [moment for stage in stages for moment in seconds(stage)]
    assert times == pytest.approx([10.0, 10.25, 10.25, 10.375, 10.375, 11.0], abs=1e-6)
    assert {stage.parent.span_id if stage.parent else 0 for stage in stages} == {command.context.span_id}


def test_the_span_is_the_one_the_outcome_names(traced: Traced) -> None:
    carried = parse_traceparent(traced.sampling.carried(SAMPLED.envelope).traceparent)
    traced.observer.settled([SAMPLED], 11.0)
    (command,) = traced.command_spans()
    assert carried is not None
    assert command.context is not None
    assert (command.context.trace_id, command.context.span_id) == (carried.trace_id, carried.span_id)


def test_a_usual_success_has_no_span_of_its_own(traced: Traced) -> None:
    traced.observer.settled([USUAL], 11.0)
    assert traced.names == [PROCESS]
    assert traced.command_spans() == []


def test_a_failed_command_is_an_error_and_a_rejected_one_is_not(traced: Traced) -> None:
    traced.observer.settled([failed(), rejected()], 11.0)
    wrong, refused = traced.command_spans()
    told = dict(wrong.attributes or {})
    assert (told["error.type"], told["poon.code"], told["poon.sampled_for"]) == ("backend_timeout",) * 2 + ("failed",)
    assert wrong.status.status_code is StatusCode.ERROR
    told = dict(refused.attributes or {})
    assert (told.get("error.type"), told["poon.code"], told["poon.sampled_for"]) == (None, "no_amount", "rejected")
    assert refused.status.status_code is StatusCode.UNSET


def test_a_failed_attempt_is_a_child_of_the_span_that_comes_later(traced: Traced) -> None:
    traced.observer.attempt_failed(attempt(2))
    traced.observer.settled([USUAL._replace(attempts=3)], 11.0)
    tried = traced.spans[0]
    (command,) = traced.command_spans()
    assert tried.parent is not None
    assert command.context is not None
    assert (tried.name, tried.parent.span_id) == ("attempt", command.context.span_id)
    assert dict(tried.attributes or {}) == {
        "poon.attempt": 2,
        "exception.type": "builtins.ValueError",
        "error.type": "backend_timeout",
    }
    assert seconds(tried) == pytest.approx((10.25, 10.5), abs=1e-6)


CHAT = Call(
    "categorization",
    "test/m",
    10.26,
    10.3,
    None,
    ModelUse("m", "models.example", 443, 150, 0.0, 1, 100, 20, "m-2026", "stop", Decimal("0.0018"), "USD"),
)
ASKED = {
    "poon.capability": "categorization",
    "poon.backend": "test/m",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "m",
    "gen_ai.request.max_tokens": 150,
    "gen_ai.output.type": "json",
    "server.address": "models.example",
    "server.port": 443,
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "poon.model.requests": 1,
}
TOLD = {
    "gen_ai.request.temperature": 0.0,
    "gen_ai.response.model": "m-2026",
    "gen_ai.response.finish_reasons": ("stop",),
    "poon.model.cost": 0.0018,
    "poon.model.currency": "USD",
}


def test_calls_at_backends_are_below_the_attempt_they_were_made_for(traced: Traced) -> None:
    gone = ModelUse("m", "models.example", 443, 150, None, input_tokens=100, output_tokens=20)
    traced.observer.attempt_failed(attempt(1)._replace(calls=[CHAT._replace(error="timeout", model=gone)]))
    read = Call("text_recognition", "ocr-1", 10.25, 10.26)
    traced.observer.settled([USUAL._replace(attempts=2, calls=[read, CHAT])], 11.0)
    named = {span.name: span for span in traced.spans}
    below = [(span.name, span.parent.span_id) for span in traced.spans if span.parent]
    tried, handled = named["attempt"].context, named["handle"].context
    assert tried is not None
    assert handled is not None
    first, second = [span for span in traced.spans if span.name == "chat m"]
    assert [(one.kind, one.parent and one.parent.span_id) for one in (first, second)] == [
        (SpanKind.CLIENT, tried.span_id),
        (SpanKind.CLIENT, handled.span_id),
    ]
    assert dict(first.attributes or {}) == ASKED | {"error.type": "timeout"}
    assert dict(second.attributes or {}) == ASKED | TOLD
    assert ("recognise ocr-1", handled.span_id) in below
    assert seconds(second) == pytest.approx((10.26, 10.3), abs=1e-6)


def test_waiting_ends_with_the_first_attempt_and_back_offs_are_told_apart(traced: Traced) -> None:
    traced.observer.attempt_failed(attempt(1))
    traced.observer.settled([USUAL._replace(attempts=2, first=10.125, started=10.375)], 11.0)
    times = {span.name: seconds(span) for span in traced.spans}
    assert times["wait"] == pytest.approx((10.0, 10.125), abs=1e-6)
    assert times["back-off"] == pytest.approx((10.5, 11.0), abs=1e-6)


def test_storing_and_publishing_are_below_settling(traced: Traced) -> None:
    traced.observer.settled([SAMPLED._replace(storing=10.5, stored=10.75)], 11.0)
    named = {span.name: span for span in traced.spans}
    settled = named["settle"].context
    assert settled is not None
    store, send = named["store"], named["send poon.texts.events"]
    assert [span.parent and span.parent.span_id for span in (store, send)] == [settled.span_id] * 2
    assert (*seconds(store), *seconds(send)) == pytest.approx((10.5, 10.75, 10.75, 11.0), abs=1e-6)
    assert send.kind is SpanKind.PRODUCER
    assert (send.attributes or {})["messaging.message.id"] == str(USUAL.outcome_id)


def test_a_failed_command_s_last_attempt_is_not_told_twice(traced: Traced) -> None:
    traced.observer.attempt_failed(attempt(1, delay=None))
    traced.observer.settled([failed(attempts=1), failed(attempts=0)], 11.0)
    assert traced.names.count("handle") == 1, "of the one that no attempt was made at"
    assert "back-off" not in traced.names


def test_what_has_spans_is_known_until_the_next_batch() -> None:
    traced = Traced()
    traced.observer.settled([USUAL, SAMPLED._replace(record=raw(9))], 11.0)
    (command,) = traced.command_spans()
    kept = traced.kept.of(raw(9))
    assert kept is not None
    assert command.context is not None
    assert (traced.kept.any, kept.span_id, traced.kept.of(USUAL.record)) == (True, command.context.span_id, None)
    traced.observer.settled([], 12.0)
    assert (traced.kept.any, traced.kept.of(raw(9))) == (False, None)


def test_a_command_decided_before_does_not_take_the_first_ones_id(traced: Traced) -> None:
    traced.observer.settled([SAMPLED], 11.0)
    traced.observer.settled([recognised()._replace(envelope=about(traceparent=SENDER))], 12.0)
    first, second = traced.command_spans()
    assert first.context is not None
    assert second.context is not None
    assert first.context.trace_id == second.context.trace_id
    assert first.context.span_id != second.context.span_id


def test_the_operations_of_the_client_have_spans(traced: Traced) -> None:
    traced.observer.taken([raw(1), raw(2)], 9.0)
    traced.observer.stored(5, 1, 10.0, 10.5)
    traced.observer.published(6, 10.5, 10.75)
    traced.observer.offsets_committed(2, 11.0, 11.25, None)
    told = [(span.name, span.kind, dict(span.attributes or {})) for span in traced.spans]
    assert told == [
        (
            f"poll {COMMANDS}",
            SpanKind.CLIENT,
            BATCH
            | {
                "messaging.operation.name": "poll",
                "messaging.operation.type": "receive",
                "messaging.batch.message_count": 2,
            },
        ),
        ("store", SpanKind.INTERNAL, {"poon.store.decisions": 5, "poon.store.duplicates": 1}),
        (
            "send poon.texts.events",
            SpanKind.CLIENT,
            {
                "messaging.system": "kafka",
                "messaging.operation.name": "send",
                "messaging.operation.type": "send",
                "messaging.destination.name": "poon.texts.events",
                "messaging.batch.message_count": 6,
            },
        ),
        (
            f"commit {COMMANDS}",
            SpanKind.CLIENT,
            BATCH | {"messaging.operation.name": "commit", "messaging.operation.type": "settle", "poon.partitions": 2},
        ),
    ]
    assert [seconds(span) for span in traced.spans] == [
        pytest.approx(times, abs=1e-6) for times in ((9.0, 9.0), (10.0, 10.5), (10.5, 10.75), (11.0, 11.25))
    ]


def test_a_commit_that_failed_says_with_what_class_of_error(traced: Traced) -> None:
    traced.observer.offsets_committed(2, 11.0, 11.25, TimeoutError(SECRETS[1]))
    (span,) = traced.spans
    assert (span.attributes or {})["error.type"] == "TimeoutError"
    assert span.status.status_code is StatusCode.ERROR


def test_a_batch_nothing_of_which_was_settled_has_no_span(traced: Traced) -> None:
    traced.observer.settled([], 11.0)
    assert traced.spans == []


def test_spans_above_the_rate_are_counted_instead_of_made() -> None:
    traced = Traced(rate=2.0)
    for at in (11.0, 11.0, 11.0, 11.0):
        traced.observer.settled([rejected()], at)
    assert len(traced.command_spans()) == 2
    assert traced.names.count(PROCESS) == 4  # two batches, two commands
    assert traced.observer.suppressed == 4
    traced.observer.settled([rejected()], 12.0)
    assert len(traced.command_spans()) == 3


def test_a_flood_of_one_reason_does_not_drown_another() -> None:
    traced = Traced(rate=1.0)
    traced.observer.settled([rejected()] * 100 + [failed()], 11.0)
    assert [(span.attributes or {})["poon.sampled_for"] for span in traced.command_spans()] == ["rejected", "failed"]
    traced.observer.taken([raw(1)] * 3, 11.0)
    traced.observer.taken([raw(2)], 11.0)
    traced.observer.stored(1, 0, 11.0, 11.0)
    traced.observer.stored(1, 0, 11.0, 11.0)
    traced.observer.published(1, 11.0, 11.0)
    traced.observer.published(1, 11.0, 11.0)
    traced.observer.offsets_committed(1, 11.0, 11.0, None)
    traced.observer.offsets_committed(1, 11.0, 11.0, None)
    traced.observer.attempt_failed(attempt(1))
    traced.observer.attempt_failed(attempt(2))
    assert [traced.names.count(name) for name in (f"poll {COMMANDS}", "store", "attempt", f"commit {COMMANDS}")] == [
        1
    ] * 4
    assert traced.observer.suppressed == 99 + 5


def test_no_span_holds_the_owner_or_the_owners_words(traced: Traced) -> None:
    traced.observer.attempt_failed(attempt())
    traced.observer.settled([SAMPLED, failed(), rejected(), USUAL._replace(attempts=2)], 11.0)
    told = "".join(span.to_json() for span in traced.spans)
    assert len(traced.command_spans()) == 4
    assert "c-1" in told
    assert not any(secret in told for secret in SECRETS)
    assert SECRETS[1].encode("unicode_escape").decode() not in told
