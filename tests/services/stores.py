"""The object store as one owner's images and statements are in it, or a producer's that seals nothing."""

from adapters.storage.images import TIMEOUT_SECONDS, ObjectImageStore
from adapters.storage.opening import S3Options, open_store
from adapters.storage.statements import ObjectStatementFiles
from workers.ports.sealing import UNSEALED, ContentSeal


def open_image_store(
    url: str, *, s3: S3Options | None = None, timeout_seconds: float = TIMEOUT_SECONDS, seal: ContentSeal = UNSEALED
) -> ObjectImageStore:
    return ObjectImageStore(*open_store(url, s3), timeout_seconds=timeout_seconds, seal=seal)


def open_statement_files(
    url: str, *, s3: S3Options | None = None, seal: ContentSeal = UNSEALED
) -> ObjectStatementFiles:
    return ObjectStatementFiles(*open_store(url, s3), seal=seal)
