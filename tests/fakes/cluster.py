"""A cluster in memory with one consumer group of the eager kind: partitions, members, committed offsets."""

from collections.abc import Collection, Mapping, Sequence

from tests.fakes.broker import FakeRecord
from workers.ports.messages import CommitPoint, Partition, RecordSink, StaleAssignmentError


class MemoryCluster:
    """The log of some partitions, and who of the group reads which. Moves only when the test says so.

    Attributes:
        points: what the group has committed.
    """

    def __init__(self, records: Sequence[FakeRecord]) -> None:
        self._log: dict[Partition, list[FakeRecord]] = {}
        for record in records:
            self._log.setdefault(Partition(record.topic, record.partition), []).append(record)
        self._members: list[MemoryIntake] = []
        self.points: dict[Partition, CommitPoint] = {}

    @property
    def lag(self) -> dict[str, int]:
        """Records after the committed offset of each partition."""
        return {
            f"{partition.topic}-{partition.number}": len(log) - self.next_offset(partition)
            for partition, log in self._log.items()
        }

    def next_offset(self, partition: Partition) -> int:
        point = self.points.get(partition)
        return 0 if point is None else point.next_offset

    def join(self, member: "MemoryIntake") -> None:
        self._members.append(member)

    def leave(self, member: "MemoryIntake") -> None:
        if member in self._members:
            self._members.remove(member)

    async def rebalance(self) -> None:
        """Take everything from everybody, and share it out among those who are there now."""
        for member in self._members:
            await member.lose()
        shares: dict[MemoryIntake, list[Partition]] = {member: [] for member in self._members}
        for number, partition in enumerate(sorted(self._log)):
            shares[self._members[number % len(self._members)]].append(partition)
        for member, share in shares.items():
            await member.gain(share)

    def deliver(self, most: int) -> None:
        """Hand every member the next records of its partitions, so many of each."""
        for member in self._members:
            member.deliver({partition: self._log[partition] for partition in member.positions}, most)


class MemoryIntake:
    """`Intake` of one member.

    Attributes:
        positions: the next offset to hand out, of each partition the member has.
    """

    def __init__(self, cluster: MemoryCluster) -> None:
        self._cluster = cluster
        self._sink: RecordSink | None = None
        self._paused: set[Partition] = set()
        self.positions: dict[Partition, int] = {}

    async def start(self, sink: RecordSink) -> None:
        self._sink = sink
        self._cluster.join(self)

    def pause(self, partitions: Collection[Partition]) -> None:
        self._paused |= set(partitions)

    def resume(self, partitions: Collection[Partition]) -> None:
        self._paused -= set(partitions)

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        if self._sink is None:
            raise StaleAssignmentError("the member has left")
        self._cluster.points |= {partition: points[partition] for partition in points if partition in self.positions}

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        known = self._cluster.points
        return {partition: known[partition] for partition in partitions if partition in known}

    async def beginnings(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return dict.fromkeys(partitions, 0)

    def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        del partitions
        return {}

    async def stop(self) -> None:
        self._sink = None
        self._cluster.leave(self)

    async def lose(self) -> None:
        """The group takes everything away."""
        if self._sink is not None:
            await self._sink.revoked(list(self.positions))

    async def gain(self, share: Collection[Partition]) -> None:
        """The group gives a new share."""
        self.positions = {partition: self._cluster.next_offset(partition) for partition in share}
        self._paused.clear()
        if self._sink is not None:
            await self._sink.assigned(share)

    def deliver(self, logs: Mapping[Partition, Sequence[FakeRecord]], most: int) -> None:
        """Hand out the next records of every partition that is not paused."""
        for partition, log in logs.items():
            if self._sink is None or partition in self._paused:
                continue
            start = self.positions[partition]
            records = log[start : start + most]
            self.positions[partition] = start + len(records)
            if records:
                self._sink.accept(records)
