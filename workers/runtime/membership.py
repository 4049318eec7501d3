"""Whether this worker may still speak for its partitions, or was perhaps thrown out of the group while it slept."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from workers.ports.clock import Clock

LONG_SLEEP: Final = 3.0
"""Seconds without a sign of life after which the group may have given this worker's partitions away unnoticed.

A process that was frozen goes on where it stood, and hears only with its next heartbeat that it is no member any more.
Below the shortest session time-out a broker takes, 6 s.
"""


class Membership:
    """Notices long sleeps; after one, membership is in doubt until the group takes a commit or gives an assignment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = clock.monotonic()
        self._doubted = -math.inf
        self._certain = asyncio.Event()
        self._certain.set()

    @property
    def in_doubt(self) -> bool:
        """Whether somebody else may have this worker's partitions."""
        return not self._certain.is_set()

    def look(self) -> bool:
        """Note that the process runs; to be called more often than every `LONG_SLEEP`.

        Returns:
            Whether the membership is in doubt.
        """
        now = self._clock.monotonic()
        if now - self._seen > LONG_SLEEP:
            self._doubted = now
            self._certain.clear()
        self._seen = now
        return self.in_doubt

    def confirm(self, moment: float) -> None:
        """The group knew this worker as a member at a moment, seconds of the monotonic clock."""
        if moment >= self._doubted:
            self._certain.set()

    async def certain(self) -> None:
        """Wait until nothing is in doubt; returns at once for a worker that has not slept."""
        if self.look():
            await self._certain.wait()
