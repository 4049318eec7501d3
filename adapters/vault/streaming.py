"""Authenticated encryption of content that is never whole in memory: Tink's AES-GCM-HKDF streaming format.

https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming says it byte by byte. Each content has a key of
its own, derived (HKDF-SHA256) from the owner's key, a random salt and what it is bound to; its segments have nonces
that count them and tell the last one. So none can be changed, left out, put in another order, cut off at the end, or
taken from another content, another version of the same one included.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workers.ports.vault import BrokenSealError

SEGMENT_BYTES: Final = 64 * 1024
"""Of what is stored; part of the format, for nothing that is stored tells it."""
_KEY_BYTES: Final = 32
_PREFIX_BYTES: Final = 7
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = 1 + _KEY_BYTES + _PREFIX_BYTES
"""Its own length, the salt, and what the nonces begin with. The first segment is shorter by it."""


def sealed_size(size: int) -> int:
    """How many bytes content of so many takes."""
    segments = max(1, -(-(size + _HEADER_BYTES) // (SEGMENT_BYTES - _TAG_BYTES)))
    return _HEADER_BYTES + size + segments * _TAG_BYTES


def sealed(
    secret: bytes, pieces: Iterable[bytes], bound: bytes, random_bytes: Callable[[int], bytes] = os.urandom
) -> Iterator[bytes]:
    """Encrypt content, one segment in memory at a time.

    Args:
        secret: an owner's key, 32 bytes.
        pieces: of the content, of any sizes.
        bound: where it belongs; it can be opened with the same only.
        random_bytes: gives as many unguessable bytes as asked for.
    """
    salt, prefix = random_bytes(_KEY_BYTES), random_bytes(_PREFIX_BYTES)
    cipher, content = _cipher(secret, salt, bound), Segments(pieces)
    yield bytes([_HEADER_BYTES]) + salt + prefix
    number, size = 0, SEGMENT_BYTES - _HEADER_BYTES - _TAG_BYTES
    while True:
        segment = content.take(size)
        yield cipher.encrypt(_nonce(prefix, number, is_last=content.is_over), segment, None)
        if content.is_over:
            return
        number, size = number + 1, SEGMENT_BYTES - _TAG_BYTES


def opened(secret: bytes, stored: Segments, bound: bytes) -> Iterator[bytes]:
    """What was sealed, a segment at a time, each only once it is proven to be genuine.

    Raises:
        BrokenSealError: the key, the bytes or what they are bound to are other ones.
    """
    header = stored.take(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or header[0] != _HEADER_BYTES:
        raise BrokenSealError("sealed content has no whole beginning: it was changed or cut short")
    cipher, prefix = _cipher(secret, header[1:-_PREFIX_BYTES], bound), header[-_PREFIX_BYTES:]
    number, size = 0, SEGMENT_BYTES - _HEADER_BYTES
    while True:
        segment = stored.take(size)
        try:
            content = cipher.decrypt(_nonce(prefix, number, is_last=stored.is_over), segment, None)
        except InvalidTag:
            raise BrokenSealError(
                f"segment {number} of sealed content was changed, cut short, or moved to where it does not belong"
            ) from None
        if content:
            yield content
        if stored.is_over:
            return
        number, size = number + 1, SEGMENT_BYTES


class Segments:
    """Takes exact amounts out of pieces of any sizes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._left = iter(pieces)
        self._held = bytearray()

    def take(self, size: int) -> bytes:
        """The next bytes; fewer only where there are no more."""
        self._hold(size)
        taken = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        return taken

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        self._hold(1)
        return not self._held

    def _hold(self, size: int) -> None:
        while len(self._held) < size and (piece := next(self._left, None)) is not None:
            self._held += piece


def _cipher(secret: bytes, salt: bytes, bound: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=bound).derive(secret))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])
