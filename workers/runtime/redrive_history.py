"""Finding out what has happened to a key since a dead letter of it was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from contracts.events.outcomes import Unsuccessful
from contracts.registry import EVENTS
from workers.ports.dead_letters import DeadLetterBox, FiledLetter, Lane
from workers.ports.messages import Partition, RawRecord
from workers.ports.partition_log import Extent, PartitionLog
from workers.ports.store import DecisionStore, StoredEvent
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.redrive_order import Fate, LaneHistory, Later, origins


class HistoryReader:
    """Reads lanes: from the box their dead letters, from the broker their later records, from the store their fates."""

    def __init__(self, box: DeadLetterBox, store: DecisionStore, log: PartitionLog) -> None:
        self._box = box
        self._store = store
        self._log = log

    async def histories(self, chosen: Mapping[Lane, Collection[UUID]]) -> Mapping[Lane, LaneHistory]:
        """What there is to know of each lane since the first of the letters that are chosen of it.

        Raises:
            UnavailableError: database or broker cannot be reached.
        """
        letters: dict[Lane, list[FiledLetter]] = {lane: [] for lane in chosen}
        for filed in await self._box.of_lanes(chosen):
            if filed.letter.lane is not None:
                letters[filed.letter.lane].append(filed)
        starts = {lane: _first_sent(letters[lane], ids) + 1 for lane, ids in chosen.items()}
        extents = await self._log.extents(_partitions(chosen))
        laters = await self._read(starts, extents)
        return {
            lane: LaneHistory(found, extents.get(Partition(lane.topic, lane.partition)), laters.get(lane, ()))
            for lane, found in letters.items()
        }

    async def since(self, starts: Mapping[Lane, int]) -> Mapping[Lane, Sequence[Later]]:
        """The records of each lane from an offset on.

        Raises:
            UnavailableError: database or broker cannot be reached.
        """
        return await self._read(starts, await self._log.extents(_partitions(starts)))

    async def _read(
        self, starts: Mapping[Lane, int], extents: Mapping[Partition, Extent]
    ) -> Mapping[Lane, Sequence[Later]]:
        """One pass over each partition for all its lanes."""
        found: dict[Lane, list[Later]] = {}
        for partition, extent in extents.items():
            mine = {lane: start for lane, start in starts.items() if (lane.topic, lane.partition) == partition}
            first = max(extent.start, min(mine.values()))
            async for records in self._log.read(partition, first, extent.end):
                for lane, later in await self._laters(mine, records):
                    found.setdefault(lane, []).append(later)
        return found

    async def _laters(self, starts: Mapping[Lane, int], records: Sequence[RawRecord]) -> list[tuple[Lane, Later]]:
        mine = [
            (lane, record)
            for record in records
            if record.key is not None
            and record.offset >= starts.get(lane := Lane(record.topic, record.partition, record.key), record.offset + 1)
        ]
        keys = [receive(record, PartitionOffsets()).inbox_key for _, record in mine]
        recorded = await self._store.recorded(keys) if keys else {}
        return [
            (lane, Later(record.offset, key.causation_id, _fate(recorded.get(key, ()))))
            for (lane, record), key in zip(mine, keys, strict=True)
        ]


def _first_sent(letters: Sequence[FiledLetter], ids: Collection[UUID]) -> int:
    first_sent = origins(letters)
    return min((first_sent[identity] for identity in ids if identity in first_sent), default=0)


def _partitions(lanes: Iterable[Lane]) -> set[Partition]:
    return {Partition(lane.topic, lane.partition) for lane in lanes}


def _fate(events: Sequence[StoredEvent]) -> Fate:
    if not events:
        return Fate.OPEN
    known = EVENTS.get(events[-1].type)  # a newer release may have written it: then it has an effect
    return Fate.NO_EFFECT if known is not None and issubclass(known, Unsuccessful) else Fate.EFFECT
