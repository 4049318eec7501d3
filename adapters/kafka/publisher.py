"""The publishing side: an idempotent aiokafka producer that is replaced whenever a publish fails.

aiokafka's sender dies for good on a fatal idempotence error (OutOfOrderSequenceNumber, producer fenced) and gives no
sign but the failed futures. So a failed publish throws the producer away with everything still in it; the caller
repeats the whole call on a fresh one, which keeps the order of keys.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle
from adapters.kafka.producers import stopped_within
from contracts.topics import MAX_MESSAGE_BYTES
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, UnpublishableError

LOG: Final = logging.getLogger(__name__)

DISCARD_TIMEOUT: Final = 2.0
"""Seconds a failed producer may take to go."""

TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)


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

    async def start(self) -> None:
        """See `Publisher.start`."""
        await self._connected()

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """See `Publisher.publish`."""
        producer = await self._connected()
        try:
            # An idempotent sender repeats a batch for as long as the broker is away; the caller wants to know.
            async with asyncio.timeout(self._connection.request_timeout_seconds):
                acknowledgements = [await self._send(producer, record) for record in records]
                results = await asyncio.gather(*acknowledgements, return_exceptions=True)
        except (KafkaError, TimeoutError) as error:
            await self._discard()
            raise self._unavailable(error) from error
        for record, result in zip(records, results, strict=True):
            if isinstance(result, TOO_LARGE):
                await self._discard()  # the gap in its sequence would kill the producer at the next record
                raise UnpublishableError(record, str(result))
        failures = [result for result in results if isinstance(result, BaseException)]
        if failures:
            await self._discard()
            raise self._unavailable(failures[0]) from failures[0]

    async def stop(self) -> None:
        """See `Publisher.stop`."""
        await self._discard()

    async def _send(self, producer: AIOKafkaProducer, record: OutgoingRecord) -> asyncio.Future[object]:
        try:
            acknowledgement: asyncio.Future[object] = await producer.send(
                record.topic,
                b"" if record.key is None and record.value is None else record.value,  # the client takes no such record
                key=record.key,
                headers=list(record.headers),
            )
        except TOO_LARGE as error:
            raise UnpublishableError(record, str(error)) from error
        return acknowledgement

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._connection.aiokafka_options() | {"client_id": self._client_id},
                acks="all",
                enable_idempotence=True,
                compression_type=self._compression,
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
        producer, self._producer = self._producer, None
        if producer is not None and not await stopped_within(producer, DISCARD_TIMEOUT):
            LOG.warning("producer dropped with records in it; they are published again")

    def _unavailable(self, error: BaseException) -> UnavailableError:
        return UnavailableError(
            f"Kafka at {self._connection.bootstrap_servers} did not take the records "
            f"({type(error).__name__}: {error}); check that it runs and POON_KAFKA__BOOTSTRAP_SERVERS"
        )
