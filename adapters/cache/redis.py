"""A cache in Redis, shared by all workers."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from workers.ports.clock import Clock

T = TypeVar("T")

KEY_PREFIX: Final = "poon:"
TIMEOUT_SECONDS: Final = 1.0
MAX_CONNECTIONS: Final = 16
OUTAGE_PAUSE_SECONDS: Final = 5.0
"""How long a Redis that failed is left alone, so that an outage costs callers next to nothing."""

KEYS_AT_ONCE: Final = 1_000
"""Keys the server looks at before it answers somebody else."""
_SPECIAL: Final = re.compile(r"([*?\[\]\\^-])")
"""What means something else in a pattern of Redis."""

_log = logging.getLogger(__name__)


class RedisCache:
    """`Cache` in Redis; one that cannot be reached behaves like an empty one, and is tried again after a pause.

    Raises:
        ValueError: the URL's options are wrong.
        TypeError: the URL has an unknown option.
    """

    def __init__(self, url: str, clock: Clock, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._clock = clock
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=timeout_seconds,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            # One more try covers a connection the server has closed meanwhile.
            retry=Retry(NoBackoff(), 1),
        )
        # The library looks at a URL's options only when it connects; a wrong one is to be found out now.
        pool.connection_class(**pool.connection_kwargs)
        self._redis: Redis = Redis.from_pool(pool)
        self._down = False
        self._next_try = 0.0

    async def get(self, key: str) -> bytes | None:
        found = await self._attempt(lambda: self._redis.get(KEY_PREFIX + key))
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        milliseconds = int(ttl_seconds * 1000)
        if milliseconds <= 0:
            await self.delete(key)
            return
        await self._attempt(lambda: self._redis.set(KEY_PREFIX + key, value, px=milliseconds))

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        async def count() -> int:
            async with self._redis.pipeline(transaction=True) as together:
                together.set(KEY_PREFIX + key, 0, px=max(1, int(ttl_seconds * 1000)), nx=True)
                together.incrby(KEY_PREFIX + key, amount)
                return int((await together.execute())[-1])

        return await self._attempt(count)

    async def delete(self, key: str) -> None:
        await self._attempt(lambda: self._redis.delete(KEY_PREFIX + key))

    async def forget(self, prefix: str) -> bool:
        async def forgotten() -> bool:
            begins = KEY_PREFIX + _SPECIAL.sub(r"\\\1", prefix)
            async for key in self._redis.scan_iter(match=f"{begins}*", count=KEYS_AT_ONCE):
                await self._redis.unlink(key)
            return True

        return bool(await self._attempt(forgotten))

    async def close(self) -> None:
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _attempt(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        if self._down and self._clock.monotonic() < self._next_try:
            return None
        try:
            answer = await ask()
        except (RedisError, OSError) as error:
            self._note_failure(error)
            return None
        if self._down:
            self._down = False
            _log.info("the Redis cache answers again")
        return answer

    def _note_failure(self, error: Exception) -> None:
        self._next_try = self._clock.monotonic() + OUTAGE_PAUSE_SECONDS
        if not self._down:
            self._down = True
            _log.warning("the Redis cache fails, going on without it: %s", error)
