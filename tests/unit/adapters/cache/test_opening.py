import pytest

from adapters.cache.memory import MemoryCache
from adapters.cache.opening import open_cache
from adapters.cache.redis import RedisCache
from tests.fakes.clock import FakeClock


def test_the_scheme_chooses_the_cache() -> None:
    assert isinstance(open_cache("memory://", FakeClock()), MemoryCache)
    assert isinstance(open_cache("redis://localhost:6379/0", FakeClock()), RedisCache)
    assert isinstance(open_cache("rediss://:secret@cache.example:6380/1", FakeClock()), RedisCache)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory",
        "redis",
        "memcached://host",
        "redis:/host",
        "memory://x",
        "redis://host:port",
        "redis://host:6379/x",
        "redis://host:6379/0?sokcet_timeout=3",
        "redis://host:6379/0?socket_timeout=x",
        "redis:///0",
    ],
)
def test_a_wrong_url_is_refused_with_the_right_ones(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected memory://, redis://host:port/0 or rediss://host:port/0"):
        open_cache(url, FakeClock())


@pytest.mark.parametrize("url", ["amqp://user:secret@host", "user:secret@host", "redis://user:secret@host:port/0"])
def test_a_refusal_repeats_no_password(url: str) -> None:
    with pytest.raises(ValueError, match="cache URL") as refused:
        open_cache(url, FakeClock())

    assert "secret" not in str(refused.value)


async def test_an_unused_redis_cache_is_closed_without_a_connection() -> None:
    await open_cache("redis://localhost:6379/0", FakeClock()).close()
