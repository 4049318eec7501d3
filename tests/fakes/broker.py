"""An in-memory broker for tests of the runtime: what is published stays, what is committed stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RecordSink, StaleAssignmentError


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A consumed record."""

    topic: str
    partition: int
    offset: int
    timestamp: int = 1_772_427_600_000
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()


class FakePublisher:
    """`Publisher` that remembers, and refuses as often as it is told."""

    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []
        self.calls = 0
        self.refusals = 0
        self.running = False

    async def start(self) -> None:
        self.running = True

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        self.calls += 1
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("the fake broker refuses")
        self.records += records

    async def stop(self) -> None:
        self.running = False


class FakeReplies:
    """`ReplyPublisher` that remembers."""

    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []
        self.stopped = False

    def offer(self, reply: OutgoingRecord) -> None:
        self.records.append(reply)

    async def stop(self) -> None:
        self.stopped = True


@dataclass
class FakeIntake:
    """`Intake` that a test delivers through."""

    paused: set[Partition] = field(default_factory=set)
    points: dict[Partition, CommitPoint] = field(default_factory=dict)
    first_offsets: dict[Partition, int] = field(default_factory=dict)
    last_ends: dict[Partition, int] = field(default_factory=dict)
    unreadable: bool = False
    sink: RecordSink | None = None
    stale_commits: int = 0
    asked: int = 0
    """How often somebody wanted to know what was committed."""
    stopped: bool = False

    async def start(self, sink: RecordSink) -> None:
        self.sink = sink

    def pause(self, partitions: Collection[Partition]) -> None:
        self.paused |= set(partitions)

    def resume(self, partitions: Collection[Partition]) -> None:
        self.paused -= set(partitions)

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        if self.stale_commits:
            self.stale_commits -= 1
            raise StaleAssignmentError("the fake group has moved on")
        self.points |= points

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        self.asked += 1
        if self.unreadable:
            raise UnavailableError("the fake coordinator is away")
        return {partition: self.points[partition] for partition in partitions if partition in self.points}

    async def beginnings(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return {partition: self.first_offsets.get(partition, 0) for partition in partitions}

    def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        return {partition: self.last_ends[partition] for partition in partitions if partition in self.last_ends}

    @property
    def offsets(self) -> dict[Partition, int]:
        return {partition: point.next_offset for partition, point in self.points.items()}

    async def stop(self) -> None:
        self.stopped = True
