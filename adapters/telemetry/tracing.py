"""The OpenTelemetry SDK as this process uses it: spans made after the fact, exported by a thread of its own.

A provider of our own, no globals. Whether a span is worth making is decided before (`sampling`), so the SDK keeps all.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from adapters.telemetry.sampling import TraceContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import SpanProcessor

    from workers.ports.clock import Clock

SCOPE: Final = "poon.workers"
QUEUED_SPANS: Final = 4_096
EXPORTED_AT_ONCE: Final = 256
EXPORT_INTERVAL: Final = 1.0
"""Seconds between two exports while few spans are made."""

GIVING_UP: Final = 0.5
"""Seconds an export is given to notice that it was given up."""

EXPORT_TIMEOUT: Final = 5.0
"""Seconds one export may take, its repetitions included; spans that wait meanwhile are dropped above QUEUED_SPANS."""

Attribute = str | bool | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span to make.

    Attributes:
        start: a reading of the monotonic clock, seconds; so is `end`.
        own: its context, where it must be one known beforehand; made up otherwise.
        parent: the span it belongs under; a root without one.
        error: the class of error it ended with.
    """

    name: str
    start: float
    end: float
    attributes: Mapping[str, Attribute]
    kind: SpanKind = SpanKind.INTERNAL
    own: TraceContext | None = None
    parent: TraceContext | None = None
    links: Sequence[TraceContext] = ()
    error: str | None = None


class _Ids(IdGenerator):
    """Random ids, unless those of the next span were chosen; used by one thread."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self.chosen: TraceContext | None = None

    def generate_span_id(self) -> int:
        return self._random.generate_span_id() if self.chosen is None else self.chosen.span_id

    def generate_trace_id(self) -> int:
        return self._random.generate_trace_id() if self.chosen is None else self.chosen.trace_id


class Tracing:
    """Makes the spans of a process.

    Args:
        processor: takes the spans; must not block.
        resource: what the spans say of this process.
        clock: tells when a span began.
        give_up: ends an export that goes on although nobody waits for it any more.
    """

    def __init__(
        self,
        processor: SpanProcessor,
        resource: Mapping[str, str],
        clock: Clock,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._give_up = give_up
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            # Honours OTEL_RESOURCE_ATTRIBUTES too, which is how clusters name pods and nodes.
            resource=Resource.create(dict(resource)),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(SCOPE)

    def record(self, span: Span) -> TraceContext:
        """Make a span that has ended; it is exported later. Returns its context."""
        epoch = self._clock.now().timestamp() - self._clock.monotonic()
        attributes = dict(span.attributes) if span.error is None else {**span.attributes, "error.type": span.error}
        parent = trace.set_span_in_context(NonRecordingSpan(_sdk(span.parent))) if span.parent else Context()
        self._ids.chosen = span.own
        made = self._tracer.start_span(
            span.name,
            context=parent,
            kind=span.kind,
            attributes=attributes,
            links=[Link(_sdk(link)) for link in span.links],
            start_time=_nanoseconds(epoch + span.start),
        )
        if span.error is not None:
            made.set_status(Status(StatusCode.ERROR))
        made.end(_nanoseconds(epoch + span.end))
        context = made.get_span_context()
        return TraceContext(context.trace_id, context.span_id, sampled=True)

    def close(self, timeout: float) -> None:
        """Export what is left, for at most so many seconds.

        The SDK waits up to 30 s for an endpoint that does not answer, so a thread that may be left behind does it.
        """
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(timeout)
        if closing.is_alive():
            self._give_up()
            closing.join(GIVING_UP)


def open_tracing(endpoint: str, headers: Mapping[str, str], resource: Mapping[str, str], clock: Clock) -> Tracing:
    """Tracing that exports to an OTLP/HTTP endpoint.

    Args:
        endpoint: the collector's URL, without the path of traces.
        headers: sent with every export.
        resource: what the spans say of this process.
        clock: tells when a span began.
    """
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", headers=dict(headers), timeout=EXPORT_TIMEOUT)
    return Tracing(batch_processor(exporter), resource, clock, exporter.shutdown)


def batch_processor(exporter: SpanExporter) -> SpanProcessor:
    """A processor that queues; its thread exports."""
    return BatchSpanProcessor(
        exporter,
        max_queue_size=QUEUED_SPANS,
        schedule_delay_millis=EXPORT_INTERVAL * 1000,
        max_export_batch_size=EXPORTED_AT_ONCE,
    )


def _sdk(context: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT)
    return SpanContext(context.trace_id, context.span_id, is_remote=True, trace_flags=flags)


def _nanoseconds(moment: float) -> int:
    return round(moment * 1_000_000_000)
