"""Spans by OpenTelemetry's messaging conventions, made after the fact from what the runtime tells.

    poll T, send T, commit T, store    one for each operation of a batch
    process T                          one for each batch, linked to the senders' spans, at most MAX_LINKS of them
    process T and what is below it     one tree for each command worth it (`sampling`): see `command_spans`

A span costs 20 µs and as much again to export, so each kind is held to a rate; what is above it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from opentelemetry.trace import SpanKind

from adapters.telemetry.command_spans import CommandSpans, operation
from adapters.telemetry.kept import KeptSpans
from adapters.telemetry.quiet import QuietObserver
from adapters.telemetry.sampling import (
    RateLimit,
    Sampling,
    TraceContext,
    is_chosen,
    is_sound,
    parse_traceparent,
)
from adapters.telemetry.tracing import Attribute, Span, Tracing
from contracts.topics import TopicRole, topic_name
from workers.ports.messages import RawRecord
from workers.ports.observing import Attempt, Settled

MAX_LINKS: Final = 32
"""A link costs 3 µs; that many show where a batch came from."""


class Traces(QuietObserver):
    """`Observer` that makes the spans of one worker.

    Args:
        area: its area.
        group: its consumer group.
        spans_per_second: the most spans of a kind, and command spans of a reason, each with its parts.
        kept: told which commands have spans.
    """

    def __init__(
        self,
        tracing: Tracing,
        sampling: Sampling,
        group: str,
        spans_per_second: float,
        kept: KeptSpans | None = None,
    ) -> None:
        self._tracing = tracing
        self._sampling = sampling
        self._rate = spans_per_second
        self._limits: dict[str, RateLimit] = {}
        self._suppressed = 0
        self._commands = topic_name(sampling.area, TopicRole.COMMANDS)
        self._outcomes = topic_name(sampling.area, TopicRole.EVENTS)
        self._consumer: dict[str, Attribute] = {"messaging.consumer.group.name": group}
        self._kept = kept or KeptSpans()
        self._trees = CommandSpans(tracing, sampling, self._consumer)

    @property
    def suppressed(self) -> int:
        """Spans that were not made because of the rate."""
        return self._suppressed

    def taken(self, records: Sequence[RawRecord], at: float) -> None:
        if not self._admits("poll", at):
            return
        attributes = operation("poll", "receive", self._commands) | self._consumer
        attributes["messaging.batch.message_count"] = len(records)
        self._record(f"poll {self._commands}", SpanKind.CLIENT, (at, at), attributes)

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None:
        if not self._admits("store", ended):
            return
        attributes: dict[str, Attribute] = {"poon.store.decisions": decisions, "poon.store.duplicates": duplicates}
        self._record("store", SpanKind.INTERNAL, (started, ended), attributes)

    def published(self, records: int, started: float, ended: float) -> None:
        if not self._admits("send", ended):
            return
        attributes = operation("send", "send", self._outcomes)
        attributes["messaging.batch.message_count"] = records
        self._record(f"send {self._outcomes}", SpanKind.CLIENT, (started, ended), attributes)

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        if not self._admits("commit", ended):
            return
        attributes = operation("commit", "settle", self._commands) | self._consumer
        attributes["poon.partitions"] = partitions
        kind = None if error is None else type(error).__name__
        self._record(f"commit {self._commands}", SpanKind.CLIENT, (started, ended), attributes, kind)

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        self._kept.begin()
        if not batch:  # none of those stored together was settled by it
            return
        whole = self._batch(batch, at) if self._admits("process", at) else None
        reason_of = self._sampling.reason
        for one in batch:
            reason = reason_of(one, at)
            if reason is not None and self._admits(reason, at):
                self._kept.keep(one.record, self._trees.settled(one, at, reason, whole))

    def attempt_failed(self, attempt: Attempt) -> None:
        if not self._admits("attempt", attempt.ended):
            return
        self._trees.attempt(attempt)

    def _batch(self, batch: Sequence[Settled], at: float) -> TraceContext:
        attributes = operation("process", "process", self._commands) | self._consumer
        attributes["messaging.batch.message_count"] = len(batch)
        return self._tracing.record(
            Span(
                name=f"process {self._commands}",
                kind=SpanKind.CONSUMER,
                start=min(one.started for one in batch),
                end=at,
                attributes=attributes,
                links=sampled_senders(batch),
            )
        )

    def _record(
        self,
        name: str,
        kind: SpanKind,
        times: tuple[float, float],
        attributes: dict[str, Attribute],
        error: str | None = None,
    ) -> None:
        start, end = times
        self._tracing.record(Span(name=name, kind=kind, start=start, end=end, attributes=attributes, error=error))

    def _admits(self, kind: str, at: float) -> bool:
        limit = self._limits.get(kind)
        if limit is None:
            limit = self._limits[kind] = RateLimit(self._rate)
        if limit.admits(at):
            return True
        self._suppressed += 1
        return False


def sampled_senders(batch: Sequence[Settled]) -> list[TraceContext]:
    """The senders' spans that are kept somewhere, the first MAX_LINKS of them; a link to another would lead nowhere."""
    given = (one.envelope.traceparent for one in batch)
    chosen = (traceparent for traceparent in given if is_sound(traceparent) and is_chosen(traceparent))
    return [context for context in map(parse_traceparent, islice(chosen, MAX_LINKS)) if context is not None]
