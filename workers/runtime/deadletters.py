"""Dead letters: the original record with its provenance, under the header names Spring Kafka uses.

Names and formats: spring-kafka `KafkaHeaders` (``kafka_dlt-*``); partition is int32, offset and time-stamp are int64,
big endian, so that existing tools read them.
"""

from __future__ import annotations

import struct
from typing import Final

from contracts.topics import TopicRole, topic_name
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent
from workers.runtime.deliveries import Defect, Delivery
from workers.runtime.retry import GiveUp

PREFIX: Final = "kafka_dlt-"
OUTCOME_HEADER: Final = "poon_outcome-id"


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
