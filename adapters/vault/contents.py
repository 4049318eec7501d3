"""`ContentSeals` with the keys of owners: what is kept outside the database says whose key opens it.

The mark of `workers.ports.sealing`, the 16 bytes of the key's id, then what `adapters.vault.streaming` makes, bound to
tenant, owner and place.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from typing import Final

from adapters.vault.streaming import Segments, opened, sealed, sealed_size
from workers.ports.sealing import CONTENT_MARK, ContentSeal, Unsealed, beginning
from workers.ports.vault import BrokenSealError, DestroyedKeyError, OwnerKey, OwnerKeySource

_ID_BYTES: Final = 16
_PREFIX_BYTES: Final = len(CONTENT_MARK) + _ID_BYTES
_GONE: Final = "the key it is sealed with was destroyed, or is another owner's"


class OwnerContents:
    """`ContentSeals` by the keys of a source."""

    def __init__(self, keys: OwnerKeySource) -> None:
        self._keys = keys

    async def of(self, tenant: str, owner: str, *, lasting: bool = True) -> ContentSeal:
        return OwnerContentSeal(await self._keys.key_of(tenant, owner, anew=lasting))

    async def reading(self, tenant: str, owner: str) -> ContentSeal:
        key = await self._keys.known_key_of(tenant, owner)
        return Keyless() if key is None else OwnerContentSeal(key)


class Keyless(Unsealed):
    """`ContentSeal` of an owner who has no key: only what was never sealed can be read."""

    def opened(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:  # noqa: ARG002  nothing opens anywhere
        head, whole = beginning(pieces, len(CONTENT_MARK))
        if head.startswith(CONTENT_MARK):
            raise DestroyedKeyError(_GONE)
        yield from whole


class OwnerContentSeal:
    """`ContentSeal` with one key."""

    def __init__(self, key: OwnerKey) -> None:
        self._key = key

    def stored_size(self, size: int) -> int:
        return _PREFIX_BYTES + sealed_size(size)

    def sealed(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:
        yield CONTENT_MARK + self._key.id.bytes
        yield from sealed(self._key.secret, pieces, self._bound("content", place))

    def opened(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:
        head, whole = beginning(pieces, _PREFIX_BYTES)
        if not head.startswith(CONTENT_MARK):
            yield from whole
            return
        if len(head) < _PREFIX_BYTES:
            raise BrokenSealError("sealed content was cut short")
        if head[len(CONTENT_MARK) : _PREFIX_BYTES] != self._key.id.bytes:
            raise DestroyedKeyError(_GONE)
        stored = Segments(whole)
        stored.take(_PREFIX_BYTES)
        yield from opened(self._key.secret, stored, self._bound("content", place))

    def name(self, name: str) -> str:
        return hmac.digest(self._key.secret, self._bound("name", name), "sha256").hex()

    def _bound(self, use: str, place: str) -> bytes:
        return f"{use}\0{self._key.tenant}\0{self._key.owner}\0{place}".encode()
