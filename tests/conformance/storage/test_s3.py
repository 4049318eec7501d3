import socket

import pytest

from adapters.storage.opening import S3Options
from tests.conformance.storage.suite import DATA, ImageStoreSuite
from tests.services.s3 import S3Service
from tests.services.stores import open_image_store
from workers.ports.errors import StorageError
from workers.ports.images import ImageStore

pytestmark = pytest.mark.integration


def options(service: S3Service) -> S3Options:
    return S3Options(
        endpoint=service.endpoint,
        region=service.region,
        access_key=service.access_key_id,
        secret_key=service.secret_access_key,
        allow_http=True,
    )


class TestS3(ImageStoreSuite):
    @pytest.fixture
    def store(self, s3_service: S3Service, fresh_bucket: str) -> ImageStore:
        return open_image_store(f"s3://{fresh_bucket}/images", s3=options(s3_service))

    @pytest.fixture
    def neighbour(self, s3_service: S3Service, fresh_bucket: str) -> ImageStore:
        return open_image_store(f"s3://{fresh_bucket}/others", s3=options(s3_service))

    @pytest.fixture
    def lost(self, s3_service: S3Service) -> ImageStore:
        return open_image_store("s3://never-made", s3=options(s3_service))

    async def test_images_lie_below_the_prefix(
        self, store: ImageStore, s3_service: S3Service, fresh_bucket: str
    ) -> None:
        await store.save("acme/r-1.png", DATA)

        bucket = open_image_store(f"s3://{fresh_bucket}", s3=options(s3_service))
        moved = await bucket.save("images/acme/r-1.png", DATA)

        assert await store.load(moved.model_copy(update={"key": "acme/r-1.png"})) == DATA

    async def test_a_service_that_is_not_there_is_a_storage_error(self) -> None:
        nowhere = S3Options(endpoint="http://127.0.0.1:9", region="x", access_key="a", secret_key="b", allow_http=True)
        store = open_image_store("s3://images", s3=nowhere)

        with pytest.raises(StorageError, match="image bucket images"):
            await store.save("r-1.png", DATA)

    async def test_a_service_that_never_answers_is_given_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            mute = S3Options(f"http://127.0.0.1:{silent.getsockname()[1]}", "x", "a", "b", allow_http=True)
            store = open_image_store("s3://images", s3=mute, timeout_seconds=0.2)

            with pytest.raises(StorageError, match=r"no answer within 0\.2 s"):
                await store.save("r-1.png", DATA)
