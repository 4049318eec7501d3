"""What every store does with the files of owners."""

from uuid import UUID

import pytest

from adapters.storage.images import ObjectImageStore
from adapters.storage.statements import ObjectStatementFiles
from contracts.ids import owner_folder
from tests.conformance.storage.statement_suite import ROWS
from workers.domain.privacy import NOTHING_NAMED, Named
from workers.ports.privacy import OwnerFiles
from workers.ports.statement_files import ChunkPlace

TENANT, OWNER = "acme", "nok"
IMPORT = UUID(int=5)
FOLDER = owner_folder(TENANT, OWNER)


class OwnerFilesSuite:
    """Subclass with fixtures `files`, `images` and `statements`, all of one empty store."""

    async def test_files_are_those_named_the_rows_of_imports_and_the_owners_folder(
        self, files: OwnerFiles, images: ObjectImageStore, statements: ObjectStatementFiles
    ) -> None:
        for key in ("r-1.jpg", f"{FOLDER}/a.jpg", f"{FOLDER}/deep/b.jpg", f"{FOLDER}x/c.jpg", "others.jpg"):
            await images.save(key, key.encode())
        statements.keep_rows(ChunkPlace(TENANT, IMPORT, 1), ROWS)
        statements.keep_rows(ChunkPlace(TENANT, UUID(int=6), 1), ROWS)
        named = Named(frozenset({"r-1.jpg", "gone.jpg", "a//b", "../up"}), frozenset({IMPORT, UUID(int=9)}))

        keys = await files.keys(TENANT, OWNER, named)

        rows = f"statement-rows/{TENANT}/{IMPORT}/1.jsonl"
        assert keys == [f"{FOLDER}/a.jpg", f"{FOLDER}/deep/b.jpg", "r-1.jpg", rows]
        assert await files.load(TENANT, OWNER, "r-1.jpg") == b"r-1.jpg"
        for key in keys:
            await files.remove(key)
            await files.remove(key)
        assert await files.keys(TENANT, OWNER, named) == []
        assert await files.load(TENANT, OWNER, "r-1.jpg") is None
        assert await files.load(TENANT, OWNER, "others.jpg") == b"others.jpg"
        assert await files.load(TENANT, OWNER, f"{FOLDER}x/c.jpg")

    async def test_an_owner_without_files_has_none(self, files: OwnerFiles) -> None:
        assert await files.keys(TENANT, OWNER, NOTHING_NAMED) == []

    @pytest.mark.parametrize("key", ["../up", "a//b", ""])
    async def test_a_key_that_leads_nowhere_is_no_file(self, files: OwnerFiles, key: str) -> None:
        assert await files.load(TENANT, OWNER, key) is None
        await files.remove(key)
