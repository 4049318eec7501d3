"""Follows topics without a consumer group: everybody who reads gets everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from workers.ports.errors import UnavailableError
from workers.ports.outcomes import FromBeginning, FromEnd, FromTime, StartAt


class KafkaTail:
    """Records of some topics as they come. Partitions added after `start` are not followed.

    Args:
        cure: the command that creates a missing topic.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        topics: Sequence[str],
        start_at: StartAt,
        connect_timeout_seconds: float = 10.0,
        cure: str = "poon topics apply",
    ) -> None:
        self._connection = connection
        self._topics = tuple(topics)
        self._start_at = start_at
        self._connect_timeout = connect_timeout_seconds
        self._cure = cure
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Connect and take position: nothing published after this returned is missed.

        Raises:
            UnavailableError: the broker cannot be reached or a topic is missing.
        """
        async with self._reachable(self._connect_timeout):
            partitions = await self._partitions()
            consumer = AIOKafkaConsumer(
                **self._connection.aiokafka_options(),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            try:
                await consumer.start()
                consumer.assign(partitions)
                # Explicit positions: `seek_to_end` only marks them, and would be resolved after later publications.
                for partition, offset in (await self._positions(consumer, partitions)).items():
                    consumer.seek(partition, offset)
            except BaseException:
                await consumer.stop()
                raise
        self._consumer = consumer

    async def read(self, timeout_seconds: float) -> list[ConsumerRecord[bytes, bytes]]:
        """The next records, in order per partition; none when nothing came in time.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        if self._consumer is None:
            raise RuntimeError("read before start")
        async with self._reachable(timeout_seconds + self._connection.request_timeout_seconds):
            batches = await self._consumer.getmany(timeout_ms=int(timeout_seconds * 1000))
        return [record for records in batches.values() for record in records]

    async def stop(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    @asynccontextmanager
    async def _reachable(self, timeout_seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(timeout_seconds):
                yield
        except TimeoutError:
            raise unreachable(self._connection, f"no answer in {timeout_seconds:g} seconds") from None
        except KafkaError as error:
            raise await find_obstacle(self._connection) or unreachable(self._connection, str(error)) from None

    async def _partitions(self) -> list[TopicPartition]:
        admin = AIOKafkaAdminClient(**self._connection.aiokafka_options())
        try:
            await admin.start()
            # All topics rather than ours by name: asking by name may create them, with the wrong settings.
            known = {topic["topic"]: topic for topic in await admin.describe_topics()}
        finally:
            await admin.close()
        missing = [name for name in self._topics if name not in known]
        if missing:
            raise UnavailableError(
                f"topic {missing[0]} does not exist at {self._connection.bootstrap_servers};"
                f" create the topics with `{self._cure}`"
            )
        return [
            TopicPartition(name, partition["partition"])
            for name in self._topics
            for partition in known[name]["partitions"]
        ]

    async def _positions(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        match self._start_at:
            case FromBeginning():
                return await _offsets(consumer.beginning_offsets(partitions))
            case FromEnd():
                return await _offsets(consumer.end_offsets(partitions))
            case FromTime(moment):
                since = int(moment.timestamp() * 1000)
                ends = await _offsets(consumer.end_offsets(partitions))
                found = await consumer.offsets_for_times(dict.fromkeys(partitions, since))
                return ends | {
                    partition: position.offset for partition, position in found.items() if position is not None
                }


async def _offsets(answer: Any) -> dict[TopicPartition, int]:  # noqa: ANN401  aiokafka ships no types
    return dict(await answer)
