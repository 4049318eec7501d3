"""Reads single partitions through a consumer that belongs to no group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from adapters.kafka.lenient import LenientConsumer
from workers.ports.messages import Partition, RawRecord
from workers.ports.partition_log import Extent

_POLL_SECONDS: Final = 0.5
_BATCH: Final = 1_000


class KafkaPartitionLog:
    """`PartitionLog` on Kafka.

    Args:
        connection: its request time-out is also the longest wait for the next records.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def extents(self, partitions: Collection[Partition]) -> Mapping[Partition, Extent]:
        if not partitions:
            return {}
        async with self._reachable(), asyncio.timeout(self._connection.request_timeout_seconds):
            existing = await self._partitions()
            asked = [TopicPartition(*partition) for partition in partitions if partition in existing]
            async with self._consumer() as consumer:
                starts = await consumer.beginning_offsets(asked)
                ends = await consumer.end_offsets(asked)
        return {Partition(*place): Extent(starts[place], ends[place]) for place in asked}

    async def read(self, partition: Partition, start: int, end: int) -> AsyncIterator[Sequence[RawRecord]]:
        if start >= end:
            return
        place = TopicPartition(*partition)
        async with self._reachable(), self._consumer(start) as consumer:
            consumer.assign([place])
            consumer.seek(place, start)
            async for records in self._until(consumer, place, end):
                yield records

    async def _until(
        self, consumer: LenientConsumer, place: TopicPartition, end: int
    ) -> AsyncIterator[Sequence[ConsumerRecord]]:
        # The last offsets may hold no record (transaction markers): only the position tells that they are passed.
        silent = 0.0
        while (position := await consumer.position(place)) < end:
            found = await consumer.getmany(place, timeout_ms=int(_POLL_SECONDS * 1000), max_records=_BATCH)
            if records := [record for record in found.get(place, ()) if record.offset < end]:
                yield records
            silent = 0.0 if await consumer.position(place) > position else silent + _POLL_SECONDS
            if silent > self._connection.request_timeout_seconds:
                raise unreachable(self._connection, f"{place.topic} partition {place.partition} gives no records")

    async def _partitions(self) -> set[Partition]:
        admin = AIOKafkaAdminClient(**self._connection.aiokafka_options())
        try:
            await admin.start()
            # All topics rather than ours by name: asking by name may create them.
            topics = await admin.describe_topics()
        finally:
            await admin.close()
        return {Partition(topic["topic"], one["partition"]) for topic in topics for one in topic["partitions"]}

    @asynccontextmanager
    async def _consumer(self, start: int = 0) -> AsyncIterator[LenientConsumer]:
        consumer = _LogConsumer(start, **self._connection.aiokafka_options())
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def _reachable(self) -> AsyncIterator[None]:
        try:
            yield
        except (KafkaError, TimeoutError) as error:
            told = str(error) or type(error).__name__
            raise await find_obstacle(self._connection) or unreachable(self._connection, told) from None


class _LogConsumer(LenientConsumer):
    """Without a group nothing is committed: where it began to read stands for that."""

    def __init__(self, start: int, **options: Any) -> None:  # noqa: ANN401  aiokafka's own
        alone: dict[str, Any] = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
        super().__init__(lambda: None, 0, **options, **alone)
        self._start = start

    async def committed(self, _partition: TopicPartition) -> int:
        return self._start
