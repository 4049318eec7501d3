"""What seals files and remembered answers, as the settings say."""

import sys
from base64 import b64encode
from pathlib import Path

import pytest

from adapters.cache.sealed import SealedCache
from adapters.vault.master_keys import master_id
from tests.fakes.cache import VisibleCache
from workers.bootstrap.clients import client_seals, image_stores, owner_files, statement_stores
from workers.bootstrap.errors import DatabaseRefusedError
from workers.bootstrap.ground import migrate_schema
from workers.bootstrap.vault import sealing_cache, sealing_database
from workers.config import Settings
from workers.ports.errors import UnavailableError
from workers.ports.sealing import CONTENT_MARK, UNSEALED

KEY = b64encode(b"m" * 32).decode()


def settings_of(folder: Path, *, sealing: bool) -> Settings:
    privacy = {"master_key": KEY} if sealing else {}
    return Settings.model_validate({"data_dir": folder, "privacy": privacy})


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_file_put_into_the_store_is_sealed_for_the_workers_and_the_export(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, sealing=True)
    await migrate_schema(settings)
    async with client_seals(settings) as seals:
        image = await (await image_stores(settings, seals).of("acme", "nok")).save("a.jpg", b"picture")
        statement = (await statement_stores(settings, seals).of("acme", "nok")).save("a.csv", [b"rows"])
    for key in ("a.jpg", "a.csv"):
        assert (tmp_path / "images" / key).read_bytes().startswith(CONTENT_MARK)
    async with client_seals(settings) as seals:
        assert await (await image_stores(settings, seals).of("acme", "nok")).load(image) == b"picture"
        pieces = (await statement_stores(settings, seals).of("acme", "nok")).pieces(statement)
        assert b"".join(pieces) == b"rows"
        assert await owner_files(settings, seals).load("acme", "nok", "a.csv") == b"rows"


async def test_without_a_master_key_no_database_is_opened_and_files_are_as_they_are(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, sealing=False)
    async with client_seals(settings) as seals:
        assert seals is UNSEALED
        await (await image_stores(settings, seals).of("acme", "nok")).save("a.jpg", b"picture")
    assert (tmp_path / "images/a.jpg").read_bytes() == b"picture"
    assert names_in(tmp_path) == ["images"]


async def test_who_would_seal_needs_the_database_of_the_keys(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefusedError, match="poon migrate"):
        async with client_seals(settings_of(tmp_path, sealing=True)):
            pass


ARN = "arn:aws:kms:eu-central-1:123456789012:key/0a1b"


@pytest.mark.parametrize(
    ("values", "newest"),
    [
        ({"kms_key": ARN}, ARN),
        ({"kms_key": ARN, "old_master_keys": KEY}, ARN),
        ({"master_key": KEY, "old_kms_keys": ARN}, master_id(b"m" * 32)),
    ],
)
async def test_the_newest_master_key_wraps_wherever_it_is(tmp_path: Path, values: dict[str, str], newest: str) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "privacy": values})
    database = sealing_database(settings, f"sqlite:///{tmp_path}/poon.db", 1)
    vault = database.seals.keys.vault
    await database.close()
    assert vault is not None
    assert vault.masters.newest == newest
    assert len(vault.masters.known) == len(values)


def test_a_key_at_kms_without_its_packages_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "adapters.vault.aws_kms", raising=False)
    settings = Settings.model_validate({"data_dir": tmp_path, "privacy": {"kms_key": ARN}})
    with pytest.raises(UnavailableError, match=r"poon-workers\[kms\]"):
        sealing_database(settings, f"sqlite:///{tmp_path}/poon.db", 1)


@pytest.mark.parametrize("sealing", [False, True])
def test_a_cache_is_sealed_with_everything_else(tmp_path: Path, *, sealing: bool) -> None:
    cache = sealing_cache(settings_of(tmp_path, sealing=sealing), VisibleCache(), UNSEALED)
    assert isinstance(cache, SealedCache) is sealing
