"""Everything of stores in a folder, promised by one whose files are sealed."""

from pathlib import Path

import pytest

from contracts.errors import ErrorCode
from contracts.statements import MAX_STATEMENT_BYTES, StatementReference
from tests.conformance.storage.sealed_suite import (
    SealedOwnersSuite,
    SealedPlace,
    SealedStatementsSuite,
    SealedStoreSuite,
)
from tests.conformance.storage.statement_suite import code_of
from tests.conformance.storage.suite import ImageStoreSuite
from workers.ports.images import ImageStore


@pytest.fixture
def place(tmp_path: Path) -> SealedPlace:
    return SealedPlace(f"file://{tmp_path}/images")


class TestSealed(SealedStoreSuite):
    async def test_a_plain_statement_that_is_too_large_is_refused(self, place: SealedPlace, tmp_path: Path) -> None:
        files = await place.statements()
        with (tmp_path / "images/large.csv").open("wb") as file:
            file.truncate(MAX_STATEMENT_BYTES + 1)
        large = StatementReference(key="large.csv", sha256="0" * 64)
        assert code_of(files.pieces(large)) is ErrorCode.STATEMENT_TOO_LARGE


class TestImages(ImageStoreSuite):
    @pytest.fixture
    async def store(self, place: SealedPlace) -> ImageStore:
        return await place.images()

    @pytest.fixture
    async def neighbour(self, tmp_path: Path, place: SealedPlace) -> ImageStore:
        return await SealedPlace(f"file://{tmp_path}/others", keys=place.keys).images()

    @pytest.fixture
    async def lost(self, tmp_path: Path) -> ImageStore:
        store = await SealedPlace(f"file://{tmp_path}/lost").images()
        (tmp_path / "lost").rmdir()
        return store


class TestStatements(SealedStatementsSuite):
    """`StatementFiles`, sealed, in a folder."""


class TestOwners(SealedOwnersSuite):
    """`OwnerFiles`, sealed, in a folder."""
