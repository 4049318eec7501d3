"""A cache in this process."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from workers.ports.clock import Clock

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024


class _Entry(NamedTuple):
    value: bytes
    expires_at: float


class MemoryCache:
    """`Cache` that forgets what was used least recently once it is full, in entries or in bytes."""

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires_at <= self._clock.monotonic():
            self._forget(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        # Whatever becomes of the new value, the old one must not answer any more.
        self._forget(key)
        if ttl_seconds <= 0 or _size(key, value) > self._max_bytes:
            return
        self._entries[key] = _Entry(value, self._clock.monotonic() + ttl_seconds)
        self._bytes += _size(key, value)
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._forget(next(iter(self._entries)))

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        before = await self.get(key)
        if before is None:
            await self.put(key, b"%d" % amount, ttl_seconds)
            return amount
        total = int(before) + amount
        await self.put(key, b"%d" % total, self._entries[key].expires_at - self._clock.monotonic())
        return total

    async def delete(self, key: str) -> None:
        self._forget(key)

    async def forget(self, prefix: str) -> bool:
        for key in [key for key in self._entries if key.startswith(prefix)]:
            self._forget(key)
        return True

    async def close(self) -> None:
        self._entries.clear()
        self._bytes = 0

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= _size(key, entry.value)


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value)
