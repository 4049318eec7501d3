"""Records as they come from and go to the broker, without naming a client library."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int


class CommitPoint(NamedTuple):
    """What is committed of a partition.

    Attributes:
        next_offset: of the first record not done with.
        metadata: the runtime's own note, at most 4,096 bytes; empty where there is none.
    """

    next_offset: int
    metadata: str = ""


class RawRecord(Protocol):
    """A consumed record, untouched. Client libraries' record classes fit as they are."""

    @property
    def topic(self) -> str:
        """Where it was consumed."""
        ...

    @property
    def partition(self) -> int:
        """The partition number."""
        ...

    @property
    def offset(self) -> int:
        """The position in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """The record's time, milliseconds since the epoch."""
        ...

    @property
    def key(self) -> bytes | None:
        """The record key."""
        ...

    @property
    def value(self) -> bytes | None:
        """The payload; None for a tombstone."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """The record headers, in order."""
        ...


class OutgoingRecord(NamedTuple):
    """A record to publish; the key decides its partition, unless one is named."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int | None = None


class RecordSink(Protocol):
    """Where an adapter delivers records and rebalances to; the runtime implements it.

    All methods are called from the event loop that consumes, in the order the broker tells.
    """

    def accept(self, records: Sequence[RawRecord]) -> None:
        """Take over records, in order per partition. Must not block; back-pressure is given by `Intake.pause`."""
        ...

    def polled(self) -> None:
        """The client asks the broker for records: a sign of life, whether there are any or not."""
        ...

    async def assigned(self, partitions: Collection[Partition]) -> None:
        """The group gave these partitions to this consumer, in addition to none: the list is the whole assignment."""
        ...

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """The group takes these partitions away, perhaps only for the length of a rebalance.

        Returns within the rebalance budget; what is ready is committed before it returns.
        """
        ...


class Intake(Protocol):
    """The consumer as the runtime drives it; an adapter implements it."""

    async def start(self, sink: RecordSink) -> None:
        """Join the group and deliver to `sink` until stopped.

        Raises:
            UnavailableError: the broker cannot be reached or a topic is missing.
        """
        ...

    def pause(self, partitions: Collection[Partition]) -> None:
        """Stop delivering from partitions, while polling goes on. Partitions not owned any more are skipped."""
        ...

    def resume(self, partitions: Collection[Partition]) -> None:
        """Deliver from partitions again. Partitions not owned any more are skipped."""
        ...

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        """Commit, per partition, the offset of the next record to handle and the metadata beside it.

        Offsets of partitions that are not owned any more are skipped. Idempotent.

        Raises:
            StaleAssignmentError: the group has moved on; nothing was committed, redelivery will follow.
            UnavailableError: the broker cannot be reached; safe to try again.
        """
        ...

    async def committed(self, partitions: Collection[Partition]) -> Mapping[Partition, CommitPoint]:
        """What the group has committed; partitions without a commit are left out.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    async def beginnings(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """The offset of the first record the broker still has of each partition; where a group without a commit begins.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """The offset behind the newest record of each partition, as the broker last told; does not ask it.

        Partitions that are not owned any more, or of which nothing was fetched yet, are left out.
        """
        ...

    async def stop(self) -> None:
        """Leave the group. What was committed stays; nothing else is committed."""
        ...


class StaleAssignmentError(Exception):
    """A commit came from an assignment the group has replaced."""


class Publisher(Protocol):
    """Publishes outcome and dead-letter records."""

    async def start(self) -> None:
        """Connect.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Publish records and wait until all are acknowledged by all in-sync replicas.

        Records of one key keep their order, also over calls, when a call that raised is repeated before the next.

        Raises:
            UnavailableError: not all were acknowledged; the whole call may be repeated (consumers deduplicate
                on ``ce_id``).
            UnpublishableError: a record can never be published (too large); names which.
        """
        ...

    async def stop(self) -> None:
        """Flush and disconnect."""
        ...


class UnpublishableError(Exception):
    """A record the broker will never take; `record` is the one."""

    def __init__(self, record: OutgoingRecord, reason: str) -> None:
        super().__init__(f"cannot publish to {record.topic}: {reason}")
        self.record = record
        self.reason = reason
