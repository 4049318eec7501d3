"""`Cipher` by AES-256-GCM with random nonces.

A nonce must not come twice under a key. Each owner has a key of its own, so 2**32 texts of one owner would have to be
sealed before the odds of that reach one in four billion.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workers.ports.vault import BrokenSealError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class AesGcm:
    """`Cipher`: a random nonce, then the encrypted content and its tag.

    Args:
        random_bytes: gives as many unguessable bytes as asked for.
    """

    def __init__(self, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._random_bytes = random_bytes

    def new_key(self) -> bytes:
        return self._random_bytes(KEY_BYTES)

    def seal(self, key: bytes, content: bytes, bound: bytes) -> bytes:
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, content, bound)

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise BrokenSealError("a sealed text was cut short")
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except InvalidTag:
            raise BrokenSealError("a sealed text was changed, or moved to where it does not belong") from None
