"""The consuming side: a FastStream batch subscriber of raw records, with manual acknowledgement.

FastStream gives the subscription, its polling loop and its life cycle. Its decoding, acknowledgement and dependency
injection are not used: a parser that fails there loses the record, `ack()` commits positions instead of offsets, and
every injected message costs a thread hop. Offsets are committed explicitly, and only the ones the runtime names.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    OffsetAndMetadata,
    TopicPartition,
)
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.coordinator_answers import OutdatedCommitError
from adapters.kafka.diagnosis import find_obstacle
from adapters.kafka.lenient import LenientConsumer
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, Partition, RecordSink, StaleAssignmentError

LOG: Final = logging.getLogger(__name__)

_JOIN_MARGIN: Final = 5.0
_LONGEST_HEARTBEAT: Final = 1.0
"""Members hear of a rebalance with their next heartbeat, and until the last has heard, what one that left had stands
still. More often would cost the broker of many workers more than it spares them."""


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How to consume.

    Attributes:
        topics: the command topics.
        max_records: the most records one poll delivers.
        session_timeout: after how many seconds without a heartbeat the group gives the partitions away.
        rebalance_timeout: how many seconds a member has to react to a rebalance.
        poll_timeout: the longest wait for records in one poll, seconds.
        commit_timeout: the longest one offset commit may take, seconds; below the rebalance time-out.
        partition_fetch_bytes: the most one fetch brings of a partition, unless its first batch is larger. What was
            fetched waits in memory, as sent and unpacked, and a pause throws it away.
        fetch_bytes: the most one fetch brings of all partitions of a broker, likewise.
    """

    group_id: str
    topics: Sequence[str]
    max_records: int = 500
    session_timeout: float = 10.0
    rebalance_timeout: float = 10.0
    poll_timeout: float = 0.2
    commit_timeout: float = 5.0
    partition_fetch_bytes: int = 256 * 1024
    fetch_bytes: int = 4 * 1024 * 1024

    @property
    def heartbeat_interval(self) -> float:
        """Seconds between two signs of life to the group; three have to be missed before it gives a member up."""
        return min(self.session_timeout / 3, _LONGEST_HEARTBEAT)


class KafkaIntake:
    """Implements `Intake`."""

    def __init__(self, connection: KafkaConnection, options: IntakeOptions) -> None:
        self._connection = connection
        self._options = options
        self._broker: KafkaBroker | None = None
        self._subscriber: Any = None

    async def start(self, sink: RecordSink) -> None:
        """See `Intake.start`."""
        await self._require_topics()
        broker = KafkaBroker(
            self._connection.bootstrap_servers.split(","),
            client_id=self._connection.client_id,
            request_timeout_ms=int(self._longest_answer * 1000),
            security=self._connection.faststream_security(),
            allow_auto_create_topics=False,
            consumer_only=True,
            apply_types=False,
            logger=None,
        )
        self._subscriber = broker.subscriber(
            *self._options.topics,
            batch=True,
            group_id=self._options.group_id,
            max_records=self._options.max_records,
            # FastStream sleeps as long after a poll that found nothing, and what comes meanwhile waits: the consumer is
            # patient instead, and wakes for the first record.
            batch_timeout_ms=1,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=self._options.partition_fetch_bytes,
            fetch_max_bytes=self._options.fetch_bytes,
            session_timeout_ms=int(self._options.session_timeout * 1000),
            heartbeat_interval_ms=int(self._options.heartbeat_interval * 1000),
            rebalance_timeout_ms=int(self._options.rebalance_timeout * 1000),
            listener=_Listener(sink),
            ack_policy=AckPolicy.MANUAL,
            parser=_keep_raw,
            decoder=_raw_records,
        )

        async def deliver(records: tuple[ConsumerRecord[bytes, bytes], ...]) -> None:
            sink.accept(records)

        self._subscriber(deliver)
        self._broker = broker
        try:
            await broker.connect()
            _make_lenient(broker, sink, self._options.poll_timeout)
            await broker.start()
        except KafkaError as error:
            raise self._unavailable(error) from error

    def pause(self, partitions: Collection[Partition]) -> None:
        """See `Intake.pause`."""
        consumer = self._consumer
        if consumer is not None and (owned := self._owned(consumer, partitions)):
            consumer.pause(*owned)

    def resume(self, partitions: Collection[Partition]) -> None:
        """See `Intake.resume`."""
        consumer = self._consumer
        if consumer is not None and (owned := self._owned(consumer, partitions)):
            consumer.resume(*owned)

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        """See `Intake.commit`."""
        consumer = self._consumer
        if consumer is None:
            raise StaleAssignmentError("the consumer has stopped")
        offsets = {
            partition: OffsetAndMetadata(*points[Partition(partition.topic, partition.partition)])
            for partition in self._owned(consumer, points)
        }
        if not offsets:
            return
        if not consumer.is_member:  # a group without members would take it, and may be taken back by it
            raise StaleAssignmentError("thrown out of the group")
        try:
            async with asyncio.timeout(self._options.commit_timeout):
                await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError, OutdatedCommitError) as error:
            raise StaleAssignmentError(str(error)) from error
        except (KafkaError, TimeoutError) as error:
            raise self._unavailable(error) from error

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        """See `Intake.committed`."""
        consumer = self._consumer
        if consumer is None:
            raise UnavailableError("the consumer has stopped")
        asked = [TopicPartition(partition.topic, partition.number) for partition in partitions]
        try:
            async with asyncio.timeout(self._options.commit_timeout):
                found = await consumer.committed_points(asked)
        except (KafkaError, TimeoutError) as error:
            raise self._unavailable(error) from error
        return {
            Partition(*partition): CommitPoint(point.offset, point.metadata or "") for partition, point in found.items()
        }

    async def beginnings(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """See `Intake.beginnings`."""
        consumer = self._consumer
        if consumer is None:
            return {}
        asked = [TopicPartition(partition.topic, partition.number) for partition in partitions]
        try:
            async with asyncio.timeout(self._options.commit_timeout):
                found = await consumer.beginning_offsets(asked)
        except (KafkaError, TimeoutError) as error:
            raise self._unavailable(error) from error
        return {Partition(*partition): offset for partition, offset in found.items()}

    def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """See `Intake.ends`."""
        consumer = self._consumer
        if consumer is None:
            return {}
        told = {partition: consumer.highwater(partition) for partition in self._owned(consumer, partitions)}
        return {Partition(*partition): end for partition, end in told.items() if end is not None}

    async def stop(self) -> None:
        """See `Intake.stop`."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.stop()

    @property
    def _longest_answer(self) -> float:
        """The broker answers a member that joins only when the others have, or had their time to."""
        return max(self._connection.request_timeout_seconds, self._options.rebalance_timeout + _JOIN_MARGIN)

    @property
    def _consumer(self) -> LenientConsumer | None:
        return None if self._broker is None else self._subscriber.consumer

    @staticmethod
    def _owned(consumer: AIOKafkaConsumer[bytes, bytes], partitions: Collection[Partition]) -> list[TopicPartition]:
        assignment = consumer.assignment()
        wanted = (TopicPartition(partition.topic, partition.number) for partition in partitions)
        return [partition for partition in wanted if partition in assignment]

    async def _require_topics(self) -> None:
        probe: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(**self._connection.aiokafka_options())
        try:
            await probe.start()
            missing = sorted(set(self._options.topics) - set(await probe.topics()))
        except KafkaError as error:
            raise await find_obstacle(self._connection) or self._unavailable(error) from error
        finally:
            await probe.stop()
        if missing:
            raise UnavailableError(
                f"topics missing on {self._connection.bootstrap_servers}: {', '.join(missing)}; "
                "create them with `poon topics apply`"
            )

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"Kafka at {self._connection.bootstrap_servers} cannot be used ({type(error).__name__}: {error}); "
            "check that it runs and POON_KAFKA__BOOTSTRAP_SERVERS"
        )


class _Listener(ConsumerRebalanceListener):
    """Passes rebalances on. An exception raised here would be logged and forgotten by the client library."""

    def __init__(self, sink: RecordSink) -> None:
        self._sink = sink

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._sink.revoked([Partition(*partition) for partition in revoked])

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        await self._sink.assigned([Partition(*partition) for partition in assigned])


def _make_lenient(broker: KafkaBroker, sink: RecordSink, poll_timeout: float) -> None:
    """Have the broker make consumers of our kind; FastStream offers no setting for that."""
    clients: Any = broker.config.broker_config
    clients.builder = partial(LenientConsumer, sink.polled, int(poll_timeout * 1000), **clients.builder.keywords)


async def _keep_raw(records: tuple[ConsumerRecord[bytes, bytes], ...]) -> KafkaMessage:
    """Wrap a batch without looking into it, so that no header or payload can make this fail."""
    return KafkaMessage(body=b"", raw_message=records, consumer=None)  # type: ignore[arg-type]


async def _raw_records(message: KafkaMessage) -> tuple[ConsumerRecord[bytes, bytes], ...]:
    return message.raw_message
