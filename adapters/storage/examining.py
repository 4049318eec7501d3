"""`StoreExaminer` of a folder or a bucket."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from obstore.exceptions import BaseError

from adapters.storage.opening import S3Options, open_store, storage_error
from workers.ports.errors import StorageError

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store


class ImageStoreExaminer:
    """`StoreExaminer` by the store's URL. A folder that is not there is not made: who uses it first makes it."""

    def __init__(self, url: str, s3: S3Options) -> None:
        self._url = url
        self._s3 = s3

    async def obstacle(self) -> str | None:
        scheme, _, place = self._url.partition("://")
        if scheme == "file":
            return await asyncio.to_thread(_folder_obstacle, Path(unquote(place)))
        try:
            opened = open_store(self._url, self._s3)
        except (ValueError, StorageError) as error:
            return str(error)
        return await _bucket_obstacle(opened.store, opened.name)


async def _bucket_obstacle(store: LocalStore | S3Store, name: str) -> str | None:
    try:
        # A page of what lies at the top: shows that the bucket is there and may be listed.
        await store.list_with_delimiter_async()
    except (BaseError, OSError) as error:
        return str(storage_error(name, error))
    return None


def _folder_obstacle(folder: Path) -> str | None:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return f"the folder {there} cannot be read and written by this user"
    return None
