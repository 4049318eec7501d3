"""Spans of those who follow outcomes: where a trace ends, in the read models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Final

from opentelemetry.trace import SpanKind

from adapters.telemetry.command_spans import operation
from adapters.telemetry.sampling import RateLimit, TraceContext, parse_traceparent
from adapters.telemetry.traces import MAX_LINKS
from adapters.telemetry.tracing import Attribute, Span, Tracing
from workers.ports.clock import Clock
from workers.ports.messages import RawRecord

Apply = Callable[[Sequence[RawRecord]], Awaitable[None]]
BATCH: Final = "apply outcomes"
_TOLD: Final = (
    ("messaging.message.id", "ce_id"),
    ("messaging.message.conversation_id", "ce_correlationid"),
    ("cloudevents.event_type", "ce_type"),
)


class FollowedTraces:
    """Makes a span for each batch that was applied, and one for each outcome in it whose trace is kept.

    Whether it is kept was decided where the command was: its outcomes carry that on. What an outcome says is not read.

    Args:
        group: its consumer group.
        spans_per_second: the most spans of a kind.
        slow: seconds a batch takes to have a span whatever the rate.
    """

    def __init__(self, tracing: Tracing, clock: Clock, group: str, spans_per_second: float, slow: float) -> None:
        self._tracing = tracing
        self._clock = clock
        self._consumer: dict[str, Attribute] = {"messaging.consumer.group.name": group}
        self._batches = RateLimit(spans_per_second)
        self._outcomes = RateLimit(spans_per_second)
        self._slow = slow
        self._suppressed = 0

    @property
    def suppressed(self) -> int:
        """Spans that were not made because of the rate."""
        return self._suppressed

    def around(self, apply: Apply) -> Apply:
        """The same, with spans of each batch that was applied."""

        async def traced(records: Sequence[RawRecord]) -> None:
            started = self._clock.monotonic()
            await apply(records)
            self.applied(records, started, self._clock.monotonic())

        return traced

    def applied(self, records: Sequence[RawRecord], started: float, ended: float) -> None:
        """These records were applied together."""
        kept = [(record, context) for record in records if (context := sampled(record)) is not None]
        whole = self._batch(len(records), [context for _, context in kept], started, ended)
        for record, context in kept:
            if self._outcomes.admits(ended):
                self._outcome(record, context, whole, (started, ended))
            else:
                self._suppressed += 1

    def _batch(self, count: int, contexts: Sequence[TraceContext], started: float, ended: float) -> TraceContext | None:
        if not self._batches.admits(ended) and ended - started < self._slow:
            self._suppressed += 1
            return None
        attributes: dict[str, Attribute] = {**self._consumer, "messaging.batch.message_count": count}
        links = list(islice(contexts, MAX_LINKS))
        return self._tracing.record(Span(name=BATCH, start=started, end=ended, attributes=attributes, links=links))

    def _outcome(
        self, record: RawRecord, context: TraceContext, whole: TraceContext | None, times: tuple[float, float]
    ) -> None:
        attributes = operation("process", "process", record.topic) | self._consumer
        attributes |= {
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        }
        told = {name: _header(record, header) for name, header in _TOLD}
        attributes |= {name: value for name, value in told.items() if value is not None}
        start, end = times
        self._tracing.record(
            Span(
                name=f"process {record.topic}",
                kind=SpanKind.CONSUMER,
                start=start,
                end=end,
                attributes=attributes,
                parent=context,
                links=[context] if whole is None else [context, whole],
            )
        )


def sampled(record: RawRecord) -> TraceContext | None:
    """The context a record came with, if its span is kept."""
    context = parse_traceparent(_header(record, "traceparent"))
    return context if context is not None and context.sampled else None


def _header(record: RawRecord, wanted: str) -> str | None:
    for name, value in record.headers:
        if name == wanted and value is not None:
            return value.decode(errors="replace")
    return None
