"""Opening object stores by URL: a folder or a bucket of an S3-compatible service; and what their errors mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from adapters.storage.folder import ImageFolder, is_legal_key
from workers.ports.errors import StorageError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

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


class OpenedStore(NamedTuple):
    """A store of obstore.

    Attributes:
        name: how errors call it.
        folder: guards a store of files; None for a bucket.
    """

    store: LocalStore | S3Store
    name: str
    folder: ImageFolder | None = None


def open_store(url: str, s3: S3Options | None = None) -> OpenedStore:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    scheme, _, place = url.partition("://")
    if scheme == "file" and place:
        return _open_folder(Path(unquote(place)))
    if scheme == "s3" and place:
        return _open_bucket(place, s3 or S3Options())
    raise ValueError(f"image store URL: expected {_SCHEMES}, got {url!r}")


def _open_folder(path: Path) -> OpenedStore:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the image folder {path}: {error.strerror}") from error
    folder = ImageFolder(path)
    return OpenedStore(LocalStore(folder.root), f"image folder {path}", folder)


def _open_bucket(place: str, options: S3Options) -> OpenedStore:
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
    return OpenedStore(store, f"image bucket {bucket}")


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


def storage_error(name: str, error: BaseError | OSError) -> StorageError:
    """What an error of the library or the machine means to us.

    Args:
        name: of the store.
        error: what was raised.
    """
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        # S3 answers so for a missing object, too, to those who may not list the bucket.
        return StorageError(f"{name}: access denied; reading and listing must be allowed")
    return StorageError(f"{name}: {_first_line(error)}")


def is_no_bucket(error: FileNotFoundError) -> bool:
    """Whether it is the bucket that is not found, and not something in it."""
    return _NO_BUCKET in str(error)


def _first_line(error: Exception) -> str:
    """The library's messages go on with a dump of its own structures."""
    return (str(error).splitlines() or [type(error).__name__])[0]
