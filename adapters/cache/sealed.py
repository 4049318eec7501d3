"""`Cache` that seals what it remembers with the key of the owner the work is done for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.ports.cache import sealed_of
from workers.ports.errors import UnavailableError
from workers.ports.tenancy import served_owner
from workers.ports.vault import BrokenSealError, DestroyedKeyError

if TYPE_CHECKING:
    from workers.ports.cache import Cache
    from workers.ports.sealing import ContentSeal, ContentSeals


class SealedCache:
    """`Cache` over another one, which sees neither values nor, but for whose they are, keys.

    Every owner has a part of its own, so that nobody is answered from what another one's key has sealed. For work that
    is done for nobody, nothing is remembered: there is no key to seal it with. Counters are only numbers, and are kept
    as they are.
    """

    def __init__(self, cache: Cache, seals: ContentSeals) -> None:
        self._cache = cache
        self._seals = seals

    async def get(self, key: str) -> bytes | None:
        found = await self._place(key)
        if found is None:
            return None
        seal, place = found
        value = await self._cache.get(place)
        if value is None:
            return None
        try:
            return b"".join(seal.opened((value,), place))
        except (DestroyedKeyError, BrokenSealError):
            return None

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        found = await self._place(key)
        if found is not None:
            seal, place = found
            await self._cache.put(place, b"".join(seal.sealed((value,), place)), ttl_seconds)

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        return await self._cache.add(key, amount, ttl_seconds)

    async def delete(self, key: str) -> None:
        found = await self._place(key)
        if found is not None:
            await self._cache.delete(found[1])

    async def forget(self, prefix: str) -> bool:
        return await self._cache.forget(prefix)

    async def close(self) -> None:
        await self._cache.close()

    async def _place(self, key: str) -> tuple[ContentSeal, str] | None:
        """The owner's seal, and where the value is; None where there is none, as if the cache could not be reached."""
        whose = served_owner()
        if whose is None:
            return None
        try:
            # A key that was destroyed meanwhile costs what is remembered with it, no more.
            seal = await self._seals.of(*whose, lasting=False)
        except UnavailableError:
            return None
        return seal, f"{sealed_of(*whose)}{seal.name(key)}"
