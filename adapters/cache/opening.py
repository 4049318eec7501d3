"""A cache by its URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from adapters.cache.memory import MemoryCache

if TYPE_CHECKING:
    from workers.ports.cache import Cache
    from workers.ports.clock import Clock

_DATABASE: Final = re.compile(r"/?[0-9]*")


def open_cache(url: str, clock: Clock) -> Cache:
    """Open a cache; a Redis that cannot be reached is no error here, nor later.

    Raises:
        ValueError: the URL is wrong; the message says how to write it and repeats nothing of it, for it may carry a
            password.
    """
    if url == "memory://":
        return MemoryCache(clock)
    try:
        if _names_a_redis(url):
            from adapters.cache.redis import RedisCache  # noqa: PLC0415  its client is heavy, and few have a Redis

            return RedisCache(url, clock)
    except (TypeError, ValueError):  # what the library makes of options it does not know
        pass
    raise ValueError("cache URL: expected memory://, redis://host:port/0 or rediss://host:port/0")


def _names_a_redis(url: str) -> bool:
    parts = urlsplit(url)
    right_port = parts.port is None or parts.port > 0
    known = parts.scheme in {"redis", "rediss"}
    return known and right_port and bool(parts.hostname) and bool(_DATABASE.fullmatch(parts.path))
