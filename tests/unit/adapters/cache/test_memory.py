from adapters.cache.memory import MemoryCache
from tests.fakes.clock import FakeClock


async def test_a_value_lives_exactly_as_long_as_it_was_given() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock)
    await cache.put("key", b"value", 10)

    clock.jump(9.5)
    assert await cache.get("key") == b"value"
    clock.jump(0.5)
    assert await cache.get("key") is None


async def test_a_full_cache_forgets_what_was_used_least_recently() -> None:
    cache = MemoryCache(FakeClock(), max_entries=2)
    await cache.put("a", b"1", 60)
    await cache.put("b", b"2", 60)
    await cache.get("a")

    await cache.put("c", b"3", 60)

    assert [await cache.get(key) for key in "abc"] == [b"1", None, b"3"]


async def test_the_cache_is_bounded_in_bytes_keys_included() -> None:
    cache = MemoryCache(FakeClock(), max_bytes=20)
    await cache.put("a", bytes(9), 60)
    await cache.put("b", bytes(9), 60)

    await cache.put("c", bytes(1), 60)

    assert [await cache.get(key) for key in "abc"] == [None, bytes(9), bytes(1)]


async def test_a_value_larger_than_the_cache_is_not_kept_and_the_old_one_not_either() -> None:
    cache = MemoryCache(FakeClock(), max_bytes=20)
    await cache.put("a", b"old", 60)
    await cache.put("b", b"other", 60)

    await cache.put("a", bytes(20), 60)

    assert await cache.get("a") is None
    assert await cache.get("b") == b"other"


async def test_replacing_and_deleting_give_the_bytes_back() -> None:
    clock = FakeClock()
    cache = MemoryCache(clock, max_bytes=20)
    for _ in range(5):
        await cache.put("a", bytes(15), 60)
    await cache.delete("a")
    await cache.put("b", bytes(15), 1)
    clock.jump(1)
    assert await cache.get("b") is None

    await cache.put("c", bytes(9), 60)
    await cache.put("d", bytes(9), 60)

    assert [await cache.get(key) for key in "cd"] == [bytes(9), bytes(9)]


async def test_a_closed_cache_holds_nothing() -> None:
    cache = MemoryCache(FakeClock())
    await cache.put("a", b"1", 60)

    await cache.close()

    assert await cache.get("a") is None
