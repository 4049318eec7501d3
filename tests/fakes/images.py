"""An image store in memory."""

import hashlib
from typing import Self

from contracts.errors import ErrorCode
from contracts.values import ImageReference
from workers.ports.errors import ImageError


class MemoryImages:
    """`ImageStores` and `ImageStore` that holds what the test saved."""

    def __init__(self) -> None:
        self._images: dict[str, bytes] = {}

    async def of(self, _tenant: str, _owner: str) -> Self:
        return self

    async def load(self, reference: ImageReference) -> bytes:
        data = self._images.get(reference.key)
        if data is None:
            raise ImageError(ErrorCode.IMAGE_NOT_FOUND, "the fake store has no such image")
        if hashlib.sha256(data).hexdigest() != reference.sha256:
            raise ImageError(ErrorCode.IMAGE_MISMATCH, "the fake store has another image")
        return data

    async def save(self, key: str, data: bytes) -> ImageReference:
        self._images[key] = data
        return ImageReference(key=key, sha256=hashlib.sha256(data).hexdigest())
