"""How far a consumer group is behind, as the broker knows it: with or without a running worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workers.ports.messages import CommitPoint, Partition


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition of one group.

    Attributes:
        committed: what the group committed last; None when it never has.
        start: the oldest offset the broker still has.
        end: the offset of the next record to be written.
        oldest: when the oldest record not committed was written; None where there is none, or where it could not be
            read in time.
    """

    group: str
    partition: Partition
    committed: CommitPoint | None
    start: int
    end: int
    oldest: datetime | None = None

    @property
    def next_offset(self) -> int:
        """Where the group goes on: at the start where it has committed nothing, or something that is gone."""
        return self.start if self.committed is None else max(self.start, self.committed.next_offset)

    @property
    def messages(self) -> int:
        """Offsets not committed. Finished records above the watermark are among them."""
        return max(0, self.end - self.next_offset)


class LagReader(Protocol):
    """Asks the broker."""

    async def read(self, groups: Mapping[str, Sequence[str]]) -> Sequence[PartitionLag]:
        """The lag of each group on its topics, by group, topic and partition. Commits and creates nothing.

        Raises:
            UnavailableError: the broker cannot be reached, or a topic is missing.
        """
        ...
