"""`OwnerFiles` over obstore: in the store of images and statements."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError

from adapters.storage.folder import ImageFolder, is_legal_key
from adapters.storage.opening import S3Options, is_no_bucket, open_store, storage_error
from adapters.storage.statements import rows_folder
from contracts.ids import owner_folder
from workers.ports.errors import StorageError
from workers.ports.sealing import UNSEALED
from workers.ports.vault import BrokenSealError, DestroyedKeyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from obstore.store import LocalStore, S3Store

    from workers.domain.privacy import Named
    from workers.ports.privacy import OwnerFiles
    from workers.ports.sealing import ContentSeal, ContentSeals

TIMEOUT_SECONDS: Final = 30.0
"""How long one file, or one folder's list, may take."""


def open_owner_files(url: str, seals: ContentSeals = UNSEALED, *, s3: S3Options | None = None) -> OwnerFiles:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    opened = open_store(url, s3)
    return ObjectOwnerFiles(opened.store, opened.name, opened.folder, seals)


class ObjectOwnerFiles:
    """`OwnerFiles` over a store of obstore.

    Args:
        name: how errors call the store.
        folder: guards a store of files; None for a bucket.
        seals: the owners'.
    """

    def __init__(
        self, store: LocalStore | S3Store, name: str, folder: ImageFolder | None = None, seals: ContentSeals = UNSEALED
    ) -> None:
        self._store = store
        self._name = name
        self._folder = folder
        self._seals = seals

    async def keys(self, tenant: str, owner: str, named: Named) -> Sequence[str]:
        found = {key for key in named.keys if await self._is_there(key)}
        folders = [owner_folder(tenant, owner), *(rows_folder(tenant, each) for each in named.statements)]
        for folder in folders:
            found |= await self._below(folder)
        return sorted(found)

    async def load(self, tenant: str, owner: str, key: str) -> bytes | None:
        stored = await self._stored(key)
        if stored is None:
            return None
        return await asyncio.to_thread(_in_the_clear, stored, key, await self._seals.reading(tenant, owner))

    async def _stored(self, key: str) -> bytes | None:
        if not await self._is_inside(key):
            return None
        async with self._bounded():
            try:
                return bytes(await (await self._store.get_async(key)).bytes_async())
            except FileNotFoundError as error:
                self._refuse_absence(error)
                return None

    async def remove(self, key: str) -> None:
        if await self._is_inside(key):
            async with self._bounded():
                try:
                    await self._store.delete_async(key)
                except FileNotFoundError as error:
                    self._refuse_absence(error)

    async def _is_there(self, key: str) -> bool:
        if not await self._is_inside(key):
            return False
        async with self._bounded():
            try:
                await self._store.head_async(key)
            except FileNotFoundError as error:
                self._refuse_absence(error)
                return False
            return True

    async def _below(self, folder: str) -> set[str]:
        found: set[str] = set()
        async with self._bounded():
            async for some in self._store.list(folder):
                found |= {one["path"] for one in some}
        return found

    async def _is_inside(self, key: str) -> bool:
        if not is_legal_key(key):
            return False
        return self._folder is None or await asyncio.to_thread(self._folder.holds, key)

    def _refuse_absence(self, error: FileNotFoundError) -> None:
        if is_no_bucket(error):
            raise StorageError(f"{self._name}: there is no such bucket") from error

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Bound the time, and let no error of the library or the machine through."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                yield
        except TimeoutError:
            raise StorageError(f"{self._name}: no answer within {TIMEOUT_SECONDS:g} s") from None
        except (BaseError, OSError) as error:
            raise storage_error(self._name, error) from error


def _in_the_clear(stored: bytes, key: str, seal: ContentSeal) -> bytes | None:
    try:
        return b"".join(seal.opened((stored,), key))
    except DestroyedKeyError:
        return None
    except BrokenSealError as error:
        raise BrokenSealError(f"file {key}: {error}") from None
