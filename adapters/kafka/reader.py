"""Follows outcome topics, and reads what is on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.tail import KafkaTail
from contracts.base import Event
from contracts.codec import PayloadError, decode_event
from contracts.envelope import Envelope, EnvelopeError, parse_envelope
from workers.ports.messages import Partition, RawRecord
from workers.ports.outcomes import Outcome, StartAt


class KafkaOutcomeReader:
    """`OutcomeReader` on Kafka. Partitions added after `start` are not followed."""

    def __init__(
        self,
        connection: KafkaConnection,
        topics: Sequence[str],
        start_at: StartAt,
        connect_timeout_seconds: float = 10.0,
    ) -> None:
        self._tail = KafkaTail(connection, topics, start_at, connect_timeout_seconds)

    async def start(self) -> None:
        await self._tail.start()

    async def read(self, timeout_seconds: float) -> Sequence[Outcome]:
        return [outcome_of(record) for record in await self._tail.read(timeout_seconds)]

    async def stop(self) -> None:
        await self._tail.stop()


def outcome_of(record: RawRecord) -> Outcome:
    """Read a record of an outcome topic; what cannot be read is said, never raised."""
    timestamp = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    envelope, event, problem = _understood(record, timestamp)
    return Outcome(
        partition=Partition(record.topic, record.partition),
        offset=record.offset,
        timestamp=timestamp,
        envelope=envelope,
        event=event,
        problem=problem,
    )


def _understood(record: RawRecord, timestamp: datetime) -> tuple[Envelope | None, Event | None, str | None]:
    try:
        envelope = parse_envelope(record.headers, timestamp)
    except EnvelopeError as error:
        return None, None, f"header {error}"
    try:
        return envelope, decode_event(envelope.type, record.value), None
    except PayloadError as error:
        return envelope, None, str(error)
