"""Dead letters, and an operator's box of them in memory, with the same promises as the real ones."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.envelope import event_id
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import TEXT_COMMANDS, text_record
from workers.ports.dead_letters import (
    Contents,
    DeadLetter,
    DeadLetterFilter,
    DeadLetterStatus,
    FiledLetter,
    Lane,
)
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, Partition, UnpublishableError
from workers.ports.partition_log import Extent
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets


def letter_of(record: FakeRecord | None = None, **changes: object) -> DeadLetter:
    """The dead letter of a record; of a text command unless given."""
    record = record or text_record(5, "c-5")
    delivery = receive(record, PartitionOffsets())
    values: dict[str, Any] = {
        "id": event_id(delivery.area, delivery.envelope.tenant, delivery.envelope.id, 0),
        "tenant": delivery.envelope.tenant,
        "owner": delivery.envelope.owner,
        "area": delivery.area,
        "command_id": delivery.envelope.id,
        "command_type": delivery.envelope.type,
        "code": "backend_unavailable",
        "reason": "engine gone",
        "attempts": 3,
        "redrives": 0,
        "group": "group",
        "failed_at": NOON,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": record.key,
        "contents": Contents(record.value, tuple(record.headers)),
    }
    return DeadLetter(**values | changes)


def filed_of(record: FakeRecord | None = None, **changes: object) -> FiledLetter:
    """A dead letter that waits."""
    return FiledLetter(letter=letter_of(record, **changes))


def _without_contents(filed: FiledLetter) -> FiledLetter:
    return replace(filed, letter=replace(filed.letter, contents=None))


def _is_wanted(filed: FiledLetter, wanted: DeadLetterFilter) -> bool:
    letter = filed.letter
    pairs = (
        (wanted.area, letter.area),
        (wanted.tenant, letter.tenant),
        (wanted.owner, letter.owner),
        (wanted.code, letter.code),
        (wanted.command_type, letter.command_type),
    )
    return (
        filed.status in wanted.statuses
        and all(given is None or given == found for given, found in pairs)
        and (wanted.since is None or letter.failed_at >= wanted.since)
        and (wanted.until is None or letter.failed_at < wanted.until)
        and (wanted.text is None or wanted.text.casefold() in letter.reason.casefold())
    )


class MemoryBox:
    """`DeadLetterBox` that fails as often as it is told."""

    def __init__(self, *letters: FiledLetter) -> None:
        self.letters = {filed.letter.id: filed for filed in letters}
        self.failing_saves: set[DeadLetterStatus] = set()

    async def find(
        self, wanted: DeadLetterFilter, limit: int, after: UUID | None = None, *, newest_first: bool = False
    ) -> Sequence[FiledLetter]:
        found = sorted(
            (filed for filed in self.letters.values() if _is_wanted(filed, wanted)),
            key=lambda filed: (filed.letter.failed_at, filed.letter.id),
            reverse=newest_first,
        )
        if after is not None:
            found = found[[filed.letter.id for filed in found].index(after) + 1 :]
        return [_without_contents(filed) for filed in found[:limit]]

    async def get(self, ids: Collection[UUID]) -> Sequence[FiledLetter]:
        return [self.letters[identity] for identity in dict.fromkeys(ids) if identity in self.letters]

    async def of_lanes(self, lanes: Collection[Lane]) -> Sequence[FiledLetter]:
        return [
            _without_contents(filed)
            for filed in self.letters.values()
            if filed.letter.lane in lanes and filed.status is not DeadLetterStatus.DISCARDED
        ]

    async def save(self, changed: Sequence[FiledLetter]) -> Collection[UUID]:
        if any(filed.status in self.failing_saves for filed in changed):
            self.failing_saves.clear()
            raise UnavailableError("the fake database is down")
        fitting = [filed for filed in changed if self.letters[filed.letter.id].revision == filed.revision - 1]
        self.letters |= {filed.letter.id: filed for filed in fitting}
        return [filed.letter.id for filed in fitting]

    def only(self) -> FiledLetter:
        (filed,) = self.letters.values()
        return filed


class FakeLog:
    """`PartitionLog` and `Publisher` in one: what is published can be read; 4 partitions."""

    def __init__(self, topic: str = TEXT_COMMANDS) -> None:
        self.records: dict[Partition, list[FakeRecord]] = {Partition(topic, number): [] for number in range(4)}
        self.starts: dict[Partition, int] = {}
        self.unpublishable: set[bytes | None] = set()
        self.published: list[OutgoingRecord] = []
        self.in_between: list[FakeRecord] = []
        self.refusals = 0

    def append(self, *records: FakeRecord) -> None:
        for record in records:
            self.records.get(Partition(record.topic, record.partition), []).append(record)

    async def extents(self, partitions: Collection[Partition]) -> Mapping[Partition, Extent]:
        return {one: Extent(self.starts.get(one, 0), self._end(one)) for one in partitions if one in self.records}

    async def read(self, partition: Partition, start: int, end: int) -> AsyncIterator[Sequence[FakeRecord]]:
        assert start >= self.starts.get(partition, 0)
        found = [record for record in self.records[partition] if start <= record.offset < end]
        for place in range(0, len(found), 2):
            yield found[place : place + 2]

    async def start(self) -> None:
        return

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("the fake broker refuses")
        self.append(*self.in_between)
        self.in_between.clear()
        for record in records:
            if record.value in self.unpublishable:
                raise UnpublishableError(record, "too large")
            self.published.append(record)
            self._take(record)

    async def stop(self) -> None:
        return

    def _take(self, record: OutgoingRecord) -> None:
        partition = Partition(record.topic, record.partition or 0)
        if partition in self.records:
            end = self._end(partition)
            self.append(
                FakeRecord(
                    partition.topic, partition.number, end, key=record.key, value=record.value, headers=record.headers
                )
            )

    def _end(self, partition: Partition) -> int:
        records = self.records[partition]
        return records[-1].offset + 1 if records else self.starts.get(partition, 0)
