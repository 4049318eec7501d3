"""Puts an image into a command: inline when it is small, by reference when it is not."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.ids import owner_folder
from contracts.values import MAX_IMAGE_BYTES, MAX_INLINE_IMAGE_BYTES, ImageReference
from workers.entrypoints.failures import InputError
from workers.ports.images import ImageStore


def read_image(file: Path) -> bytes:
    """The file's bytes, 1 byte to 10 MiB.

    Raises:
        InputError: the file cannot be read, is empty or too large.
    """
    check_image(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or 'cannot be read'}") from None
    return data


def check_image(file: Path) -> None:
    """Look at a file without reading it.

    Raises:
        InputError: it is not there, empty or larger than 10 MiB.
    """
    try:
        size = file.stat().st_size
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or 'cannot be read'}") from None
    if size > MAX_IMAGE_BYTES:
        raise InputError(f"{file}: has {size} bytes, an image has at most {MAX_IMAGE_BYTES}")
    if not size:
        raise InputError(f"{file}: is empty")


def fits_inline(data: bytes) -> bool:
    """Whether the image may travel in the message itself."""
    return len(data) <= MAX_INLINE_IMAGE_BYTES


def inline_image(data: bytes) -> dict[str, Any]:
    """The `image` field that carries the bytes themselves."""
    return {"kind": "inline", "data": base64.b64encode(data).decode()}


def content_key(tenant: str, owner: str, data: bytes) -> str:
    """A key of the owner's made from the content: sending the same picture twice keeps one copy."""
    return f"{owner_folder(tenant, owner)}/{hashlib.sha256(data).hexdigest()}"


async def uploaded_image(store: ImageStore, key: str, data: bytes) -> dict[str, Any]:
    """The `image` field that names the bytes, which are uploaded first.

    Raises:
        InputError: the key is no legal one.
        StorageError: the store is unavailable.
    """
    if not _is_plain(key):
        raise InputError("--reference: letters, digits and . _ / -, beginning with a letter or digit, at most 512")
    try:
        reference = await store.save(key, data)
    except ValueError as error:
        raise InputError(f"--reference: {error}") from None
    return reference.model_dump(mode="json")


def _is_plain(key: str) -> bool:
    try:
        ImageReference(key=key, sha256="0" * 64)
    except ValidationError:
        return False
    return True
