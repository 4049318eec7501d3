from pathlib import Path

import pytest

from contracts.errors import ErrorCode
from tests.conformance.storage.suite import DATA, ImageStoreSuite, refusal
from tests.services.stores import open_image_store
from workers.ports.images import ImageStore


class TestFolder(ImageStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ImageStore:
        return open_image_store(f"file://{tmp_path}/images")

    @pytest.fixture
    def neighbour(self, tmp_path: Path) -> ImageStore:
        return open_image_store(f"file://{tmp_path}/others")

    @pytest.fixture
    def lost(self, tmp_path: Path) -> ImageStore:
        store = open_image_store(f"file://{tmp_path}/lost")
        (tmp_path / "lost").rmdir()
        return store

    @pytest.mark.parametrize("link", ["out", "out.png", "in/up", "round"])
    async def test_no_symbolic_link_leads_out(self, store: ImageStore, tmp_path: Path, link: str) -> None:
        images, outside = tmp_path / "images", tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.png").write_bytes(DATA)
        (images / "in").mkdir()
        (images / "out").symlink_to(outside)
        (images / "out.png").symlink_to(outside / "secret.png")
        (images / "in/up").symlink_to("../../outside")
        (images / "round").symlink_to("round")
        key = link if link.endswith(".png") else f"{link}/secret.png"

        assert await refusal(store, key) is ErrorCode.IMAGE_NOT_FOUND
        with pytest.raises(ValueError, match="key"):
            await store.save(key, b"overwritten")
        assert (outside / "secret.png").read_bytes() == DATA

    async def test_a_symbolic_link_within_the_folder_is_fine(self, store: ImageStore, tmp_path: Path) -> None:
        reference = await store.save("2026/r-1.png", DATA)
        (tmp_path / "images/latest").symlink_to("2026")

        assert await store.load(reference.model_copy(update={"key": "latest/r-1.png"})) == DATA

    async def test_a_folder_takes_no_image_on_a_folder_or_below_an_image(self, store: ImageStore) -> None:
        await store.save("acme/r-1.png", DATA)

        for key in ("acme", "acme/r-1.png/below.png"):
            with pytest.raises(ValueError, match="key"):
                await store.save(key, DATA)
