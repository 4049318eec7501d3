"""What seals files and remembered answers, as the settings say."""

from base64 import b64encode
from pathlib import Path

import pytest

from adapters.cache.sealed import SealedCache
from tests.fakes.cache import VisibleCache
from workers.bootstrap.clients import client_seals, image_stores, owner_files, statement_stores
from workers.bootstrap.errors import DatabaseRefusedError
from workers.bootstrap.ground import migrate_schema
from workers.bootstrap.vault import sealing_cache
from workers.config import Settings
from workers.ports.sealing import CONTENT_MARK, UNSEALED


def settings_of(folder: Path, *, sealing: bool) -> Settings:
    privacy = {"master_key": b64encode(b"m" * 32).decode()} if sealing else {}
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


@pytest.mark.parametrize("sealing", [False, True])
def test_a_cache_is_sealed_with_everything_else(tmp_path: Path, *, sealing: bool) -> None:
    cache = sealing_cache(settings_of(tmp_path, sealing=sealing), VisibleCache(), UNSEALED)
    assert isinstance(cache, SealedCache) is sealing
