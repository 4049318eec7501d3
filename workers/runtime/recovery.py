"""After a restart or a rebalance: which redelivered records were done with, as the last commit's metadata tells."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from workers.ports.errors import UnavailableError
from workers.ports.messages import Intake, Partition
from workers.runtime.progress import Run, covers, decode

LOG: Final = logging.getLogger(__name__)


class Recovery:
    """Remembers, for partitions that are new to this worker, what was finished above their committed offset.

    What cannot be read is no loss: the event table recognises those records, at the price of publishing them again.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._unread: set[Partition] = set()
        self._finished: dict[Partition, tuple[Run, ...]] = {}

    def begin(self, partitions: Collection[Partition]) -> None:
        """These partitions are new; their metadata is read before the first of their records is handled."""
        self._unread |= set(partitions)

    def forget(self, partitions: Collection[Partition]) -> None:
        """These partitions are somebody else's now."""
        self._unread -= set(partitions)
        for partition in partitions:
            self._finished.pop(partition, None)

    async def read(self) -> frozenset[Partition]:
        """Read the metadata of all new partitions at once; at most one request, none where nothing is new.

        Returns:
            The partitions the group has never committed an offset of.
        """
        if not self._unread:
            return frozenset()
        partitions = frozenset(self._unread)
        try:
            points = await self._intake.committed(partitions)
        except UnavailableError as error:
            LOG.warning("commit metadata not read", extra={"reason": str(error)})
            self._unread -= partitions
            return frozenset()
        read = partitions & self._unread
        self._unread -= read
        for partition in read:
            point = points.get(partition)
            if point is not None and (runs := decode(*point)):
                self._finished[partition] = runs
        return read - points.keys()

    def is_unread(self, partition: Partition) -> bool:
        """Whether the partition's metadata is still to be read."""
        return partition in self._unread

    @property
    def is_needed(self) -> bool:
        """Whether some partition's metadata is still to be read."""
        return bool(self._unread)

    def is_finished(self, topic: str, number: int, offset: int) -> bool:
        """Whether a redelivered record was done with before."""
        if not self._finished:
            return False
        runs = self._finished.get(Partition(topic, number))
        return runs is not None and covers(runs, offset)
