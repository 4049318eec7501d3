"""Owners' files in a bucket."""

import pytest

from adapters.storage.images import ObjectImageStore
from adapters.storage.opening import S3Options, open_store
from adapters.storage.owner_files import open_owner_files
from adapters.storage.statements import ObjectStatementFiles
from tests.conformance.storage.owner_suite import OWNER, TENANT, OwnerFilesSuite
from tests.conformance.storage.test_s3 import options
from tests.services.s3 import S3Service
from workers.domain.privacy import NOTHING_NAMED, Named
from workers.ports.errors import StorageError
from workers.ports.privacy import OwnerFiles

pytestmark = pytest.mark.integration


class TestS3(OwnerFilesSuite):
    @pytest.fixture
    def url(self, fresh_bucket: str) -> str:
        return f"s3://{fresh_bucket}/images"

    @pytest.fixture
    def files(self, s3_service: S3Service, url: str) -> OwnerFiles:
        return open_owner_files(url, s3=options(s3_service))

    @pytest.fixture
    def images(self, s3_service: S3Service, url: str) -> ObjectImageStore:
        return ObjectImageStore(*open_store(url, options(s3_service)))

    @pytest.fixture
    def statements(self, s3_service: S3Service, url: str) -> ObjectStatementFiles:
        return ObjectStatementFiles(*open_store(url, options(s3_service)))

    async def test_a_bucket_that_was_never_made_is_an_outage(self, s3_service: S3Service) -> None:
        files = open_owner_files("s3://never-made", s3=options(s3_service))
        with pytest.raises(StorageError, match="no such bucket"):
            await files.load(TENANT, OWNER, "a.jpg")
        with pytest.raises(StorageError):
            await files.keys(TENANT, OWNER, Named(frozenset({"a.jpg"}), frozenset()))

    async def test_a_service_that_is_not_there_is_an_outage(self) -> None:
        nowhere = S3Options(endpoint="http://127.0.0.1:9", region="x", access_key="a", secret_key="b", allow_http=True)
        with pytest.raises(StorageError, match="image bucket images"):
            await open_owner_files("s3://images", s3=nowhere).keys(TENANT, OWNER, NOTHING_NAMED)
