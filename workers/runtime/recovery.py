"""After a restart, a rebalance or a long sleep: which records were done with, as the group's last commit tells."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from workers.ports.errors import UnavailableError
from workers.ports.messages import Intake, Partition
from workers.runtime.progress import Run, covers, decode

LOG: Final = logging.getLogger(__name__)


class _Known(NamedTuple):
    """What is done with: everything below `next_offset`, and some runs above."""

    next_offset: int
    runs: tuple[Run, ...]


class Reading(NamedTuple):
    """What the group says of partitions.

    Attributes:
        silent: the partitions it has never committed an offset of.
        next_offsets: how far it has come with the others.
    """

    silent: frozenset[Partition] = frozenset()
    next_offsets: Mapping[Partition, int] = MappingProxyType({})


class Recovery:
    """Remembers, for partitions that come to this worker or were perhaps lost to it, what the group had finished.

    What cannot be read is no loss: the event table recognises those records, at the price of publishing them again.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._unread: set[Partition] = set()
        self._finished: dict[Partition, _Known] = {}

    def doubt(self, partitions: Collection[Partition]) -> None:
        """Others may have had these partitions; what they committed is read before more of their records are handled.

        An offset is committed only once its outcome was published, so nothing below it need be published again. Until
        it was read nothing is committed here either, for that might wipe it out.
        """
        self._unread |= set(partitions)

    def forget(self, partitions: Collection[Partition]) -> None:
        """These partitions are somebody else's now."""
        self._unread -= set(partitions)
        for partition in partitions:
            self._finished.pop(partition, None)

    async def read(self) -> Reading:
        """Read the commits of all doubtful partitions at once; at most one request, none where there are none."""
        if not self._unread:
            return Reading()
        partitions = frozenset(self._unread)
        try:
            points = await self._intake.committed(partitions)
        except UnavailableError as error:
            LOG.warning("commit metadata not read", extra={"reason": str(error)})
            self._unread -= partitions
            return Reading()
        read = partitions & self._unread
        self._unread -= read
        for partition in read:
            point = points.get(partition)
            if point is not None:
                self._finished[partition] = _Known(point.next_offset, decode(*point))
        return Reading(
            read - points.keys(),
            {partition: point.next_offset for partition, point in points.items() if partition in read},
        )

    def is_unread(self, partition: Partition) -> bool:
        """Whether the partition's commit is still to be read."""
        return partition in self._unread

    @property
    def is_needed(self) -> bool:
        """Whether some partition's commit is still to be read."""
        return bool(self._unread)

    def is_finished(self, topic: str, number: int, offset: int) -> bool:
        """Whether a record was done with before it came here."""
        if not self._finished:
            return False
        known = self._finished.get(Partition(topic, number))
        return known is not None and (offset < known.next_offset or covers(known.runs, offset))
