"""The publishing side: an idempotent aiokafka producer that is replaced whenever a publish fails.

aiokafka's sender dies for good on a fatal idempotence error (OutOfOrderSequenceNumber, producer fenced) and gives no
sign but the failed futures. So a failed publish throws the producer away with everything still in it; the caller
repeats the whole call on a fresh one, which keeps the order of keys.

A publish that only takes too long has not failed: the producer goes on trying, and the same call repeated waits for
what it sent already. A fresh producer would publish twice whatever the old one's connections still delivered.

Records are gathered into batches here, one future a batch: a future for every record costs more than the record.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.partitioner import murmur2

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle
from adapters.kafka.producers import abandon, stopped_within
from contracts.topics import MAX_MESSAGE_BYTES
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, UnpublishableError

LOG: Final = logging.getLogger(__name__)

STOP_TIMEOUT: Final = 2.0
"""Seconds a producer may take to flush in the end."""

TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)

BATCH_BYTES: Final = 128 * 1024
"""The most one batch holds, unless a single record is larger: well below what a broker takes."""

PATIENCE: Final = 6
"""How often a call may run out of time before its producer is thrown away after all."""

Sent = tuple[list[OutgoingRecord], asyncio.Future[object]]
"""A batch and its acknowledgement."""


class _Waited(NamedTuple):
    """A call whose records are on their way.

    Attributes:
        patience: how often it may still run out of time.
    """

    records: Sequence[OutgoingRecord]
    sent: list[Sent]
    patience: int


class KafkaPublisher:
    """Implements `Publisher`.

    Args:
        compression: gzip, lz4, zstd, snappy or None.
    """

    def __init__(self, connection: KafkaConnection, client_id: str, compression: str | None = "lz4") -> None:
        self._connection = connection
        self._client_id = client_id
        self._compression = compression
        self._producer: AIOKafkaProducer | None = None
        self._waited: _Waited | None = None

    @property
    def _timeout(self) -> float:
        return self._connection.request_timeout_seconds

    async def start(self) -> None:
        """See `Publisher.start`."""
        await self._connected()

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """See `Publisher.publish`. A call is the same as the last one when it is given the very same sequence."""
        waited, self._waited = self._waited, None
        if waited is not None and waited.records is not records:
            await self._discard()  # what it would still deliver must not come behind newer records
            waited = None
        if waited is None:
            waited = _Waited(records, await self._send(records), PATIENCE)
        acknowledged = [acknowledgement for _, acknowledgement in waited.sent]
        # An idempotent sender repeats a batch for as long as the broker is away; the caller wants to know.
        if acknowledged and (await asyncio.wait(acknowledged, timeout=self._timeout))[1]:
            await self._overdue(waited)
        await self._judge(waited.sent)

    async def _overdue(self, waited: _Waited) -> None:
        if waited.patience > 1:
            self._waited = waited._replace(patience=waited.patience - 1)
        else:
            await self._discard()
        raise self._unavailable(TimeoutError(f"no acknowledgement within {self._timeout:g} s"))

    async def _judge(self, sent: list[Sent]) -> None:
        """Raise what became of batches, unless all were acknowledged."""
        failures = [(batch, error) for batch, future in sent if (error := future.exception()) is not None]
        if not failures:
            return
        await self._discard()  # also a gap in its sequence would kill the producer at the next record
        for batch, error in failures:
            if isinstance(error, TOO_LARGE) and len(batch) == 1:
                raise UnpublishableError(batch[0], str(error))
        raise self._unavailable(failures[0][1]) from failures[0][1]

    async def stop(self) -> None:
        """See `Publisher.stop`."""
        producer, self._producer = self._producer, None
        if producer is not None and not await stopped_within(producer, STOP_TIMEOUT):
            LOG.warning("producer dropped with records in it; they are published again")

    async def _send(self, records: Sequence[OutgoingRecord]) -> list[Sent]:
        producer = await self._connected()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._send_all(producer, records)
        except (KafkaError, TimeoutError) as error:
            await self._discard()
            raise self._unavailable(error) from error

    async def _send_all(self, producer: AIOKafkaProducer, records: Sequence[OutgoingRecord]) -> list[Sent]:
        sent: list[Sent] = []
        for (topic, partition), group in (await _by_partition(producer, records)).items():
            builder = producer.create_batch()
            batch: list[OutgoingRecord] = []
            for record in group:
                if batch and not _append(builder, record):
                    sent.append((batch, await producer.send_batch(builder, topic, partition=partition)))
                    builder, batch = producer.create_batch(), []
                if not batch:
                    _append(builder, record)  # the first one always fits
                batch.append(record)
            sent.append((batch, await producer.send_batch(builder, topic, partition=partition)))
        return sent

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._connection.aiokafka_options() | {"client_id": self._client_id},
                acks="all",
                enable_idempotence=True,
                compression_type=self._compression,
                max_batch_size=BATCH_BYTES,
                max_request_size=2 * MAX_MESSAGE_BYTES,
            )
            try:
                await producer.start()
            except KafkaError as error:
                await producer.stop()
                raise await find_obstacle(self._connection) or self._unavailable(error) from error
            self._producer = producer
        return self._producer

    async def _discard(self) -> None:
        """Throw the producer away: what is still in it must not be delivered, for the whole call is repeated."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await abandon(producer)

    def _unavailable(self, error: BaseException) -> UnavailableError:
        return UnavailableError(
            f"Kafka at {self._connection.bootstrap_servers} did not take the records "
            f"({type(error).__name__}: {error}); check that it runs and POON_KAFKA__BOOTSTRAP_SERVERS"
        )


async def _by_partition(
    producer: AIOKafkaProducer, records: Sequence[OutgoingRecord]
) -> dict[tuple[str, int], list[OutgoingRecord]]:
    """Records by where they go, in order. A key's partition is the one every other Kafka client would choose."""
    counts: dict[str, int] = {}
    grouped: dict[tuple[str, int], list[OutgoingRecord]] = {}
    for number, record in enumerate(records):
        count = counts.get(record.topic)
        if count is None:
            count = counts[record.topic] = len(await producer.partitions_for(record.topic))
        partition = record.partition
        if partition is None:
            partition = (number if record.key is None else _hash(record.key)) % count
        grouped.setdefault((record.topic, partition), []).append(record)
    return grouped


@lru_cache(maxsize=50_000)
def _hash(key: bytes) -> int:
    """The positive murmur2 hash of Kafka's default partitioner; aiokafka's is pure Python, and keys come again."""
    return int(murmur2(key)) & 0x7FFFFFFF


def _append(builder: Any, record: OutgoingRecord) -> bool:  # noqa: ANN401  aiokafka ships no types
    # A record needs a key or a value.
    value = b"" if record.key is None and record.value is None else record.value
    return builder.append(timestamp=None, key=record.key, value=value, headers=list(record.headers)) is not None
