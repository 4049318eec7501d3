"""The partitions this worker owns: what was delivered from them, and what of it may be committed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from workers.ports.messages import Partition, RawRecord
from workers.runtime.flow import NOTHING, FlowChange, FlowLimits, Held, flow_change
from workers.runtime.offsets import PartitionOffsets, Progress


class Handover(NamedTuple):
    """What an assignment changed.

    Attributes:
        new: partitions nothing is known of yet.
        gone: partitions that are somebody else's now, whose work is to be cancelled.
    """

    new: frozenset[Partition]
    gone: frozenset[Partition]


class Assignment:
    """Offsets of all owned partitions. Pure but for its own state.

    The eager group protocol revokes everything at every rebalance, so a revoked partition is only *perhaps* lost:
    its offsets are kept, and adopted when the next assignment brings it back.
    """

    def __init__(self, limits: FlowLimits) -> None:
        self._limits = limits
        self._offsets: dict[Partition, PartitionOffsets] = {}
        self._owned: frozenset[Partition] = frozenset()
        self._paused: set[Partition] = set()

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions of the present assignment."""
        return self._owned

    @property
    def unfinished(self) -> int:
        """Records taken over and not done with, over all partitions."""
        return sum(offsets.unfinished for offsets in self._offsets.values())

    def assign(self, partitions: Collection[Partition]) -> Handover:
        """Take over a whole new assignment; what is known of partitions that came back is kept."""
        self._owned = frozenset(partitions)
        self._paused.clear()  # a fresh assignment starts unpaused
        known = frozenset(self._offsets)
        gone = known - self._owned
        for partition in gone:
            del self._offsets[partition]
        return Handover(new=self._owned - known, gone=gone)

    def revoke(self, partitions: Collection[Partition]) -> None:
        """Partitions are taken away, perhaps only for the length of the rebalance."""
        self._owned -= frozenset(partitions)
        self._paused -= frozenset(partitions)

    def deliver(self, record: RawRecord) -> PartitionOffsets | None:
        """Note a record.

        Returns:
            Where it was noted, to be told when the record is finished; None when the record is to be dropped: its
            partition is not owned, or it was taken over before.
        """
        partition = Partition(record.topic, record.partition)
        if partition not in self._owned:
            return None
        offsets = self._offsets.setdefault(partition, PartitionOffsets())
        return offsets if offsets.deliver(record.offset) else None

    def offsets_of(self, partition: Partition) -> PartitionOffsets | None:
        """What was delivered from a partition; None before the first record."""
        return self._offsets.get(partition)

    def holds(self, partition: Partition, offsets: PartitionOffsets) -> bool:
        """Whether what was delivered to `offsets` is still this worker's business."""
        return self._offsets.get(partition) is offsets

    @property
    def paused(self) -> frozenset[Partition]:
        """The partitions that are paused."""
        return frozenset(self._paused)

    @property
    def is_paused(self) -> bool:
        """Whether any partition is paused."""
        return bool(self._paused)

    def skip_to(self, next_offsets: Mapping[Partition, int]) -> None:
        """Other owners have committed these offsets meanwhile: everything below them is done with."""
        for partition, next_offset in next_offsets.items():
            offsets = self._offsets.get(partition)
            if offsets is not None:
                offsets.skip_to(next_offset)

    def to_commit(self) -> dict[Partition, Progress]:
        """What has changed since the last commit.

        Revoked partitions are among them: while the revocation lasts the commit is still taken.
        """
        changed = {partition: offsets.uncommitted for partition, offsets in self._offsets.items()}
        return {partition: progress for partition, progress in changed.items() if progress is not None}

    def progress(self) -> dict[Partition, Progress]:
        """How far every partition has come, whether it was committed or not."""
        known = {partition: offsets.progress for partition, offsets in self._offsets.items()}
        return {partition: progress for partition, progress in known.items() if progress is not None}

    def committed(self, taken: Mapping[Partition, Progress]) -> None:
        """Note what the broker took."""
        for partition, progress in taken.items():
            offsets = self._offsets.get(partition)
            if offsets is not None:
                offsets.committed(progress)

    def flow(self, *, out: bool = False) -> FlowChange:
        """What to pause and resume now; noted as done.

        Args:
            out: whether what every command needs is missing.
        """
        held = {partition: self._held(partition) for partition in self._owned}
        change = flow_change(held, self._paused, self._limits, out=out)
        self._paused |= change.pause
        self._paused -= change.resume
        return change

    def _held(self, partition: Partition) -> Held:
        offsets = self._offsets.get(partition)
        return NOTHING if offsets is None else Held(offsets.in_hand, offsets.unfinished)
