"""`ImageStore` over obstore, chosen by URL."""

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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from obstore.store import LocalStore, S3Store

    from workers.ports.images import ImageStore

TIMEOUT_SECONDS: Final = 30.0
"""How long one load or save may take in all, retries included."""


def open_image_store(url: str, *, s3: S3Options | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> ImageStore:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    opened = open_store(url, s3)
    return ObjectImageStore(opened.store, opened.name, opened.folder, timeout_seconds)


class ObjectImageStore:
    """`ImageStore` over a store of obstore.

    Args:
        name: how errors call the store.
        folder: guards a store of files; None for a bucket.
    """

    def __init__(
        self,
        store: LocalStore | S3Store,
        name: str,
        folder: ImageFolder | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._store = store
        self._name = name
        self._folder = folder
        self._timeout = timeout_seconds

    async def load(self, reference: ImageReference) -> bytes:
        async with self._bounded():
            data = await self._read(reference.key)
        found = await asyncio.to_thread(_sha256, data)
        if found != reference.sha256:
            raise ImageError(ErrorCode.IMAGE_MISMATCH, "the stored bytes have another SHA-256", field="image.sha256")
        return data

    async def save(self, key: str, data: bytes) -> ImageReference:
        reference = _reference(key, await asyncio.to_thread(_sha256, data))
        async with self._bounded():
            if self._folder and not await asyncio.to_thread(self._folder.takes, key):
                raise ValueError("key: leads out of the folder, is a folder or lies below an image")
            await self._store.put_async(key, data, use_multipart=False)
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
        if size > MAX_IMAGE_BYTES:
            raise ImageError(ErrorCode.IMAGE_TOO_LARGE, f"the stored image has {size} bytes", field="image.key")
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


def _not_found() -> ImageError:
    return ImageError(ErrorCode.IMAGE_NOT_FOUND, "the store has no image under this key", field="image.key")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
