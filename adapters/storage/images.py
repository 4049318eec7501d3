"""`ImageStore` over obstore, chosen by URL."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store
from pydantic import ValidationError

from adapters.storage.folder import ImageFolder, is_legal_key
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES, ImageReference
from workers.ports.errors import ImageError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from obstore.store import ClientConfig, RetryConfig, S3Config

    from workers.ports.images import ImageStore

TIMEOUT_SECONDS: Final = 30.0
"""How long one load or save may take in all, retries included."""

_REQUEST_TIMEOUT: Final = timedelta(seconds=15)
_CONNECT_TIMEOUT: Final = timedelta(seconds=3)
_RETRIES: Final = 2
_SCHEMES: Final = "file:///folder, file://relative/folder or s3://bucket/prefix"
_NO_BUCKET: Final = "NoSuchBucket"


@dataclass(frozen=True, slots=True)
class S3Options:
    """Where and as whom to reach an S3-compatible service.

    Attributes:
        endpoint: the service's URL; Amazon's own of the region when left out.
        access_key: goes with `secret_key`; the environment or the machine's role decides when left out.
        allow_http: an endpoint without TLS is meant.
    """

    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    allow_http: bool = False


def open_image_store(url: str, *, s3: S3Options | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> ImageStore:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    scheme, _, place = url.partition("://")
    if scheme == "file" and place:
        return _open_folder(Path(unquote(place)), timeout_seconds)
    if scheme == "s3" and place:
        return _open_bucket(place, s3 or S3Options(), timeout_seconds)
    raise ValueError(f"image store URL: expected {_SCHEMES}, got {url!r}")


def _open_folder(path: Path, timeout_seconds: float) -> ImageStore:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the image folder {path}: {error.strerror}") from error
    folder = ImageFolder(path)
    return ObjectImageStore(LocalStore(folder.root), f"image folder {path}", folder, timeout_seconds)


def _open_bucket(place: str, options: S3Options, timeout_seconds: float) -> ImageStore:
    bucket, _, prefix = place.partition("/")
    prefix = prefix.strip("/")
    if not bucket or (prefix and not is_legal_key(prefix)):
        raise ValueError(f"image store URL: expected {_SCHEMES}, got 's3://{place}'")
    client: ClientConfig = {
        "timeout": _REQUEST_TIMEOUT,
        "connect_timeout": _CONNECT_TIMEOUT,
        "allow_http": options.allow_http,
    }
    retry: RetryConfig = {"max_retries": _RETRIES, "retry_timeout": _REQUEST_TIMEOUT}
    store = S3Store(
        bucket, prefix=prefix or None, config=_s3_config(options), client_options=client, retry_config=retry
    )
    return ObjectImageStore(store, f"image bucket {bucket}", None, timeout_seconds)


def _s3_config(options: S3Options) -> S3Config:
    if (options.endpoint or "").startswith("http://") and not options.allow_http:
        raise ValueError("S3 endpoint: an http:// address sends images unprotected; use https:// or allow HTTP")
    if (options.access_key is None) != (options.secret_key is None):
        raise ValueError("S3 credentials: access key and secret key are given together or not at all")
    config: S3Config = {}
    if options.endpoint:
        config["endpoint"] = options.endpoint
    if options.region:
        config["region"] = options.region
    if options.access_key and options.secret_key:
        config["access_key_id"] = options.access_key
        config["secret_access_key"] = options.secret_key
    return config


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
            if _NO_BUCKET in str(error):
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
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
            # S3 answers so for a missing image, too, to those who may not list the bucket.
            raise StorageError(f"{self._name}: access denied; reading and listing must be allowed") from error
        except (BaseError, OSError) as error:
            raise StorageError(f"{self._name}: {_first_line(error)}") from error


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


def _first_line(error: Exception) -> str:
    """The library's messages go on with a dump of its own structures."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
