"""An in-memory broker for tests of the runtime: what is published stays, what is committed stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord, Partition, RecordSink, StaleAssignmentError


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


@dataclass
class FakeIntake:
    """`Intake` that a test delivers through."""

    paused: set[Partition] = field(default_factory=set)
    offsets: dict[Partition, int] = field(default_factory=dict)
    sink: RecordSink | None = None
    stale_commits: int = 0
    stopped: bool = False

    async def start(self, sink: RecordSink) -> None:
        self.sink = sink

    def pause(self, partitions: Collection[Partition]) -> None:
        self.paused |= set(partitions)

    def resume(self, partitions: Collection[Partition]) -> None:
        self.paused -= set(partitions)

    async def commit(self, next_offsets: Mapping[Partition, int]) -> None:
        if self.stale_commits:
            self.stale_commits -= 1
            raise StaleAssignmentError("the fake group has moved on")
        self.offsets |= next_offsets

    async def stop(self) -> None:
        self.stopped = True
