from pathlib import Path
from typing import cast

import pytest
from obstore.exceptions import GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore

from adapters.storage.images import ObjectImageStore
from adapters.storage.opening import S3Options
from contracts.values import ImageReference
from tests.services.stores import open_image_store
from workers.ports.errors import StorageError

REFERENCE = ImageReference(key="r-1.jpg", sha256="0" * 64)


class Failing:
    """Stands for a store of obstore whose service answers with errors."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def get_async(self, *_: object) -> object:
        raise self._error

    async def put_async(self, *_: object, **__: object) -> object:
        raise self._error


@pytest.mark.parametrize(
    "url",
    ["", "images", "/images", "file:", "file://", "s3://", "s3:///images", "s3://b/a/../c", "gs://b", "http://h/b"],
)
def test_a_wrong_url_is_refused_with_the_right_ones(url: str) -> None:
    with pytest.raises(ValueError, match="expected file:///folder, file://relative/folder or s3://bucket/prefix"):
        open_image_store(url)


async def test_a_relative_folder_is_made_and_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_image_store("file://.poon/images")
    monkeypatch.chdir("/")

    await store.save("r-1.jpg", b"image")

    assert (tmp_path / ".poon/images/r-1.jpg").read_bytes() == b"image"


async def test_a_folder_with_escaped_characters_is_understood(tmp_path: Path) -> None:
    await open_image_store(f"file://{tmp_path}/my%20images").save("r-1.jpg", b"image")

    assert (tmp_path / "my images/r-1.jpg").exists()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(StorageError, match="cannot make the image folder"):
        open_image_store(f"file://{tmp_path}/taken/images")


def test_plain_http_is_wanted_explicitly() -> None:
    with pytest.raises(ValueError, match="S3 endpoint: an http:// address"):
        open_image_store("s3://images", s3=S3Options(endpoint="http://minio:9000"))


@pytest.mark.parametrize("half", [S3Options(access_key="a"), S3Options(secret_key="b")])
def test_half_of_the_credentials_is_refused(half: S3Options) -> None:
    with pytest.raises(ValueError, match="S3 credentials"):
        open_image_store("s3://images", s3=half)


def test_a_bucket_is_opened_without_reaching_for_it() -> None:
    options = S3Options("https://minio:9000", "eu-west-1", "a", "b")

    assert isinstance(open_image_store("s3://images/receipts/", s3=options), ObjectImageStore)
    assert isinstance(open_image_store("s3://images"), ObjectImageStore)


def test_the_secret_key_is_not_shown() -> None:
    assert "hidden" not in repr(S3Options(access_key="a", secret_key="hidden"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            GenericError("Generic S3 error: HTTP error\n\nDebug source:\nGeneric {"),
            "the store: Generic S3 error: HTTP error$",
        ),
        (GenericError(""), "the store: GenericError"),
        (PermissionDeniedError("403"), "access denied"),
        (UnauthenticatedError("401"), "access denied"),
        (PermissionError(13, "Permission denied"), "access denied"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (FileNotFoundError("not found: <Code>NoSuchBucket</Code>"), "no such bucket"),
    ],
)
async def test_no_error_of_the_library_or_the_machine_comes_through(error: Exception, message: str) -> None:
    store = ObjectImageStore(cast("LocalStore", Failing(error)), "the store")

    with pytest.raises(StorageError, match=message):
        await store.load(REFERENCE)


async def test_a_failing_save_is_a_storage_error() -> None:
    store = ObjectImageStore(cast("LocalStore", Failing(GenericError("full"))), "the store")

    with pytest.raises(StorageError, match="full"):
        await store.save("r-1.jpg", b"image")
