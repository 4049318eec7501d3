"""Dead letters: the original record with its provenance, under the header names Spring Kafka uses.

Names and formats: spring-kafka `KafkaHeaders` (``kafka_dlt-*``); partition is int32, offset and time-stamp are int64,
big endian, so that existing tools read them.
"""

from __future__ import annotations

import struct
from typing import Final

from contracts.codec import decode_event
from contracts.events.outcomes import CommandFailed, Unsuccessful
from contracts.headers import REDRIVE_COUNT
from contracts.topics import TopicRole, topic_name
from workers.ports.dead_letters import Contents, DeadLetter
from workers.ports.messages import OutgoingRecord, RawRecord
from workers.ports.store import StoredEvent, Verdict
from workers.runtime.deliveries import Defect, Delivery
from workers.runtime.retry import GiveUp

PREFIX: Final = "kafka_dlt-"
OUTCOME_HEADER: Final = "poon_outcome-id"
_MOST_DIGITS: Final = 6


def dead_letter(delivery: Delivery, group: str, outcome: StoredEvent, reason: str) -> OutgoingRecord:
    """The dead-letter record of a delivery: key, value and headers as they came, and where and why.

    Args:
        delivery: what is given up.
        group: the consumer group that gave up.
        outcome: the terminal event that says so; its id is in the headers, so that the two can be joined.
        reason: code and reason, for people.
    """
    record = delivery.record
    cause = GiveUp if delivery.defect is None else Defect
    provenance = {
        "original-topic": record.topic.encode(),
        "original-partition": struct.pack(">i", record.partition),
        "original-offset": struct.pack(">q", record.offset),
        "original-timestamp": struct.pack(">q", record.timestamp),
        "original-consumer-group": group.encode(),
        "exception-fqcn": f"{cause.__module__}.{cause.__qualname__}".encode(),
        "exception-message": reason.encode(),
        "exception-stacktrace": b"",
    }
    headers = [
        (name, value or b"") for name, value in record.headers if not name.startswith(PREFIX) and name != OUTCOME_HEADER
    ]
    headers += [(PREFIX + name, value) for name, value in provenance.items()]
    headers.append((OUTCOME_HEADER, str(outcome.id).encode()))
    return OutgoingRecord(topic_name(delivery.area, TopicRole.DEAD_LETTERS), record.key, record.value, tuple(headers))


def without_content(record: OutgoingRecord) -> OutgoingRecord | None:
    """A dead letter too large to publish, cut down to where the original lies; None where there is nothing to cut."""
    kept = tuple((name, value) for name, value in record.headers if name.startswith(PREFIX) or name == OUTCOME_HEADER)
    stub = OutgoingRecord(record.topic, None, b"", kept)
    return stub if kept and stub != record else None


def lettered(verdict: Verdict, delivery: Delivery, group: str) -> Verdict:
    """The verdict on a command that is given up, with the row that operators find it by."""
    outcome, record = verdict.events[-1], delivery.record
    told = decode_event(outcome.type, outcome.data.encode())
    if not isinstance(told, Unsuccessful):
        raise TypeError(f"{outcome.type} does not say why a command is given up")
    letter = DeadLetter(
        id=outcome.id,
        tenant=outcome.tenant,
        owner=outcome.owner,
        area=delivery.area,
        command_id=outcome.causation_id,
        command_type=delivery.envelope.type,
        code=str(told.code),
        reason=_storable(f"{told.field}: {told.reason}" if told.field else told.reason),
        attempts=told.attempts if isinstance(told, CommandFailed) else 0,
        redrives=redrive_count(record),
        group=group,
        failed_at=outcome.occurred_at,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        contents=Contents(record.value, tuple((name, value) for name, value in record.headers)),
    )
    return verdict._replace(dead_letter=letter)


def redrive_count(record: RawRecord) -> int:
    """How many redrives led to a record; 0 where the header is missing or no count."""
    text = dict(record.headers).get(REDRIVE_COUNT) or b""
    return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _storable(text: str) -> str:
    """A text every database can hold: an outcome must never fail for the words of a backend's error."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
