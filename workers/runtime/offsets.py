"""Which offset may be committed: the contiguous low watermark of each partition.

Offsets are tracked as they were delivered, not counted, because a log has holes (compaction, transaction markers).
Pure; see `tests/unit/runtime/test_offsets.py` for the model it is checked against.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from workers.runtime.progress import Run, encode


class Progress(NamedTuple):
    """What to commit of a partition.

    Attributes:
        next_offset: the first offset not done with.
        metadata: which records above it are done with, see `workers.runtime.progress`.
        change: which change of the partition's state this tells of.
    """

    next_offset: int
    metadata: str
    change: int


class PartitionOffsets:
    """The delivered and the finished offsets of one partition this worker owns."""

    def __init__(self) -> None:
        self._unfinished: deque[int] = deque()
        self._finished_above: set[int] = set()
        self._last_delivered: int | None = None
        self._done_below = 0
        self._change = 0
        self._committed_change = 0

    def deliver(self, offset: int) -> bool:
        """Note a delivered record.

        Returns:
            False for a record delivered before (in flight or finished here), which is to be dropped.
        """
        if self._last_delivered is None:
            self._change += 1
        elif offset <= self._last_delivered:
            return False
        self._unfinished.append(offset)
        self._last_delivered = offset
        return True

    def finish(self, offset: int) -> None:
        """Note that a delivered record is done with: its outcome is stored and acknowledged by the broker."""
        if offset < self._done_below:
            return
        self._change += 1
        self._finished_above.add(offset)
        self._advance()

    def skip_to(self, next_offset: int) -> None:
        """Take it that everything below an offset is done with: another owner has committed it meanwhile.

        A worker that was thrown out of the group and got its partition back would otherwise commit how far it had come
        before, and the group would go back behind what the other one did. What is in flight here ends in vain.
        """
        if self._last_delivered is None or self.next_offset is None or next_offset <= self.next_offset:
            return
        self._change += 1
        self._done_below = next_offset
        while self._unfinished and self._unfinished[0] < next_offset:
            self._finished_above.discard(self._unfinished.popleft())
        self._advance()
        self._last_delivered = max(self._last_delivered, next_offset - 1)

    def _advance(self) -> None:
        while self._unfinished and self._unfinished[0] in self._finished_above:
            self._finished_above.remove(self._unfinished.popleft())

    @property
    def next_offset(self) -> int | None:
        """The first offset not done with, never past unfinished work; None before the first delivery."""
        if self._last_delivered is None:
            return None
        return self._unfinished[0] if self._unfinished else self._last_delivered + 1

    @property
    def progress(self) -> Progress | None:
        """How far the partition has come; None before the first delivery."""
        next_offset = self.next_offset
        if next_offset is None:
            return None
        return Progress(next_offset, encode(next_offset, self._finished_runs()), self._change)

    @property
    def uncommitted(self) -> Progress | None:
        """What to commit, or None where the last commit says it already."""
        return None if self._change == self._committed_change else self.progress

    def committed(self, progress: Progress) -> None:
        """Note that the broker has taken it."""
        self._committed_change = progress.change

    @property
    def last_delivered(self) -> int | None:
        """The newest record taken over."""
        return self._last_delivered

    @property
    def unfinished(self) -> int:
        """How many delivered records lie at or above the watermark, finished ones among them included."""
        return len(self._unfinished)

    @property
    def in_hand(self) -> int:
        """How many delivered records are not done with."""
        return len(self._unfinished) - len(self._finished_above)

    def _finished_runs(self) -> Iterator[Run]:
        """Runs of finished records above the watermark; offsets that were never delivered do not interrupt one."""
        if not self._finished_above:
            return
        start: int | None = None
        last = 0
        for offset in self._unfinished:
            if offset in self._finished_above:
                start = offset if start is None else start
                last = offset
            elif start is not None:
                yield Run(start, last + 1)
                start = None
        if start is not None:
            yield Run(start, last + 1)
