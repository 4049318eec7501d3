"""Committing offsets: regularly, when partitions move, and once for a partition nobody has committed yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Final

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, Intake, Partition, StaleAssignmentError
from workers.ports.observing import Observer
from workers.runtime.assignment import Assignment
from workers.runtime.membership import Membership
from workers.runtime.offsets import Progress
from workers.runtime.recovery import Recovery

LOG: Final = logging.getLogger(__name__)


class OffsetCommits:
    """Commits the watermarks of an assignment, one commit at a time.

    A commit that fails is no loss: the records are redelivered, recognised and published again. One that is taken shows
    that this worker is a member of the group.
    """

    def __init__(
        self,
        intake: Intake,
        assignment: Assignment,
        recovery: Recovery,
        membership: Membership,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._intake = intake
        self._assignment = assignment
        self._recovery = recovery
        self._membership = membership
        self._clock = clock
        self._observer = observer
        self._lock = asyncio.Lock()
        self._suspended = False

    async def commit_forever(self, interval: float) -> None:
        """Commit what has changed, every `interval` seconds."""
        while True:
            await self._clock.sleep(interval)
            await self.commit_changes()

    def suspend(self) -> None:
        """Commit nothing until `resume`.

        Between a rebalance and the moment its outcome is known here, the group takes commits of the new generation, and
        what this worker knows of its partitions may lie behind what another member has committed meanwhile.
        """
        self._suspended = True

    def resume(self) -> None:
        """Go on committing."""
        self._suspended = False

    async def commit_changes(self) -> None:
        """Commit what has changed since the last commit."""
        async with self._lock:
            await self._commit_progress(self._assignment.to_commit())

    async def confirm(self) -> None:
        """Commit also what has not changed, to learn whether this worker still is a member."""
        async with self._lock:
            progress = self._assignment.progress()
            if progress:
                await self._commit_progress(progress)
            else:  # nothing was delivered: there is nothing that another member could be doing as well
                self._membership.confirm(self._clock.monotonic())

    async def _commit_progress(self, progress: Mapping[Partition, Progress]) -> None:
        # Before a new partition's metadata was read, a commit would wipe it out.
        known = {partition: one for partition, one in progress.items() if not self._recovery.is_unread(partition)}
        points = {partition: CommitPoint(one.next_offset, one.metadata) for partition, one in known.items()}
        if points and not self._suspended and await self._commit(points):
            self._assignment.committed(known)

    async def define(self, partitions: Collection[Partition]) -> None:
        """Commit where a partition begins that was never committed, so that its lag is defined from now on.

        What reads lag (KEDA among others) takes a partition without a commit for empty or for one record behind.
        """
        async with self._lock:
            silent = [partition for partition in partitions if self._assignment.offsets_of(partition) is None]
            if not silent:
                return
            try:
                beginnings = await self._intake.beginnings(silent)
            except UnavailableError as error:
                LOG.warning("lag stays undefined until the first record", extra={"reason": str(error)})
                return
            # A record may have come meanwhile; its own commit, later than this one, is not before the beginning.
            await self._commit({partition: CommitPoint(offset) for partition, offset in beginnings.items()})

    async def _commit(self, points: dict[Partition, CommitPoint]) -> bool:
        started = self._clock.monotonic()
        failure: Exception | None = None
        try:
            await self._intake.commit(points)
        except (StaleAssignmentError, UnavailableError) as error:
            failure = error
            LOG.warning("offsets not committed", extra={"reason": str(error)})
        else:
            self._membership.confirm(started)
        self._observer.offsets_committed(len(points), started, self._clock.monotonic(), failure)
        return failure is None
