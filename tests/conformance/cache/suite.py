"""What every `Cache` promises."""

import asyncio

import pytest

from tests.services.waiting import eventually
from workers.ports.cache import Cache


class CacheSuite:
    """Subclasses give the fixture `cache`, an empty one."""

    @pytest.mark.parametrize("value", [b"", b"value", bytes(range(256)), bytes(1024 * 1024)])
    async def test_what_was_put_is_got(self, cache: Cache, value: bytes) -> None:
        await cache.put("ocr:rapidocr-3.1/small:ab12", value, 60)

        assert await cache.get("ocr:rapidocr-3.1/small:ab12") == value

    async def test_an_unknown_key_has_no_value(self, cache: Cache) -> None:
        assert await cache.get("unknown") is None

    async def test_keys_are_exact(self, cache: Cache) -> None:
        await cache.put("taxi 100", b"100", 60)

        for other in ("taxi 300", "taxi 10", "Taxi 100", "taxi 100 ", "taxi*"):
            assert await cache.get(other) is None

    async def test_the_latest_value_counts(self, cache: Cache) -> None:
        await cache.put("key", b"old", 60)
        await cache.put("key", b"new", 60)

        assert await cache.get("key") == b"new"

    async def test_a_deleted_value_is_gone(self, cache: Cache) -> None:
        await cache.put("key", b"value", 60)
        await cache.delete("key")
        await cache.delete("key")

        assert await cache.get("key") is None

    async def test_all_that_begins_alike_is_forgotten_and_nothing_else(self, cache: Cache) -> None:
        odd = r"ocr:acme/a*[b]?\c^-:"
        gone = (f"{odd}1:engine", f"{odd}2:engine", odd)
        kept = ("ocr:acme/aXb:1:engine", "ocr:acme/a", f"x{odd}1", "ocr:acme/a*b:1:engine")
        for key in (*gone, *kept):
            await cache.put(key, b"lines", 60)

        assert await cache.forget(odd)

        assert [await cache.get(key) for key in gone] == [None] * len(gone)
        assert [await cache.get(key) for key in kept] == [b"lines"] * len(kept)
        assert await cache.forget("nothing begins so")

    async def test_a_value_expires(self, cache: Cache) -> None:
        await cache.put("short", b"value", 0.05)
        await cache.put("long", b"value", 60)

        async def expired() -> bool:
            return await cache.get("short") is None

        await eventually(expired, "the value to expire")
        assert await cache.get("long") == b"value"

    @pytest.mark.parametrize("ttl", [0, -1, 0.0001])
    async def test_a_value_without_time_to_live_replaces_but_does_not_stay(self, cache: Cache, ttl: float) -> None:
        await cache.put("key", b"old", 60)
        await cache.put("key", b"new", ttl)

        async def gone() -> bool:
            return await cache.get("key") is None

        await eventually(gone, "the value to be gone")

    async def test_a_counter_sums_up(self, cache: Cache) -> None:
        assert await cache.add("calls", 1, 60) == 1
        assert await cache.add("calls", 41, 60) == 42
        assert await cache.add("calls", -2, 60) == 40
        assert await cache.add("others", 5, 60) == 5

    async def test_additions_at_the_same_time_are_all_counted(self, cache: Cache) -> None:
        sums = await asyncio.gather(*(cache.add("calls", 1, 60) for _ in range(50)))

        assert sorted(total for total in sums if total is not None) == list(range(1, 51))

    async def test_a_counter_ends_at_its_first_time_however_often_it_is_added_to(self, cache: Cache) -> None:
        await cache.add("calls", 5, 0.3)

        async def begun_anew() -> bool:
            return await cache.add("calls", 1, 60) == 1

        await eventually(begun_anew, "the counter to begin anew")
