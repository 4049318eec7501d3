"""The machine's time and randomness: the one home of `datetime.now`, `time.monotonic` and `asyncio.sleep`."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from workers.ports.clock import Clock

_TAIL_BITS: Final = 74
_STEP_BYTES: Final = 4


class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Uuid7Factory:
    """`IdFactory` of UUIDv7 as in RFC 9562, section 5.7, strictly rising within the process.

    Ids of one millisecond, or of a clock that was set back, count on from the last one by a random step (section 6.2,
    method 2), so they can be ordered but not guessed.
    """

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        # The tail's top bit starts as zero: room to count on, some 2^41 ids at the average step.
        tail = int.from_bytes(self._random_bytes(10)) & ((1 << (_TAIL_BITS - 1)) - 1)
        fresh = milliseconds << _TAIL_BITS | tail
        with self._lock:
            if fresh >> _TAIL_BITS <= self._last >> _TAIL_BITS:
                fresh = self._last + 1 + int.from_bytes(self._random_bytes(_STEP_BYTES))
            self._last = fresh
        return _uuid7(fresh)


def _uuid7(value: int) -> UUID:
    """Lay 48 bits of time and 74 of randomness around the version and the variant."""
    milliseconds, tail = value >> _TAIL_BITS, value & ((1 << _TAIL_BITS) - 1)
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
