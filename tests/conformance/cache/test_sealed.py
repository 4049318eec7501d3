"""Caches whose values are sealed."""

from collections.abc import AsyncIterator

import pytest

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from tests.conformance.cache.sealed_suite import SealedCacheSuite
from workers.ports.cache import Cache


class TestMemory(SealedCacheSuite):
    @pytest.fixture
    async def under(self) -> AsyncIterator[Cache]:
        cache = open_cache("memory://", SystemClock())
        yield cache
        await cache.close()


@pytest.mark.integration
class TestRedis(SealedCacheSuite):
    @pytest.fixture
    async def under(self, fresh_redis: str) -> AsyncIterator[Cache]:
        cache = open_cache(fresh_redis, SystemClock())
        yield cache
        await cache.close()
