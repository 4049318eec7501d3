"""`MasterKeys` from the settings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from workers.ports.vault import BrokenSealError, Cipher, MasterKeyError, MasterKeys

_ID_DIGITS: Final = 12
_ID_PREFIX: Final = b"poon master key\0"


def master_id(key: bytes) -> str:
    """How a master key is named where its own bytes must not be: nobody finds 32 random bytes by their hash."""
    return hashlib.sha256(_ID_PREFIX + key).hexdigest()[:_ID_DIGITS]


class LocalMasterKeys:
    """`MasterKeys` in this process's memory.

    Args:
        keys: of 32 bytes each, the newest first.
        cipher: wraps with them.
    """

    def __init__(self, keys: Sequence[bytes], cipher: Cipher) -> None:
        self._keys = {master_id(key): key for key in keys}
        self._newest = master_id(keys[0])
        self._cipher = cipher

    @property
    def newest(self) -> str:
        return self._newest

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self._keys)

    async def wrap(self, data_key: bytes, bound: bytes) -> bytes:
        return self._cipher.seal(self._keys[self._newest], data_key, bound)

    async def unwrap(self, master: str, wrapped: bytes, bound: bytes) -> bytes:
        key = self._keys.get(master)
        if key is None:
            raise MasterKeyError.missing(master)
        try:
            return self._cipher.open(key, wrapped, bound)
        except BrokenSealError:
            raise MasterKeyError(
                f"the master key {master} does not open an owner's key it is said to have wrapped: a row of owner_keys"
                " was changed, restore that table"
            ) from None


class MasterKeysTogether:
    """`MasterKeys` of two kinds, while owners' keys move from one to the other.

    Args:
        first: wraps from now on.
        older: still opens what it has wrapped.
    """

    def __init__(self, first: MasterKeys, older: MasterKeys) -> None:
        self._first = first
        self._older = older

    @property
    def newest(self) -> str:
        return self._first.newest

    @property
    def known(self) -> frozenset[str]:
        return self._first.known | self._older.known

    async def wrap(self, data_key: bytes, bound: bytes) -> bytes:
        return await self._first.wrap(data_key, bound)

    async def unwrap(self, master: str, wrapped: bytes, bound: bytes) -> bytes:
        keeper = self._older if master in self._older.known else self._first
        return await keeper.unwrap(master, wrapped, bound)
