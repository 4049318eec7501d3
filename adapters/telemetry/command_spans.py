"""The tree of spans of one command, made after it has ended.

process T                in its sender's trace
wait                   until its first attempt
attempt                one that failed, made when it did
chat M               what it asked a model: OpenTelemetry's conventions for generative AI
back-off             until the next one
handle                 the attempt that led to the decision
chat M, recognise    likewise
settle                 until its outcome was acknowledged
store                the transaction that it shared with others
send E               the publication, its turn included
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from opentelemetry.trace import SpanKind

from adapters.telemetry.sampling import Reason, Sampling, TraceContext, parse_traceparent
from adapters.telemetry.tracing import Attribute, Span, Tracing
from contracts.topics import TopicRole, topic_name
from workers.ports.calls import Call, ModelUse
from workers.ports.observing import Attempt, Settled

SPEAKS: Final = "openai"
"""`gen_ai.provider.name`: what a client can tell of a server is which protocol it speaks, say the conventions."""


def operation(name: str, kind: str, destination: str) -> dict[str, Attribute]:
    """The attributes of every operation on messages."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
        "messaging.destination.name": destination,
    }


class CommandSpans:
    """Makes the trees of one worker's commands.

    Args:
        consumer: the attributes that name who consumes.
    """

    def __init__(self, tracing: Tracing, sampling: Sampling, consumer: Mapping[str, Attribute]) -> None:
        self._tracing = tracing
        self._sampling = sampling
        self._consumer = consumer
        self._outcomes = topic_name(sampling.area, TopicRole.EVENTS)

    def settled(self, one: Settled, at: float, reason: Reason, whole: TraceContext | None) -> TraceContext:
        """The tree of a command that has ended; returns its root's context.

        Args:
            one: the command.
            at: when it ended.
            reason: why it has a tree.
            whole: the span of the batch it was in, which it is linked to.
        """
        sender = parse_traceparent(one.envelope.traceparent)
        own = self._tracing.record(
            Span(
                name=f"process {one.record.topic}",
                kind=SpanKind.CONSUMER,
                start=one.taken,
                end=at,
                attributes=self._attributes(one, reason),
                # One delivered again would get the id of the span that the first delivery has left.
                own=None if one.duplicate else self._sampling.context(one.envelope),
                parent=sender,
                links=[context for context in (sender, whole) if context is not None],
                error=one.code if reason is Reason.FAILED else None,
            )
        )
        self._part("wait", own, one.taken, one.started if one.first is None else one.first)
        if not (reason is Reason.FAILED and one.attempts):  # its last attempt has told the same
            handled = self._part("handle", own, one.started, one.decided)
            self._calls(one.calls, handled)
        self._settling(one, at, own)
        return own

    def attempt(self, attempt: Attempt) -> None:
        """A failed attempt, below the span that its command will have."""
        error = type(attempt.error)
        attributes: dict[str, Attribute] = {
            "poon.attempt": attempt.number,
            "exception.type": f"{error.__module__}.{error.__qualname__}",
        }
        command = self._sampling.context(attempt.envelope)
        tried = self._tracing.record(
            Span(
                name="attempt",
                start=attempt.started,
                end=attempt.ended,
                attributes=attributes,
                parent=command,
                error=attempt.code,
            )
        )
        self._calls(attempt.calls, tried)
        if attempt.delay is not None:
            self._part("back-off", command, attempt.ended, attempt.ended + attempt.delay)

    def _settling(self, one: Settled, at: float, own: TraceContext) -> None:
        settled = self._part("settle", own, one.decided, at)
        if one.storing is None or one.stored is None:
            return
        self._part("store", settled, one.storing, one.stored)
        attributes = operation("send", "send", self._outcomes) | {
            "messaging.message.id": str(one.outcome_id),
            "messaging.message.conversation_id": one.envelope.correlation_id or one.envelope.id,
            "cloudevents.event_type": one.outcome,
        }
        name, kind = f"send {self._outcomes}", SpanKind.PRODUCER
        self._tracing.record(
            Span(name=name, kind=kind, start=one.stored, end=at, attributes=attributes, parent=settled)
        )

    def _calls(self, calls: Sequence[Call], parent: TraceContext) -> None:
        for call in calls:
            name = f"recognise {call.backend}" if call.model is None else f"chat {call.model.model}"
            kind = SpanKind.INTERNAL if call.model is None else SpanKind.CLIENT
            attributes: dict[str, Attribute] = {"poon.capability": call.capability, "poon.backend": call.backend}
            if call.model is not None:
                attributes |= model_attributes(call.model)
            self._tracing.record(
                Span(
                    name=name,
                    kind=kind,
                    start=call.started,
                    end=call.ended,
                    attributes=attributes,
                    parent=parent,
                    error=call.error,
                )
            )

    def _part(self, name: str, parent: TraceContext, start: float, end: float) -> TraceContext:
        return self._tracing.record(Span(name=name, start=start, end=end, attributes={}, parent=parent))

    def _attributes(self, one: Settled, reason: Reason) -> dict[str, Attribute]:
        record, envelope = one.record, one.envelope
        attributes = operation("process", "process", record.topic) | dict(self._consumer)
        attributes |= {
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
            "messaging.message.id": envelope.id,
            "messaging.message.conversation_id": envelope.correlation_id or envelope.id,
            "cloudevents.event_type": envelope.type,
            "poon.tenant": envelope.tenant,
            "poon.outcome": one.outcome,
            "poon.attempts": one.attempts,
            "poon.duplicate": one.duplicate,
            "poon.sampled_for": str(reason),
        }
        if one.code is not None:
            attributes["poon.code"] = one.code
        return attributes


def model_attributes(use: ModelUse) -> dict[str, Attribute]:
    """The attributes of a question to a model: the conventions', and for what they have no name, ours."""
    attributes: dict[str, Attribute] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": SPEAKS,
        "gen_ai.request.model": use.model,
        "gen_ai.request.max_tokens": use.most_tokens,
        "gen_ai.output.type": "json",
        "server.address": use.host,
        "server.port": use.port,
        "gen_ai.usage.input_tokens": use.input_tokens,
        "gen_ai.usage.output_tokens": use.output_tokens,
        "poon.model.requests": use.requests,
    }
    told: dict[str, Attribute | None] = {
        "gen_ai.request.temperature": use.temperature,
        "gen_ai.response.model": use.answered_by,
        "gen_ai.response.finish_reasons": None if use.finish_reason is None else (use.finish_reason,),
        "poon.model.cost": None if use.cost is None else float(use.cost),
        "poon.model.currency": use.currency or None,
    }
    return attributes | {name: value for name, value in told.items() if value is not None}
