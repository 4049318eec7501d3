import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import redis

from adapters.cache.opening import open_cache
from adapters.cache.redis import OUTAGE_PAUSE_SECONDS, RedisCache
from adapters.clock import SystemClock
from tests.conformance.cache.suite import CacheSuite
from tests.fakes.clock import FakeClock
from tests.services.redis_server import NativeRedis, native_redis_is_possible
from workers.ports.cache import Cache

pytestmark = pytest.mark.integration


class TestRedis(CacheSuite):
    @pytest.fixture
    async def cache(self, fresh_redis: str) -> AsyncIterator[Cache]:
        cache = open_cache(fresh_redis, SystemClock())
        yield cache
        await cache.close()

    async def test_keys_in_redis_carry_the_fleets_prefix(self, cache: Cache, fresh_redis: str) -> None:
        await cache.put("key", b"value", 60)

        with redis.Redis.from_url(fresh_redis) as client:
            assert client.keys() == [b"poon:key"]
            assert 0 < int(client.pttl("poon:key")) <= 60_000


@pytest.mark.skipif(not native_redis_is_possible(), reason="needs a redis-server of its own to kill")
class TestOutage:
    """A Redis that comes and goes."""

    @pytest.fixture
    def server(self) -> Iterator[NativeRedis]:
        with NativeRedis() as server:
            yield server

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    async def cache(self, server: NativeRedis, clock: FakeClock) -> AsyncIterator[RedisCache]:
        cache = RedisCache(server.url, clock, timeout_seconds=0.2)
        yield cache
        await cache.close()

    async def test_a_killed_redis_is_an_empty_cache_until_it_is_back(
        self, server: NativeRedis, cache: RedisCache, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "adapters.cache.redis")
        await cache.put("key", b"value", 60)
        server.kill()
        for _ in range(3):
            assert await cache.get("key") is None
            await cache.put("key", b"value", 60)
            await cache.delete("key")
            clock.jump(OUTAGE_PAUSE_SECONDS)
        server.start()

        await cache.put("key", b"again", 60)

        assert await cache.get("key") == b"again"
        assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]

    async def test_a_frozen_redis_is_an_empty_cache_and_is_left_alone_for_a_while(
        self, server: NativeRedis, cache: RedisCache, clock: FakeClock
    ) -> None:
        await cache.put("key", b"value", 60)
        server.suspend()

        assert await cache.get("key") is None
        server.resume()
        assert await cache.get("key") is None

        clock.jump(OUTAGE_PAUSE_SECONDS)
        assert await cache.get("key") == b"value"

    async def test_a_restart_between_two_questions_is_not_noticed(
        self, server: NativeRedis, cache: RedisCache, caplog: pytest.LogCaptureFixture
    ) -> None:
        await cache.put("key", b"value", 60)
        server.kill()
        server.start()

        await cache.put("key", b"again", 60)

        assert await cache.get("key") == b"again"
        assert caplog.records == []

    async def test_the_answer_to_a_cancelled_question_is_not_given_to_the_next(
        self, server: NativeRedis, clock: FakeClock
    ) -> None:
        cache = RedisCache(server.url, clock, timeout_seconds=10)
        await cache.put("taxi 100", b"100", 60)
        await cache.put("taxi 300", b"300", 60)
        server.suspend()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(cache.get("taxi 100"), 0.05)
        server.resume()

        assert await cache.get("taxi 300") == b"300"
        await cache.close()
