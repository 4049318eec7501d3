"""`CacheExaminer` of a Redis, and of the memory of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workers.ports.errors import UnavailableError
from workers.ports.examining import CacheState

if TYPE_CHECKING:
    from collections.abc import Mapping


class RedisExaminer:
    """`CacheExaminer` by the cache's URL."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout = timeout_seconds

    async def state(self) -> CacheState | None:
        if self._url.startswith("memory:"):
            return None
        from redis.asyncio import Redis  # noqa: PLC0415  its client is heavy, and few have a Redis
        from redis.exceptions import RedisError  # noqa: PLC0415

        client = Redis.from_url(self._url, socket_timeout=self._timeout, socket_connect_timeout=self._timeout)
        try:
            told: Mapping[str, object] = await client.info()
        except (RedisError, OSError, ValueError) as error:
            raise UnavailableError(f"Redis at {self._place()} cannot be used: {_first_line(error)}") from None
        finally:
            await client.aclose()
        return CacheState(
            str(told.get("redis_version", "")),
            str(told.get("maxmemory_policy", "noeviction")),
            int(str(told.get("used_memory", 0))),
            int(str(told.get("maxmemory", 0))),
        )

    def _place(self) -> str:
        """Its address, without a password."""
        parts = urlsplit(self._url)
        return f"{parts.hostname}:{parts.port or 6379}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
