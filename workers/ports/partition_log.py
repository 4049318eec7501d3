"""Reading a topic's partition from outside the fleet, without taking anything from anybody."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from workers.ports.messages import Partition, RawRecord


class Extent(NamedTuple):
    """Which offsets the broker has.

    Attributes:
        start: the oldest offset that was not deleted.
        end: the one the next record will have.
    """

    start: int
    end: int


class PartitionLog(Protocol):
    """Reads partitions; belongs to no consumer group."""

    async def extents(self, partitions: Collection[Partition]) -> Mapping[Partition, Extent]:
        """What the broker has of each partition; those that do not exist are left out.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    def read(self, partition: Partition, start: int, end: int) -> AsyncIterator[Sequence[RawRecord]]:
        """The records from offset `start` up to and without `end`, in order, some at a time.

        Raises:
            UnavailableError: the broker cannot be reached, or stopped answering.
        """
        ...
