from collections.abc import AsyncIterator

import pytest

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from tests.conformance.cache.suite import CacheSuite
from workers.ports.cache import Cache


class TestMemory(CacheSuite):
    @pytest.fixture
    async def cache(self) -> AsyncIterator[Cache]:
        cache = open_cache("memory://", SystemClock())
        yield cache
        await cache.close()
