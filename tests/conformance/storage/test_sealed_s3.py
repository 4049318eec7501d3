"""Everything of stores in a bucket, promised by one whose files are sealed."""

import pytest

from tests.conformance.storage.sealed_suite import (
    SealedOwnersSuite,
    SealedPlace,
    SealedStatementsSuite,
    SealedStoreSuite,
)
from tests.conformance.storage.suite import ImageStoreSuite
from tests.conformance.storage.test_s3 import options
from tests.services.s3 import S3Service
from workers.ports.images import ImageStore

pytestmark = pytest.mark.integration


@pytest.fixture
def place(s3_service: S3Service, fresh_bucket: str) -> SealedPlace:
    return SealedPlace(f"s3://{fresh_bucket}/images", options(s3_service))


class TestSealed(SealedStoreSuite):
    pass


class TestImages(ImageStoreSuite):
    @pytest.fixture
    async def store(self, place: SealedPlace) -> ImageStore:
        return await place.images()

    @pytest.fixture
    async def neighbour(self, place: SealedPlace, fresh_bucket: str) -> ImageStore:
        return await SealedPlace(f"s3://{fresh_bucket}/others", place.s3, place.keys).images()

    @pytest.fixture
    async def lost(self, place: SealedPlace) -> ImageStore:
        return await SealedPlace("s3://never-made", place.s3).images()


class TestStatements(SealedStatementsSuite):
    """`StatementFiles`, sealed, in a bucket."""


class TestOwners(SealedOwnersSuite):
    """`OwnerFiles`, sealed, in a bucket."""
