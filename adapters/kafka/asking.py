"""Carries asks over Kafka: questions to the command topics, and the whole reply topic back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from adapters.kafka.producers import stopped_within
from adapters.kafka.tail import KafkaTail
from contracts.asking import Question, ReplyRecord
from contracts.topics import MAX_MESSAGE_BYTES
from workers.ports.messages import OutgoingRecord, UnpublishableError
from workers.ports.outcomes import FromEnd

POLL_SECONDS: Final = 1.0
STOP_SECONDS: Final = 2.0


class KafkaAskTransport:
    """Implements `AskTransport`.

    Its producer is not idempotent: many asks share it, and one that cannot die of a fatal error need not be replaced
    under them. The client sends one batch of a partition at a time, so order is kept all the same, and the fleet
    recognises a repeated command.

    Args:
        reply_topic: where answers are awaited; has to exist.
        compression: gzip, lz4, zstd, snappy or None.
    """

    def __init__(self, connection: KafkaConnection, reply_topic: str, compression: str | None = "lz4") -> None:
        self._connection = connection
        name = reply_topic.rpartition(".")[2]
        self._tail = KafkaTail(connection, [reply_topic], FromEnd(), cure=f"poon topics apply --replies {name}")
        self._compression = compression
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """See `AskTransport.start`.

        Raises:
            UnavailableError: the broker cannot be reached or the reply topic is missing.
        """
        await self._tail.start()
        producer = AIOKafkaProducer(
            **self._connection.aiokafka_options(),
            acks="all",
            compression_type=self._compression,
            max_request_size=2 * MAX_MESSAGE_BYTES,
        )
        try:
            await producer.start()
        except BaseException as error:
            await producer.stop()
            await self._tail.stop()
            if not isinstance(error, KafkaError):
                raise
            raise await find_obstacle(self._connection) or unreachable(self._connection, str(error)) from None
        self._producer = producer

    async def send(self, question: Question) -> None:
        """See `AskTransport.send`.

        Raises:
            UnavailableError: the broker did not take it.
            UnpublishableError: it is too large.
        """
        if self._producer is None:
            raise RuntimeError("send before start")
        try:
            await self._producer.send_and_wait(
                question.topic, question.value, key=question.key, headers=list(question.headers)
            )
        except MessageSizeTooLargeError as error:
            record = OutgoingRecord(question.topic, question.key, question.value, question.headers)
            raise UnpublishableError(record, str(error)) from None
        except KafkaError as error:
            raise unreachable(self._connection, f"{type(error).__name__}: {error}") from None

    async def receive(self) -> Sequence[ReplyRecord]:
        """See `AskTransport.receive`.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        return await self._tail.read(POLL_SECONDS)

    async def stop(self) -> None:
        """See `AskTransport.stop`."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await stopped_within(producer, STOP_SECONDS)  # what is left in it nobody waits for any more
        await self._tail.stop()
