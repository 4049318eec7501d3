"""A clock that stands still until the test moves it."""

import asyncio
import heapq
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Final

NOON: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""Where a fake clock starts: noon of a Monday in Bangkok."""

_TURNS: Final = 50


class FakeClock:
    """`Clock` under the test's control: `sleep` ends when the test has advanced far enough."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = 0
        self.sleeps: list[float] = []
        """Every length that was slept, in order."""

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    @property
    def sleeping(self) -> int:
        """How many are asleep now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        if seconds <= 0:
            await _Turn()
            return
        future = asyncio.get_running_loop().create_future()
        self._slept += 1
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._slept, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move time on, waking sleepers at their moment, also those that fall asleep again on the way."""
        target = self._elapsed + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._elapsed = max(self._elapsed, due)
                future.set_result(None)
                await settle()
        self._elapsed = target
        await settle()

    def jump(self, seconds: float) -> None:
        """Move time on at once, waking nobody: for code that only reads the clock."""
        self._elapsed += seconds


async def settle(turns: int = _TURNS) -> None:
    """Let every other task run until it waits for something."""
    for _ in range(turns):
        await _Turn()


class _Turn:
    """One turn of the event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield
