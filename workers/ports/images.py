"""Where images are kept."""

from typing import Protocol

from contracts.values import ImageReference


class ImageStore(Protocol):
    """An object store for images, as far as they are one owner's."""

    async def load(self, reference: ImageReference) -> bytes:
        """The image's bytes, checked against its SHA-256.

        Raises:
            ImageError: image_not_found, also where its key was destroyed or it is another owner's; image_mismatch, also
                where what is sealed was changed; or image_too_large (more than 10 MiB, found out before the bytes are
                read whole).
            StorageError: the store is unavailable.
            MasterKeyError: it is sealed, and no master key is set.
        """
        ...

    async def save(self, key: str, data: bytes) -> ImageReference:
        """Keep an image under a key, replacing what was there.

        Raises:
            ValueError: the key is no legal one (see ImageReference.key).
            StorageError: the store is unavailable.
        """
        ...


class ImageStores(Protocol):
    """The object store, owner by owner."""

    async def of(self, tenant: str, owner: str) -> ImageStore:
        """Where an owner's images are: sealed with the owner's key, if a master key is set, and the older ones plain.

        Raises:
            UnavailableError: the owner's key cannot be had.
        """
        ...
