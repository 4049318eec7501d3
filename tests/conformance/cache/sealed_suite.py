"""What every cache does whose values are sealed, besides all that it does with others."""

from collections.abc import AsyncIterator

import pytest

from adapters.cache.sealed import SealedCache
from adapters.vault.contents import OwnerContents
from tests.conformance.cache.suite import CacheSuite
from tests.fakes.vault import MemoryOwnerKeys
from workers.ports.cache import Cache, sealed_of
from workers.ports.errors import UnavailableError
from workers.ports.sealing import ContentSeal
from workers.ports.tenancy import charged_to

TENANT, OWNER = "acme", "nok"
VALUE = "กาแฟ planted".encode()


class Served:
    """A cache as one owner's work sees it."""

    def __init__(self, cache: Cache, owner: str | None = OWNER, tenant: str = TENANT) -> None:
        self._cache = cache
        self._owner = owner
        self._tenant = tenant

    async def get(self, key: str) -> bytes | None:
        with charged_to(self._tenant, self._owner):
            return await self._cache.get(key)

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        with charged_to(self._tenant, self._owner):
            await self._cache.put(key, value, ttl_seconds)

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        with charged_to(self._tenant, self._owner):
            return await self._cache.add(key, amount, ttl_seconds)

    async def delete(self, key: str) -> None:
        with charged_to(self._tenant, self._owner):
            await self._cache.delete(key)

    async def forget(self, prefix: str) -> bool:
        return await self._cache.forget(prefix)

    async def close(self) -> None:
        await self._cache.close()


class NoKeys:
    """`ContentSeals` whose database is away."""

    async def of(self, tenant: str, owner: str, *, lasting: bool = True) -> ContentSeal:
        raise UnavailableError(f"no key of {owner} at {tenant}: {lasting}")

    async def reading(self, tenant: str, owner: str) -> ContentSeal:
        return await self.of(tenant, owner)


class SealedCacheSuite(CacheSuite):
    """Subclasses give the fixture `under`, an empty cache of another kind."""

    @pytest.fixture
    def keys(self) -> MemoryOwnerKeys:
        return MemoryOwnerKeys()

    @pytest.fixture
    def sealed(self, under: Cache, keys: MemoryOwnerKeys) -> Cache:
        return SealedCache(under, OwnerContents(keys))

    @pytest.fixture
    async def cache(self, sealed: Cache) -> AsyncIterator[Cache]:
        cache = Served(sealed)
        yield cache
        await cache.close()

    async def test_all_that_begins_alike_is_forgotten_and_nothing_else(self, cache: Cache) -> None:
        """What begins alike is an owner's: nothing else can be told of a sealed value's key."""
        other = Served(cache, "dan")
        for one in (cache, other):
            await one.put("ocr:1", b"lines", 60)
            await one.put("model:1", b"answer", 60)
        assert await cache.forget(sealed_of(TENANT, OWNER))
        assert (await cache.get("ocr:1"), await cache.get("model:1")) == (None, None)

    async def test_an_owner_is_forgotten_alone(self, sealed: Cache) -> None:
        nok, dan = Served(sealed), Served(sealed, "dan")
        for one in (nok, dan):
            await one.put("ocr:1", b"lines", 60)
        assert await sealed.forget(sealed_of(TENANT, OWNER))
        assert (await nok.get("ocr:1"), await dan.get("ocr:1")) == (None, b"lines")

    async def test_neither_values_nor_keys_can_be_read_underneath(
        self, sealed: Cache, under: Cache, keys: MemoryOwnerKeys
    ) -> None:
        await Served(sealed).put("ocr:planted", VALUE, 60)
        seal = await OwnerContents(keys).of(TENANT, OWNER)
        place = f"{sealed_of(TENANT, OWNER)}{seal.name('ocr:planted')}"
        stored = await under.get(place)
        assert stored is not None
        assert b"planted" not in stored
        assert "planted" not in place
        assert await under.get("ocr:planted") is None

    async def test_nobody_is_answered_from_anothers(self, sealed: Cache) -> None:
        await Served(sealed).put("ocr:1", VALUE, 60)
        for other in (Served(sealed, "dan"), Served(sealed, OWNER, "globex"), Served(sealed, None)):
            assert await other.get("ocr:1") is None
        assert await Served(sealed).get("ocr:1") == VALUE

    async def test_nothing_is_remembered_for_nobody(self, sealed: Cache) -> None:
        nobody = Served(sealed, None)
        await nobody.put("ocr:1", VALUE, 60)
        await nobody.delete("ocr:1")
        assert await nobody.get("ocr:1") is None

    async def test_a_changed_value_or_one_of_a_destroyed_key_is_as_good_as_none(
        self, sealed: Cache, under: Cache, keys: MemoryOwnerKeys
    ) -> None:
        cache = Served(sealed)
        await cache.put("ocr:1", VALUE, 60)
        seal = await OwnerContents(keys).of(TENANT, OWNER)
        place = f"{sealed_of(TENANT, OWNER)}{seal.name('ocr:1')}"
        stored = await under.get(place)
        assert stored is not None
        await under.put(place, stored[:-1] + bytes([stored[-1] ^ 1]), 60)
        assert await cache.get("ocr:1") is None

        await cache.put("ocr:1", VALUE, 60)
        stored = await under.get(place)
        keys.destroy(TENANT, OWNER)
        new = await OwnerContents(keys).of(TENANT, OWNER)
        await under.put(f"{sealed_of(TENANT, OWNER)}{new.name('ocr:1')}", stored or b"", 60)
        assert await cache.get("ocr:1") is None

    async def test_without_keys_it_is_as_if_it_were_empty(self, under: Cache) -> None:
        cache = Served(SealedCache(under, NoKeys()))
        await cache.put("ocr:1", VALUE, 60)
        await cache.delete("ocr:1")
        assert await cache.get("ocr:1") is None
