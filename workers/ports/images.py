"""Where images are kept."""

from typing import Protocol

from contracts.values import ImageReference


class ImageStore(Protocol):
    """An object store for images."""

    async def load(self, reference: ImageReference) -> bytes:
        """The image's bytes, checked against its SHA-256.

        Raises:
            ImageError: image_not_found, image_mismatch, or image_too_large (more than 10 MiB, found out before
                the bytes are read whole).
            StorageError: the store is unavailable.
        """
        ...

    async def save(self, key: str, data: bytes) -> ImageReference:
        """Keep an image under a key, replacing what was there.

        Raises:
            ValueError: the key is no legal one (see ImageReference.key).
            StorageError: the store is unavailable.
        """
        ...
