"""Publishes replies through librdkafka: taking one over returns at once, and every topic has a queue of its own there.

Not through the outcome publisher. A topic that refuses a record leaves a gap in an idempotent producer's sequence, and
the next record of that partition kills the producer with all the outcomes in it; and aiokafka's `send` waits for the
metadata of an unknown topic, and for room in a partition whose leader is away.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from adapters.kafka.connection import KafkaConnection
from contracts.topics import MAX_MESSAGE_BYTES
from workers.ports.messages import OutgoingRecord

LOG: Final = logging.getLogger(__name__)

STOP_SECONDS: Final = 2.0
REPORT_SECONDS: Final = 1.0
"""How often undelivered replies are asked for, while there are any under way."""

MOST_TOPICS_TOLD: Final = 1_000
"""Topics whose trouble is told of; whoever sends commands makes up their names, so they must not fill the memory."""

_OPTIONS: Final[dict[str, Any]] = {
    "acks": 1,
    "linger.ms": 1,
    "allow.auto.create.topics": False,
    "delivery.report.only.error": True,
    "log_level": 0,
    "message.max.bytes": 2 * MAX_MESSAGE_BYTES,
    "message.timeout.ms": 10_000,
    "partitioner": "murmur2_random",  # the one of Java and aiokafka: a key has the partition everybody expects
    "queue.buffering.max.kbytes": 64 * 1024,
    "queue.buffering.max.messages": 10_000,
    "topic.metadata.propagation.max.ms": 1_000,  # an unknown topic is given up after that
}


class KafkaReplyPublisher:
    """Implements `ReplyPublisher`. Connects with the first reply, so a fleet that nobody asks has no such producer.

    Args:
        compression: gzip, lz4, zstd, snappy or None.
    """

    def __init__(self, connection: KafkaConnection, client_id: str, compression: str | None = "lz4") -> None:
        self._connection = connection
        self._client_id = client_id
        self._compression = compression
        self._producer: Producer | None = None
        self._report: asyncio.TimerHandle | None = None
        self._told: set[str] = set()

    def offer(self, reply: OutgoingRecord) -> None:
        """See `ReplyPublisher.offer`."""
        try:
            self._connected().produce(
                reply.topic,
                reply.value,
                reply.key,
                headers=list(reply.headers),
                on_delivery=self._undelivered,
            )
        except KafkaException as error:
            self._drop(reply.topic, error.args[0].str())
        except BufferError as error:
            self._drop(reply.topic, str(error))
        self._watch()

    async def stop(self) -> None:
        """See `ReplyPublisher.stop`."""
        producer, self._producer = self._producer, None
        if self._report is not None:
            self._report.cancel()
        if producer is None:
            return
        left = await asyncio.to_thread(producer.flush, STOP_SECONDS)
        if left:
            LOG.warning("replies dropped at the stop", extra={"replies": left})
            producer.purge()
            producer.poll(0)

    def _connected(self) -> Producer:
        if self._producer is None:
            options = self._connection.librdkafka_options() | _OPTIONS
            options |= {"client.id": self._client_id, "compression.type": self._compression or "none"}
            self._producer = Producer({**options, "error_cb": _ignore}, logger=LOG)
        return self._producer

    def _watch(self) -> None:
        """Have what came back undelivered told also when no further reply is offered."""
        if self._report is None and self._producer is not None:
            self._report = asyncio.get_running_loop().call_later(REPORT_SECONDS, self._collect)

    def _collect(self) -> None:
        self._report = None
        producer = self._producer
        if producer is not None:
            producer.poll(0)
            if len(producer):
                self._watch()

    def _undelivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._drop(message.topic() or "", error.str())

    def _drop(self, topic: str, reason: str) -> None:
        if topic not in self._told and len(self._told) < MOST_TOPICS_TOLD:
            self._told.add(topic)
            LOG.warning("replies dropped", extra={"topic": topic, "reason": reason})


def _ignore(error: KafkaError) -> None:
    """An outage is told of by the outcome publisher."""
    LOG.debug("replies: %s", error.str())
