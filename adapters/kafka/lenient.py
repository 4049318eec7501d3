"""A consumer that loses nothing when a fetched batch cannot be read or a coordinator moves, and keeps its partitions.

aiokafka decodes header *names* as UTF-8 while it hands records out. One that is no UTF-8 raises in the middle of
`getmany`, after the positions have moved past what was drained before, in this partition and in the others: those
records are never handed out, and the next ones lead the commit past them. So positions are put back, and from then on
this process reads batches by aiokafka's parser in Python (slower), told to replace what is no UTF-8.

Leans on aiokafka 0.14's record parser; `tests/integration/kafka/test_hostile_records.py` notices when that changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, SupportsIndex

from aiokafka import AIOKafkaConsumer, ConsumerRecord, OffsetAndMetadata, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

from adapters.kafka.assignors import sticky_assignor
from adapters.kafka.coordinator_answers import mind_answers

LOG: Final = logging.getLogger(__name__)
_MAGIC_WITH_HEADERS: Final = 2


class LenientConsumer(AIOKafkaConsumer):
    """Reads again from where it handed out the last record, whenever a call failed.

    Args:
        polled: called whenever records are asked for.
        patience_ms: the least time to wait for records when asked for several, milliseconds.
        options: aiokafka's own.
    """

    def __init__(
        self,
        polled: Callable[[], None],
        patience_ms: int = 0,
        **options: Any,  # noqa: ANN401  aiokafka's own
    ) -> None:
        own = {"partition_assignment_strategy": [sticky_assignor(self._generation)]}
        super().__init__(**options | own)
        mind_answers(self._client, self._generation)
        self._polled = polled
        self._patience_ms = patience_ms
        self._next: dict[TopicPartition, int] = {}
        self._next_of: object = None
        self._misplaced = False

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        self._polled()
        if self._misplaced:
            await self._put_back()
        assignment = self._assigned()
        patience = max(timeout_ms, self._patience_ms)
        try:
            drained = dict(await super().getmany(*partitions, timeout_ms=patience, max_records=max_records))
        except Exception as error:
            self._misplaced = True
            LOG.warning("records cannot be read", extra={"reason": f"{type(error).__name__}: {error}"})
            if not isinstance(error, UnicodeDecodeError):
                raise
            fetcher.MemoryRecords = _LenientRecords
            return {}
        self._note(drained, assignment)
        return drained

    async def committed_points(self, partitions: list[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        """What the group has committed, with its metadata, which `committed` drops; waits out a coordinator's move."""
        points: dict[TopicPartition, OffsetAndMetadata] = await self._coordinator.fetch_committed_offsets(partitions)
        return points

    @property
    def is_member(self) -> bool:
        """Whether it belongs to a generation of its group; not before it has joined, nor once it was thrown out."""
        return self._generation() >= 0

    def _note(self, drained: dict[TopicPartition, list[ConsumerRecord]], assignment: object) -> None:
        if self._next_of is not assignment or self._assigned() is not assignment:
            self._next.clear()  # what was handed out before a rebalance says nothing about what comes after it
            self._next_of = assignment
        self._next |= {partition: records[-1].offset + 1 for partition, records in drained.items()}

    async def _put_back(self) -> None:
        """Seek every partition to the record after the last one handed out, or to where its owner before had come.

        A seek also throws away what was fetched and half read: its reader has ended with the error, and would skip
        the rest. When this fails it is tried again before anything is read.
        """
        known = self._next if self._next_of is self._assigned() else {}
        for partition in self.assignment():
            position = known.get(partition)
            if position is None:
                position = await self.committed(partition)
            if position is None:
                await self.seek_to_beginning(partition)
            else:
                self.seek(partition, position)
        self._misplaced = False

    def _generation(self) -> int:
        """The one it belongs to; -1 outside of any, which is where a consumer without a group always is."""
        return int(getattr(self._coordinator, "generation", -1))

    def _assigned(self) -> object:
        """The present assignment; another object after every rebalance."""
        subscription = self._subscription.subscription
        return None if subscription is None else subscription.assignment


class _Name(bytearray):
    """Bytes that become text whatever they are."""

    def decode(self, *_: object) -> str:
        return super().decode("utf-8", "replace")


class _Buffer(bytearray):
    """Uncompressed records; every slice of it is lenient text."""

    def __getitem__(self, place: SupportsIndex | slice) -> Any:  # noqa: ANN401  as bytearray has it
        found = super().__getitem__(place)
        return found if isinstance(found, int) else _Name(found)


class _LenientBatch(_DefaultRecordBatchPy):
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Buffer(self._buffer)


class _LenientRecords(_MemoryRecordsPy):
    def next_batch(self, *_: int) -> Any:  # noqa: ANN401  aiokafka ships no types
        found = self._next_slice
        if found is None or len(found) <= self.MAGIC_OFFSET or found[self.MAGIC_OFFSET] < _MAGIC_WITH_HEADERS:
            return super().next_batch()
        self._cache_next()
        return _LenientBatch(found)
