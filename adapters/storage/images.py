"""`ImageStore` over obstore, chosen by URL, and `ImageStores`."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError
from pydantic import ValidationError

from adapters.storage.folder import ImageFolder, is_legal_key
from adapters.storage.opening import S3Options, is_no_bucket, open_store, storage_error
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES, ImageReference
from workers.ports.errors import ImageError, StorageError
from workers.ports.sealing import UNSEALED
from workers.ports.vault import BrokenSealError, DestroyedKeyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from obstore.store import LocalStore, S3Store

    from adapters.storage.opening import OpenedStore
    from workers.ports.images import ImageStore, ImageStores
    from workers.ports.sealing import ContentSeal, ContentSeals

TIMEOUT_SECONDS: Final = 30.0
"""How long one load or save may take in all, retries included."""


def open_image_stores(url: str, seals: ContentSeals, *, s3: S3Options | None = None) -> ImageStores:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    return ObjectImageStores(open_store(url, s3), seals)


class ObjectImageStores:
    """`ImageStores` over a store of obstore."""

    def __init__(self, opened: OpenedStore, seals: ContentSeals) -> None:
        self._opened = opened
        self._seals = seals

    async def of(self, tenant: str, owner: str) -> ImageStore:
        return ObjectImageStore(*self._opened, seal=await self._seals.of(tenant, owner))


class ObjectImageStore:
    """`ImageStore` over a store of obstore.

    Args:
        name: how errors call the store.
        folder: guards a store of files; None for a bucket.
        seal: the owner's.
    """

    def __init__(
        self,
        store: LocalStore | S3Store,
        name: str,
        folder: ImageFolder | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        seal: ContentSeal = UNSEALED,
    ) -> None:
        self._store = store
        self._name = name
        self._folder = folder
        self._timeout = timeout_seconds
        self._seal = seal

    async def load(self, reference: ImageReference) -> bytes:
        async with self._bounded():
            stored = await self._read(reference.key)
        data = await asyncio.to_thread(_in_the_clear, stored, reference.key, self._seal)
        found = await asyncio.to_thread(_sha256, data)
        if found != reference.sha256:
            raise ImageError(ErrorCode.IMAGE_MISMATCH, "the stored bytes have another SHA-256", field="image.sha256")
        return data

    async def save(self, key: str, data: bytes) -> ImageReference:
        reference = _reference(key, await asyncio.to_thread(_sha256, data))
        async with self._bounded():
            if self._folder and not await asyncio.to_thread(self._folder.takes, key):
                raise ValueError("key: leads out of the folder, is a folder or lies below an image")
            stored = await asyncio.to_thread(lambda: b"".join(self._seal.sealed((data,), key)))
            await self._store.put_async(key, stored, use_multipart=False)
        return reference

    async def _read(self, key: str) -> bytes:
        if not is_legal_key(key) or (self._folder and not await asyncio.to_thread(self._folder.holds, key)):
            raise _not_found()
        try:
            answer = await self._store.get_async(key)
        except FileNotFoundError as error:
            if is_no_bucket(error):
                raise StorageError(f"{self._name}: there is no such bucket") from error
            raise _not_found() from error
        # Only the head has been read so far; one request tells the size of the very bytes that follow.
        size = answer.meta["size"]
        if size > self._seal.stored_size(MAX_IMAGE_BYTES):
            raise _too_large(size)
        return bytes(await answer.bytes_async())

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Bound the time, and let no error of the library or the machine through."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise StorageError(f"{self._name}: no answer within {self._timeout:g} s") from None
        except (BaseError, OSError) as error:
            raise storage_error(self._name, error) from error


def _reference(key: str, sha256: str) -> ImageReference:
    try:
        reference = ImageReference(key=key, sha256=sha256)
    except ValidationError:
        raise ValueError("key: must match the pattern of an image reference's key") from None
    if not is_legal_key(key):
        raise ValueError("key: an empty, '.', '..' or overlong part leads nowhere in the store")
    return reference


def _in_the_clear(stored: bytes, key: str, seal: ContentSeal) -> bytes:
    try:
        data = b"".join(seal.opened((stored,), key))
    except DestroyedKeyError as error:
        raise _not_found(f"the image cannot be read: {error}") from None
    except BrokenSealError as error:
        raise ImageError(ErrorCode.IMAGE_MISMATCH, str(error), field="image.key") from None
    if len(data) > MAX_IMAGE_BYTES:  # a plain one, a little larger, that what is sealed may be
        raise _too_large(len(data))
    return data


def _not_found(reason: str = "the store has no image under this key") -> ImageError:
    return ImageError(ErrorCode.IMAGE_NOT_FOUND, reason, field="image.key")


def _too_large(size: int) -> ImageError:
    return ImageError(ErrorCode.IMAGE_TOO_LARGE, f"the stored image has {size} bytes", field="image.key")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
