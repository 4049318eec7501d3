"""Where a trace ends: the spans of those who follow outcomes."""

from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from adapters.telemetry.following import BATCH, FollowedTraces
from adapters.telemetry.tracing import Tracing
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import FakeClock
from tests.fakes.observing import PARSED, SENDER, UNSAMPLED
from workers.ports.messages import RawRecord

TOPIC = "poon.texts.events"
GROUP = "poon-workers.projections"


def outcome(offset: int, traceparent: str | None = None) -> FakeRecord:
    headers = [
        ("ce_id", b"o-1"),
        ("ce_type", PARSED.encode()),
        ("ce_correlationid", b"c-0"),
        ("ce_subject", b"somchai"),
        ("odd", None),
    ]
    given = [] if traceparent is None else [("traceparent", traceparent.encode())]
    return FakeRecord(TOPIC, 2, offset, value=b'"words"', headers=(*headers, *given))


class Followed:
    """A follower's spans."""

    def __init__(self, rate: float = 100.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.clock = FakeClock()
        tracing = Tracing(SimpleSpanProcessor(self.exporter), {}, self.clock)
        self.traces = FollowedTraces(tracing, self.clock, GROUP, rate, slow=2.0)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())


def test_an_outcome_whose_trace_is_kept_has_a_span_in_it_and_in_no_other() -> None:
    followed = Followed()
    followed.traces.applied([outcome(1), outcome(2, SENDER), outcome(3, UNSAMPLED), outcome(4, "nonsense")], 1.0, 1.5)
    batch, own = followed.spans
    assert (batch.name, batch.parent, len(batch.links)) == (BATCH, None, 1)
    assert (batch.attributes or {})["messaging.batch.message_count"] == 4
    assert own.parent is not None
    assert (own.name, own.kind) == (f"process {TOPIC}", SpanKind.CONSUMER)
    assert f"{own.parent.trace_id:032x}-{own.parent.span_id:016x}" == SENDER[3:52]
    assert [link.context.span_id for link in own.links] == [own.parent.span_id, batch.context.span_id]
    assert dict(own.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": TOPIC,
        "messaging.destination.partition.id": "2",
        "messaging.kafka.offset": 2,
        "messaging.consumer.group.name": GROUP,
        "messaging.message.id": "o-1",
        "messaging.message.conversation_id": "c-0",
        "cloudevents.event_type": PARSED,
    }
    assert not any(word in span.to_json() for span in followed.spans for word in ("somchai", "words"))


def test_spans_above_the_rate_are_counted_but_a_slow_batch_has_its_span() -> None:
    followed = Followed(rate=1.0)
    followed.traces.applied([outcome(1, SENDER), outcome(2, SENDER)], 1.0, 1.0)
    followed.traces.applied([outcome(3)], 1.0, 1.0)
    assert [span.name for span in followed.spans] == [BATCH, f"process {TOPIC}"]
    assert followed.traces.suppressed == 2
    followed.traces.applied([outcome(4)], -1.0, 1.1)
    assert [span.name for span in followed.spans][2:] == [BATCH]


async def test_applying_is_timed_and_otherwise_as_it_was() -> None:
    followed, applied = Followed(), list[RawRecord]()

    async def apply(records: Sequence[RawRecord]) -> None:
        applied.extend(records)
        followed.clock.jump(0.25)

    await followed.traces.around(apply)([outcome(1)])
    assert [record.offset for record in applied] == [1]
    (batch,) = followed.spans
    assert ((batch.end_time or 0) - (batch.start_time or 0)) / 1e9 == pytest.approx(0.25)
