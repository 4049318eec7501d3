"""Everything of stores in a bucket, promised by one whose files are sealed."""

import pytest

from adapters.storage.images import ObjectImageStore
from adapters.storage.statements import ObjectStatementFiles
from tests.conformance.storage.owner_suite import OWNER, TENANT, OwnerFilesSuite
from tests.conformance.storage.sealed_suite import SealedPlace, SealedStoreSuite
from tests.conformance.storage.statement_suite import StatementFilesSuite
from tests.conformance.storage.suite import ImageStoreSuite
from tests.conformance.storage.test_s3 import options
from tests.services.s3 import S3Service
from tests.services.stores import open_image_store, open_statement_files
from workers.ports.images import ImageStore
from workers.ports.privacy import OwnerFiles
from workers.ports.statement_files import StatementFiles

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


class TestStatements(StatementFilesSuite):
    @pytest.fixture
    async def files(self, place: SealedPlace) -> StatementFiles:
        return await place.statements()


class TestOwners(OwnerFilesSuite):
    @pytest.fixture
    def files(self, place: SealedPlace) -> OwnerFiles:
        return place.owner_files

    @pytest.fixture
    async def images(self, place: SealedPlace) -> ObjectImageStore:
        return open_image_store(place.url, s3=place.s3, seal=await place.seals.of(TENANT, OWNER))

    @pytest.fixture
    async def statements(self, place: SealedPlace) -> ObjectStatementFiles:
        return open_statement_files(place.url, s3=place.s3, seal=await place.seals.of(TENANT, OWNER))
