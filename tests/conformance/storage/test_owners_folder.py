"""Owners' files in a folder."""

from pathlib import Path

import pytest

from adapters.storage.images import ObjectImageStore
from adapters.storage.opening import open_store
from adapters.storage.owner_files import open_owner_files
from adapters.storage.statements import ObjectStatementFiles
from tests.conformance.storage.owner_suite import FOLDER, OWNER, TENANT, OwnerFilesSuite
from workers.domain.privacy import Named
from workers.ports.errors import StorageError
from workers.ports.privacy import OwnerFiles


class TestFolder(OwnerFilesSuite):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"file://{tmp_path}/images"

    @pytest.fixture
    def files(self, url: str) -> OwnerFiles:
        return open_owner_files(url)

    @pytest.fixture
    def images(self, url: str) -> ObjectImageStore:
        return ObjectImageStore(*open_store(url))

    @pytest.fixture
    def statements(self, url: str) -> ObjectStatementFiles:
        return ObjectStatementFiles(*open_store(url))

    async def test_what_a_link_leads_to_outside_is_no_file_of_an_owner(self, files: OwnerFiles, tmp_path: Path) -> None:
        outside = tmp_path / "passwd"
        outside.write_text("secret")
        (tmp_path / "images/link.jpg").symlink_to(outside)
        assert await files.keys(TENANT, OWNER, Named(frozenset({"link.jpg"}), frozenset())) == []
        assert await files.load(TENANT, OWNER, "link.jpg") is None
        await files.remove("link.jpg")
        assert outside.read_text() == "secret"

    async def test_a_folder_that_is_gone_is_an_outage(self, files: OwnerFiles, tmp_path: Path) -> None:
        (tmp_path / "images").rmdir()
        with pytest.raises(StorageError, match="volume mounted"):
            await files.remove(f"{FOLDER}/a.jpg")
