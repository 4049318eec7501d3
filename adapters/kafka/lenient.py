"""A consumer that loses nothing when a fetched batch cannot be read.

aiokafka decodes header *names* as UTF-8 while it hands records out. One that is no UTF-8 raises in the middle of
`getmany`, after the positions have moved past what was drained before, in this partition and in the others: those
records are never handed out, and the next ones lead the commit past them. So positions are put back, and from then on
this process reads batches by aiokafka's parser in Python (slower), told to replace what is no UTF-8.

Leans on aiokafka 0.14's record parser; `tests/integration/kafka/test_hostile_records.py` notices when that changes.
"""

from __future__ import annotations

import logging
from typing import Any, Final, SupportsIndex

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

LOG: Final = logging.getLogger(__name__)
_MAGIC_WITH_HEADERS: Final = 2


class LenientConsumer(AIOKafkaConsumer):
    """Puts positions back where a call failed."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        before = self._positions()
        try:
            return dict(await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records))
        except Exception as error:
            for partition, position in self._positions().items():
                if before.get(partition, position) != position:
                    self.seek(partition, before[partition])
            LOG.warning("records cannot be read", extra={"reason": f"{type(error).__name__}: {error}"})
            if not isinstance(error, UnicodeDecodeError):
                raise
            fetcher.MemoryRecords = _LenientRecords
            return {}

    def _positions(self) -> dict[TopicPartition, int]:
        subscription = self._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None:
            return {}
        states = {partition: assignment.state_value(partition) for partition in assignment.tps}
        return {partition: state.position for partition, state in states.items() if state.has_valid_position}


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
