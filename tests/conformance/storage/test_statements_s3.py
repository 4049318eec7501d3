"""Statements in a bucket."""

import pytest

from adapters.storage.opening import S3Options
from tests.conformance.storage.statement_suite import PLACE, StatementFilesSuite
from tests.conformance.storage.test_s3 import options
from tests.services.s3 import S3Service
from tests.services.stores import open_statement_files
from workers.ports.errors import StorageError
from workers.ports.statement_files import StatementFiles

pytestmark = pytest.mark.integration


class TestS3(StatementFilesSuite):
    @pytest.fixture
    def files(self, s3_service: S3Service, fresh_bucket: str) -> StatementFiles:
        return open_statement_files(f"s3://{fresh_bucket}/images", s3=options(s3_service))

    def test_a_bucket_that_was_never_made_is_an_outage(self, s3_service: S3Service) -> None:
        files = open_statement_files("s3://never-made", s3=options(s3_service))
        with pytest.raises(StorageError, match="no such bucket"):
            files.rows(PLACE)

    def test_a_service_that_is_not_there_is_an_outage(self) -> None:
        nowhere = S3Options(endpoint="http://127.0.0.1:9", region="x", access_key="a", secret_key="b", allow_http=True)
        with pytest.raises(StorageError, match="image bucket images"):
            open_statement_files("s3://images", s3=nowhere).rows(PLACE)
