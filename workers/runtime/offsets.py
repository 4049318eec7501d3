"""Which offset may be committed: the contiguous low watermark of each partition.

Offsets are tracked as they were delivered, not counted, because a log has holes (compaction, transaction markers).
Pure; see `tests/unit/runtime/test_offsets.py` for the model it is checked against.
"""

from __future__ import annotations

from collections import deque


class PartitionOffsets:
    """The delivered and the finished offsets of one partition this worker owns."""

    def __init__(self) -> None:
        self._unfinished: deque[int] = deque()
        self._finished_above: set[int] = set()
        self._last_delivered: int | None = None
        self._committed: int | None = None

    def deliver(self, offset: int) -> bool:
        """Note a delivered record.

        Returns:
            False for a record delivered before (in flight or finished here), which is to be dropped.
        """
        if self._last_delivered is not None and offset <= self._last_delivered:
            return False
        self._unfinished.append(offset)
        self._last_delivered = offset
        return True

    def finish(self, offset: int) -> None:
        """Note that a delivered record is done with: its outcome is stored and acknowledged by the broker."""
        self._finished_above.add(offset)
        while self._unfinished and self._unfinished[0] in self._finished_above:
            self._finished_above.remove(self._unfinished.popleft())

    @property
    def next_offset(self) -> int | None:
        """The first offset not done with, never past unfinished work; None before the first delivery."""
        if self._last_delivered is None:
            return None
        return self._unfinished[0] if self._unfinished else self._last_delivered + 1

    @property
    def uncommitted(self) -> int | None:
        """The offset to commit, or None where the last commit says it already."""
        watermark = self.next_offset
        return None if watermark == self._committed else watermark

    def committed(self, offset: int) -> None:
        """Note that the broker has taken `offset`."""
        self._committed = offset

    @property
    def unfinished(self) -> int:
        """How many delivered records lie at or above the watermark, finished ones among them included."""
        return len(self._unfinished)
