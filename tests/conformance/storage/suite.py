"""What every `ImageStore` promises."""

import hashlib

import pytest

from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES, ImageReference
from workers.ports.errors import ImageError, StorageError
from workers.ports.images import ImageStore

DATA = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


class ImageStoreSuite:
    """Subclasses give the fixtures `store`, `neighbour` (one sharing its root) and `lost` (one that is gone)."""

    @pytest.mark.parametrize("key", ["r-1.jpg", "acme/2026/03/r-1.jpg", "a" * 240, "A.B_c-d/e.f"])
    async def test_what_was_saved_is_loaded(self, store: ImageStore, key: str) -> None:
        reference = await store.save(key, DATA)

        assert await store.load(reference) == DATA
        assert reference == ImageReference(key=key, sha256=hashlib.sha256(DATA).hexdigest())

    async def test_saving_again_replaces(self, store: ImageStore) -> None:
        old = await store.save("r-1.jpg", b"old")
        new = await store.save("r-1.jpg", b"new")

        assert await store.load(new) == b"new"
        with pytest.raises(ImageError) as refused:
            await store.load(old)
        assert refused.value.code is ErrorCode.IMAGE_MISMATCH

    async def test_a_missing_image_is_not_found(self, store: ImageStore) -> None:
        await store.save("acme/r-1.jpg", DATA)

        for key in ("r-1.jpg", "acme", "acme/r-1.jpg/below", "acme/r-2.jpg"):
            assert await refusal(store, key) is ErrorCode.IMAGE_NOT_FOUND

    @pytest.mark.parametrize(
        "key", ["a/../r-1.jpg", "a/../../r-1.jpg", "a/./r-1.jpg", "a//r-1.jpg", "a/", "a/..", "a" * 241]
    )
    async def test_no_key_leads_around_the_store(self, store: ImageStore, key: str) -> None:
        await store.save("r-1.jpg", DATA)

        assert await refusal(store, key) is ErrorCode.IMAGE_NOT_FOUND
        with pytest.raises(ValueError, match="key"):
            await store.save(key, DATA)

    @pytest.mark.parametrize("key", ["", "/etc/passwd", "../r-1.jpg", "a b", "ก.jpg", "a\\b", "a" * 513])
    async def test_an_illegal_key_is_refused(self, store: ImageStore, key: str) -> None:
        with pytest.raises(ValueError, match="key"):
            await store.save(key, DATA)

    async def test_stores_of_different_places_share_nothing(self, store: ImageStore, neighbour: ImageStore) -> None:
        reference = await neighbour.save("r-1.jpg", DATA)

        assert await refusal(store, reference.key) is ErrorCode.IMAGE_NOT_FOUND

    async def test_the_largest_image_is_loaded(self, store: ImageStore) -> None:
        largest = bytes(MAX_IMAGE_BYTES)

        assert await store.load(await store.save("big.jpg", largest)) == largest

    async def test_an_image_of_one_byte_more_is_too_large(self, store: ImageStore) -> None:
        reference = await store.save("big.jpg", bytes(MAX_IMAGE_BYTES + 1))

        with pytest.raises(ImageError) as refused:
            await store.load(reference)

        assert refused.value.code is ErrorCode.IMAGE_TOO_LARGE

    async def test_a_store_that_is_gone_is_no_missing_image(self, lost: ImageStore) -> None:
        with pytest.raises(StorageError):
            await lost.load(ImageReference(key="r-1.jpg", sha256="0" * 64))
        with pytest.raises(StorageError):
            await lost.save("r-1.jpg", DATA)


async def refusal(store: ImageStore, key: str) -> ErrorCode:
    with pytest.raises(ImageError) as refused:
        await store.load(ImageReference(key=key, sha256=hashlib.sha256(DATA).hexdigest()))
    return refused.value.code
