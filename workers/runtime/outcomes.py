"""From a decision, a rejection or a failure to the events that are stored and the records that are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from contracts.base import Command, Event
from contracts.codec import encode
from contracts.commands.privacy import EraseOwner
from contracts.envelope import Envelope, event_id
from contracts.errors import ErrorCode
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.registry import AREAS, FAILURES, REJECTIONS
from contracts.topics import WORKFLOW_REPLIES, TopicRole, topic_name
from workers.ports.errors import RejectionError
from workers.ports.handling import Decision, NewEvent
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent, Verdict
from workers.ports.tracing import NOTHING, Carried
from workers.runtime.deliveries import NOBODY, POISON, Defect, Delivery

_EVENT_TOPICS: Final = {area: topic_name(area, TopicRole.EVENTS) for area in AREAS}
_COMMAND_TOPICS: Final = {area: topic_name(area, TopicRole.COMMANDS) for area in AREAS}
_COMMANDS: Final = frozenset(_COMMAND_TOPICS.values())
SOURCE: Final = "/poon/workers/"
"""``ce_source`` of outcomes is this and the area."""


def decided(delivery: Delivery, decision: Decision, now: datetime) -> Verdict:
    """The verdict of a handler's decision."""
    last = len(decision.events) - 1
    events = tuple(
        [
            _stored(delivery, event, ordinal, now, terminal=ordinal == last)
            for ordinal, event in enumerate(decision.events)
        ]
    )
    return Verdict(delivery.inbox_key, events, decision.states, None, decision.workflow, _sent_at(delivery))


def rejected(delivery: Delivery, error: RejectionError, now: datetime) -> Verdict:
    """The verdict on wrong input that a handler refused."""
    payload = REJECTIONS[delivery.area](
        command_type=delivery.envelope.type,
        command_id=delivery.envelope.id,
        code=error.code,
        message=LocalizedText.of(error.code),
        field=error.field,
        reason=error.reason,
        current_version=error.current_version,
    )
    return _single(delivery, payload, now)


def erased(delivery: Delivery, now: datetime) -> Verdict:
    """The verdict on a command that was sent before its owner was erased; it holds nothing of the owner."""
    reason = "it was sent before the owner was erased"
    return rejected(delivery, RejectionError(ErrorCode.OWNER_ERASED, reason), now)._replace(sent_at=None)


def defective(delivery: Delivery, defect: Defect, now: datetime) -> Verdict:
    """The verdict on a record that is no valid command."""
    payload = REJECTIONS[delivery.area](
        command_type=None if delivery.envelope.type == NOBODY else delivery.envelope.type,
        command_id=delivery.envelope.id,
        code=defect.code,
        message=LocalizedText.of(defect.code),
        field=defect.field,
        reason=defect.reason,
        dead_letter=dead_letter_place(delivery) if defect.code in POISON else None,
    )
    return _single(delivery, payload, now)


def failed(delivery: Delivery, code: ErrorCode, reason: str, attempts: int, now: datetime) -> Verdict:
    """The verdict when the fleet gives up."""
    payload = FAILURES[delivery.area](
        command_type=delivery.envelope.type,
        command_id=delivery.envelope.id,
        code=code,
        message=LocalizedText.of(code),
        reason=reason,
        attempts=attempts,
        dead_letter=dead_letter_place(delivery),
    )
    return _single(delivery, payload, now)


def dead_letter_place(delivery: Delivery) -> DeadLetter:
    """Where the delivery's record waits once it is dead-lettered."""
    return DeadLetter(
        topic=topic_name(delivery.area, TopicRole.DEAD_LETTERS),
        original_topic=delivery.record.topic,
        original_partition=delivery.record.partition,
        original_offset=delivery.record.offset,
    )


def outgoing(events: Sequence[StoredEvent], carried: Carried = NOTHING) -> list[OutgoingRecord]:
    """The records that publish stored events: the same bytes and ids, however often.

    Args:
        events: of one command.
        carried: the trace context they go out with.
    """
    return [_outgoing(event, carried) for event in events]


def _outgoing(event: StoredEvent, carried: Carried) -> OutgoingRecord:
    # What a workflow sends waits among its events, and is answered where workflows listen.
    is_command = event.topic in _COMMANDS
    envelope = Envelope(
        id=str(event.id),
        source=SOURCE + event.handler,
        type=event.type,
        time=event.occurred_at,
        tenant=event.tenant,
        owner=event.owner,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        sequence=str(event.version),
        reply_to=WORKFLOW_REPLIES.name if is_command else None,
        traceparent=carried.traceparent,
        tracestate=carried.tracestate,
    )
    return OutgoingRecord(event.topic, envelope.key.encode(), event.data.encode(), envelope.headers())


def _single(delivery: Delivery, payload: Event, now: datetime) -> Verdict:
    events = (_stored(delivery, NewEvent(payload), 0, now, terminal=True),)
    return Verdict(delivery.inbox_key, events, sent_at=_sent_at(delivery))


def _sent_at(delivery: Delivery) -> datetime | None:
    """When the command was sent; not of one that erases its owner, which would undo itself."""
    return None if delivery.area == EraseOwner.area else delivery.envelope.time


def _stored(delivery: Delivery, event: NewEvent, ordinal: int, now: datetime, *, terminal: bool) -> StoredEvent:
    envelope = delivery.envelope
    payload = event.payload
    own_stream = event.stream is None
    return StoredEvent(
        id=event_id(delivery.area, envelope.tenant, envelope.id, ordinal),
        tenant=envelope.tenant,
        stream=delivery.inbox_key.own_stream if event.stream is None else event.stream,
        version=ordinal + 1 if own_stream else event.version,
        handler=delivery.area,
        causation_id=envelope.id,
        ordinal=ordinal,
        type=payload.type,
        topic=(_COMMAND_TOPICS if isinstance(payload, Command) else _EVENT_TOPICS)[payload.area],
        owner=envelope.owner,
        correlation_id=envelope.correlation_id or envelope.id,
        occurred_at=now,
        data=encode(payload).decode(),
        terminal=terminal,
    )
