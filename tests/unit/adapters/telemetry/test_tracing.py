"""Spans are made after the fact with the ids and times they are given, and exported without anybody waiting."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.telemetry.sampling import TraceContext
from adapters.telemetry.tracing import Span, Tracing, batch_processor
from tests.fakes.clock import NOON, FakeClock

NANOSECONDS = 1_000_000_000
START_OF_CLOCK = int(NOON.timestamp()) * NANOSECONDS
PARENT = TraceContext(0xABC, 0xDEF, sampled=True)
PLAIN = Span(name="work", start=1.0, end=1.5, attributes={"poon.attempts": 2})


class Recorder:
    """Tracing into memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.exporter = InMemorySpanExporter()
        self.tracing = Tracing(SimpleSpanProcessor(self.exporter), {"service.name": "poon-workers"}, self.clock)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.tracing.close(10.0)


def test_a_span_has_the_wall_clock_times_of_its_monotonic_ones(recorder: Recorder) -> None:
    recorder.clock.jump(60.0)
    recorder.tracing.record(PLAIN)
    (span,) = recorder.spans
    assert (span.name, span.start_time, span.end_time) == (
        "work",
        START_OF_CLOCK + NANOSECONDS,
        START_OF_CLOCK + 3 * NANOSECONDS // 2,
    )
    assert (span.kind, dict(span.attributes or {})) == (SpanKind.INTERNAL, {"poon.attempts": 2})
    assert span.status.status_code is StatusCode.UNSET


def test_a_span_says_which_service_it_is_of(recorder: Recorder) -> None:
    recorder.tracing.record(PLAIN)
    (span,) = recorder.spans
    assert span.resource.attributes["service.name"] == "poon-workers"


def test_a_root_has_the_ids_it_is_given_and_the_next_one_others(recorder: Recorder) -> None:
    own = TraceContext(0x123, 0x456, sampled=True)
    chosen = recorder.tracing.record(Span(name="a", start=1.0, end=2.0, attributes={}, own=own))
    others = {recorder.tracing.record(PLAIN) for _ in range(3)}
    assert chosen == own
    assert len(others) == 3
    assert own not in others
    assert recorder.spans[0].parent is None


def test_a_child_is_in_its_parents_trace_under_the_id_it_is_given(recorder: Recorder) -> None:
    own = TraceContext(PARENT.trace_id, 0x456, sampled=True)
    made = recorder.tracing.record(Span(name="a", start=1.0, end=2.0, attributes={}, own=own, parent=PARENT))
    (span,) = recorder.spans
    assert made == own
    assert span.parent is not None
    assert (span.parent.trace_id, span.parent.span_id) == (PARENT.trace_id, PARENT.span_id)


def test_a_span_under_a_parent_that_is_not_kept_is_kept_itself(recorder: Recorder) -> None:
    made = recorder.tracing.record(
        Span(name="a", start=1.0, end=2.0, attributes={}, parent=PARENT._replace(sampled=False))
    )
    assert made.sampled
    assert len(recorder.spans) == 1


def test_links_and_the_class_of_the_error_are_told(recorder: Recorder) -> None:
    recorder.tracing.record(
        Span(name="a", start=1.0, end=2.0, attributes={"x": "y"}, links=[PARENT], error="backend_timeout")
    )
    (span,) = recorder.spans
    assert [(link.context.trace_id, link.context.span_id) for link in span.links] == [(0xABC, 0xDEF)]
    assert dict(span.attributes or {}) == {"x": "y", "error.type": "backend_timeout"}
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)


class StuckExporter(SpanExporter):
    """An endpoint that does not answer until the test lets it."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.exported = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        assert self.released.wait(30.0)
        self.exported += len(spans)
        return SpanExportResult.SUCCESS


def test_neither_making_spans_nor_closing_waits_for_an_endpoint_that_is_stuck() -> None:
    exporter = StuckExporter()
    tracing = Tracing(batch_processor(exporter), {}, FakeClock())
    for _ in range(600):  # more than one export's worth
        tracing.record(PLAIN)
    tracing.close(0.01)
    assert exporter.exported == 0  # so nobody has waited for it
    exporter.released.set()


def test_what_is_left_is_exported_at_the_end() -> None:
    exporter = StuckExporter()
    exporter.released.set()
    tracing = Tracing(batch_processor(exporter), {}, FakeClock())
    for _ in range(3):
        tracing.record(PLAIN)
    tracing.close(30.0)
    assert exporter.exported == 3
