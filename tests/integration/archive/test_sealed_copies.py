"""Copies from before an erasure, a backup of the database file and an archive: nobody reads them after it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from adapters.database.engine import Database, open_database
from adapters.database.owners import SqlOwnerReader
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.seals import MARK
from adapters.storage.archive import ParquetArchive
from tests.conformance.database.owners import OTHER, OWNER, erase
from tests.conformance.database.planted import LETTER, PLANTED, plant, planted_entry
from tests.conformance.database.samples import TENANT
from tests.fakes.vault import vault
from tests.integration.archive.stored import MARCH, archive, archived, url_of
from tests.services.migrated import migrated_sqlite
from workers.ports.vault import MasterKeyError
from workers.runtime.archived import ArchiveReader

pytestmark = pytest.mark.integration

WORDS = (*PLANTED, *LETTER)


def opened(file: Path, keys: Path | None = None) -> Database:
    """A database whose keys are in another file, or in its own."""
    database = open_database(url_of(file), pool_size=2)
    database.seal_with(vault(), None if keys is None else open_database(url_of(keys)))
    return database


async def fill(file: Path, keys: Path | None) -> None:
    for each in (file, keys or file):
        migrated_sqlite(each)
    database = opened(file, keys)
    await plant(database)
    await plant(database, OTHER)
    everything = [event async for event in SqlEventReader(database).scan()]
    assert len(everything) == 8
    async with database.connection(writes=True) as connection:
        await connection.exec_driver_sql("UPDATE events SET recorded_at = '2026-03-02T05:00:00.000000Z'")
        await connection.commit()
    await database.close()


async def forget(file: Path, keys: Path | None) -> None:
    database = opened(file, keys)
    await erase(database)
    await database.close()


async def readable(file: Path, keys: Path | None, owner: str) -> str:
    """What of an owner can be read in a copy, by everything that reads."""
    database = opened(file, keys)
    entry = await SqlSpendingRepository(database).get(TENANT, planted_entry(owner).id)
    events = [event.data async for event in SqlEventReader(database).scan() if event.owner == owner]
    rows = [str(row.values) async for row in SqlOwnerReader(database).rows(TENANT, owner)]
    await database.close()
    return "\n".join((str(entry), *events, *rows))


def taken(folder: Path, file: Path) -> Path:
    """A copy of a database file nobody has open."""
    folder.mkdir(exist_ok=True)
    for each in file.parent.glob(f"{file.name}*"):
        shutil.copy(each, folder)
    return folder / file.name


def planted_in(held: str | bytes) -> list[str]:
    return [word for word in WORDS if (word.encode() in held if isinstance(held, bytes) else word in held)]


@pytest.mark.parametrize("apart", [False, True])
def test_with_the_keys_there_are_nobody_reads_a_backup_or_an_archive_from_before_the_erasure(
    tmp_path: Path, *, apart: bool
) -> None:
    file, keys = tmp_path / "live" / "poon.db", tmp_path / "keys" / "keys.db" if apart else None
    for each in (file, keys or file):
        each.parent.mkdir(exist_ok=True)
    asyncio.run(fill(file, keys))
    months = tmp_path / "archive"
    asyncio.run(archive(file, months, lambda _: None, delete=False))
    backup = taken(tmp_path / "backup", file)
    shown = [word for word in WORDS if "header" not in word]  # those are handed over in base64
    assert planted_in(asyncio.run(readable(backup, keys or file, OWNER))) == shown

    asyncio.run(forget(file, keys))

    present = keys or file
    held = [each for each in (*backup.parent.rglob("*"), *months.rglob("*")) if each.is_file()]
    assert len(held) > 2
    assert planted_in(b"".join(each.read_bytes() for each in held)) == []
    assert planted_in(asyncio.run(readable(backup, present, OWNER))) == []
    assert planted_in(asyncio.run(readable(backup, present, OTHER)))

    async def of_archive() -> tuple[list[str], list[str]]:
        database = opened(file, keys)
        reader = ArchiveReader(ParquetArchive(months), database.seals)
        found = [each.event async for each in reader.read(MARCH)]
        await database.close()
        assert not [event for event in found if event.data.startswith(MARK)]
        return [each.event.owner for each in archived(months)[MARCH]], [event.owner for event in found]

    before, after = asyncio.run(of_archive())
    assert before.count(OWNER) == before.count(OTHER) == after.count(OTHER) == 4
    assert OWNER not in after


def test_a_backup_that_holds_the_keys_is_read_by_who_has_the_master_key_and_by_nobody_else(tmp_path: Path) -> None:
    """Which is why keys may stand in a database of their own, whose backups are kept for a short time only."""
    file = tmp_path / "live" / "poon.db"
    file.parent.mkdir()
    asyncio.run(fill(file, None))
    backup = taken(tmp_path / "backup", file)
    asyncio.run(forget(file, None))
    assert planted_in(asyncio.run(readable(backup, None, OWNER)))

    async def without() -> None:
        database = open_database(url_of(backup))
        database.seal_with(vault(b"another master key, of 32 bytes!"))
        try:
            with pytest.raises(MasterKeyError):
                await SqlSpendingRepository(database).get(TENANT, planted_entry().id)
        finally:
            await database.close()

    asyncio.run(without())
