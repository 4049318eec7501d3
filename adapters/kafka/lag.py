"""Reads how far consumer groups are behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.lag import PartitionLag
from workers.ports.messages import CommitPoint, Partition

_FETCH_BYTES: Final = 64 * 1024
"""Of each partition one record is wanted; a batch that is larger still comes, one a request."""
_COORDINATOR_ATTEMPTS: Final = 30
_PAUSE_SECONDS: Final = 0.1
_LATEST_MS: Final = 253_370_764_800_000
"""The start of the year 9999: a producer may write any time-stamp, and later ones are no dates."""


class KafkaLagReader:
    """`LagReader` on Kafka.

    Args:
        timeout_seconds: bounds one reading.
        peek_seconds: how much of it may go into reading the oldest records, for their age; with 0 none is read.
    """

    def __init__(
        self, connection: KafkaConnection, clock: Clock, timeout_seconds: float = 10.0, peek_seconds: float = 3.0
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._timeout = timeout_seconds
        self._peek = peek_seconds
        self._admin: Any = None
        self._consumer: Any = None
        self._written: dict[TopicPartition, tuple[int, datetime]] = {}

    async def start(self) -> None:
        """Connect.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        options = self._connection.aiokafka_options()
        self._admin = AIOKafkaAdminClient(**options)
        self._consumer = AIOKafkaConsumer(
            **options,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        try:
            async with self._reachable():
                await self._admin.start()
                await self._consumer.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        admin, self._admin = self._admin, None
        if consumer is not None:
            # What its fetching in the background died of is handed to whoever stops it, who has nothing to lose by it.
            with suppress(KafkaError):
                await consumer.stop()
        if admin is not None:
            await admin.close()

    async def read(self, groups: Mapping[str, Sequence[str]]) -> Sequence[PartitionLag]:
        async with self._reachable():
            topics = await self._partitions(sorted({topic for names in groups.values() for topic in names}))
            found: list[PartitionLag] = []
            for group, names in sorted(groups.items()):
                found += await self._of_group(group, [place for name in names for place in topics[name]])
            return found

    async def _of_group(self, group: str, places: list[TopicPartition]) -> list[PartitionLag]:
        # In this order a lag is never negative: what was committed lies below what was written later.
        points = await self._committed(group, places)
        starts = dict(await self._consumer.beginning_offsets(places))
        ends = dict(await self._consumer.end_offsets(places))
        lags = {
            place: PartitionLag(group, Partition(*place), points.get(place), starts[place], ends[place])
            for place in places
        }
        behind = {place: lag.next_offset for place, lag in lags.items() if lag.messages}
        written = await self._written_at(behind)
        return [
            PartitionLag(group, lag.partition, lag.committed, lag.start, lag.end, written.get(place))
            for place, lag in lags.items()
        ]

    async def _committed(self, group: str, places: list[TopicPartition]) -> dict[TopicPartition, CommitPoint]:
        points = await self._points(group, places)
        attempts = 1
        # A coordinator may be moving, and in a new cluster it comes into being by being asked for.
        while len(points) < len(places) and attempts < _COORDINATOR_ATTEMPTS:
            await self._clock.sleep(_PAUSE_SECONDS)
            points = await self._points(group, places)
            attempts += 1
        if len(points) < len(places):
            raise UnavailableError(
                f"the offsets of group {group} cannot be read now: its coordinator is away, or this user may not"
                " describe the group"
            )
        return {
            place: CommitPoint(point.offset, point.metadata or "")
            for place, point in points.items()
            if point.offset >= 0
        }

    async def _points(self, group: str, places: list[TopicPartition]) -> dict[TopicPartition, Any]:
        """What the coordinator answers; nothing, where there is none or it refuses: the client drops the reason."""
        try:
            return dict(await self._admin.list_consumer_group_offsets(group, partitions=places))
        except KafkaError as error:
            if not error.retriable:
                raise
            return {}

    async def _written_at(self, behind: Mapping[TopicPartition, int]) -> dict[TopicPartition, datetime]:
        """When the first record at or after each offset was written; as many as can be read in time."""
        known = {place: self._written[place] for place in behind if place in self._written}
        fresh = {place: offset for place, offset in behind.items() if known.get(place, (None,))[0] != offset}
        if fresh and self._peek > 0:
            self._consumer.assign(list(fresh))
            for place, offset in fresh.items():
                self._consumer.seek(place, offset)
            try:
                records = await self._first_records(list(fresh))
            finally:
                self._consumer.unsubscribe()
            found = {place: (fresh[place], _time(record)) for place, record in records.items()}
            self._written |= found
            known |= found
        return {place: written for place, (offset, written) in known.items() if offset == behind[place]}

    async def _first_records(self, places: list[TopicPartition]) -> dict[TopicPartition, ConsumerRecord]:
        found: dict[TopicPartition, ConsumerRecord] = {}
        deadline = self._clock.monotonic() + self._peek
        while waiting := [place for place in places if place not in found]:
            left = int((deadline - self._clock.monotonic()) * 1000)
            if left <= 0:
                break
            try:
                records = await self._consumer.getmany(*waiting, timeout_ms=left, max_records=1)
            except UnicodeDecodeError:  # a header whose name is no text; of which partition is not told
                break
            found |= {place: batch[0] for place, batch in records.items()}
        return found

    async def _partitions(self, names: Sequence[str]) -> dict[str, list[TopicPartition]]:
        # All topics rather than ours by name: asking by name may create them, with the wrong settings.
        known = {topic["topic"]: topic["partitions"] for topic in await self._admin.describe_topics()}
        if missing := [name for name in names if name not in known]:
            raise UnavailableError(
                f"topic {missing[0]} does not exist at {self._connection.bootstrap_servers};"
                " create the topics with `poon topics apply`"
            )
        return {
            name: [TopicPartition(name, number) for number in sorted(part["partition"] for part in known[name])]
            for name in names
        }

    @asynccontextmanager
    async def _reachable(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise unreachable(self._connection, f"no answer in {self._timeout:g} seconds") from None
        except KafkaError as error:
            raise await find_obstacle(self._connection) or unreachable(self._connection, str(error)) from None


def _time(record: ConsumerRecord) -> datetime:
    return datetime.fromtimestamp(min(max(record.timestamp, 0), _LATEST_MS) / 1000, UTC)
