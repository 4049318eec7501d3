"""An archive is rewritten without an owner that was erased, and killed at every step on the way."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from adapters.database.engine import Database, open_database
from adapters.database.erasing import SqlOwnerEraser
from adapters.database.owners import SqlErasedOwners
from adapters.database.reading import SqlEventReader
from adapters.database.store import SqlDecisionStore
from adapters.storage.archive import ParquetArchive
from contracts.mappings import MappingStatus
from tests.conformance.database.samples import TENANT, mapping, mapping_verdict, verdict
from tests.integration.archive.stored import APRIL, MARCH, archive, archived, recorded, url_of
from tests.integration.archive.test_kill_points import TOUCHES, in_child
from tests.moments import moments
from tests.services.migrated import migrated_sqlite
from workers.domain.mappings import SHARED
from workers.ports.archive import ArchiveError, Month
from workers.ports.store import Verdict
from workers.runtime.forgetting import Forgetter, Forgotten

pytestmark = pytest.mark.integration

OWNER, OTHER = "leaving", "staying"
NOW = datetime(2026, 5, 20, tzinfo=UTC)
MOST_STEPS = 200


def by(owner: str, decided: Verdict) -> Verdict:
    return decided._replace(events=tuple(event._replace(owner=owner) for event in decided.events))


async def fill(file: Path) -> None:
    """Two owners' events in two months, one of a mapping that everybody shares, and what tells of an erasure."""
    database = open_database(migrated_sqlite(file))
    store = SqlDecisionStore(database)
    shared = mapping("shared", owner=SHARED, status=MappingStatus.CANDIDATE)
    told = by(OWNER, verdict("e-0", handler="privacy", stream="privacy-e-0"))
    await recorded(
        database,
        store,
        MARCH.begins,
        [
            *(by(OWNER, verdict(f"m-{number}")) for number in range(3)),
            *(by(OTHER, verdict(f"o-{number}")) for number in range(3)),
            by(OWNER, mapping_verdict("taught", shared)),
            told._replace(key=told.events[0].inbox_key),
        ],
    )
    await recorded(database, store, APRIL.begins, [by(OTHER, verdict("a-1"))])
    await database.close()


async def erase(file: Path) -> None:
    database = open_database(url_of(file))
    eraser = SqlOwnerEraser(database)
    await eraser.begin(TENANT, OWNER, "e-1", NOW)
    while await eraser.remove_some(TENANT, OWNER):
        pass
    await eraser.finish(TENANT, OWNER)
    await database.close()


async def forget(file: Path, folder: Path, tell: Callable[[Forgotten], None] = lambda _: None) -> None:
    database: Database = open_database(url_of(file), pool_size=1)
    try:
        held = ParquetArchive(folder)
        await Forgetter(SqlErasedOwners(database), SqlEventReader(database), held, tell, part_events=2).run()
    finally:
        await database.close()


def owners(folder: Path) -> dict[Month, list[str]]:
    return {month: sorted(each.event.owner for each in rows) for month, rows in archived(folder).items()}


def forget_and_die(file: Path, folder: Path, steps: int) -> None:
    left_over = steps

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left_over
        if event in TOUCHES and str(arguments[0]).startswith(str(folder)):
            left_over -= 1
            if left_over == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audited)
    asyncio.run(forget(file, folder))


@pytest.fixture
def erased(tmp_path: Path) -> tuple[Path, Path]:
    """A database whose owner was erased after it was archived, and the archive."""
    file, folder = tmp_path / "poon.db", tmp_path / "archive"
    asyncio.run(fill(file))
    asyncio.run(archive(file, folder, lambda _: None, delete=False))
    asyncio.run(erase(file))
    return file, folder


LEFT = {MARCH: [SHARED, OWNER, OTHER, OTHER, OTHER], APRIL: [OTHER]}
"""The mapping everybody shares, and what tells of an erasure, stay."""


def test_an_archive_forgets_whom_the_database_forgot(erased: tuple[Path, Path]) -> None:
    file, folder = erased
    assert owners(folder)[MARCH].count(OWNER) == 5
    april = {path: path.read_bytes() for path in (folder / "month=2026-04").iterdir()}
    told: list[Forgotten] = []

    asyncio.run(forget(file, folder, told.append))

    assert told == [Forgotten(MARCH, 3, 1), Forgotten(APRIL, 0, 0)]
    assert owners(folder) == LEFT
    assert {path: path.read_bytes() for path in april} == april, "a month without the owner is left alone"
    asyncio.run(archive(file, folder, lambda _: None))
    told.clear()
    asyncio.run(forget(file, folder, told.append))
    assert all(month.events == month.changed == 0 for month in told if month.month == APRIL)
    assert owners(folder) == LEFT


def test_an_archive_nobody_of_which_was_erased_stays_as_it_is(tmp_path: Path) -> None:
    file, folder = tmp_path / "poon.db", tmp_path / "archive"
    asyncio.run(fill(file))
    asyncio.run(archive(file, folder, lambda _: None, delete=False))
    before = archived(folder)
    asyncio.run(forget(file, folder))
    assert archived(folder) == before


def test_an_archive_that_is_not_as_it_was_kept_is_left_as_it_is(erased: tuple[Path, Path]) -> None:
    file, folder = erased
    manifest = folder / "month=2026-03/manifest.json"
    manifest.write_text(manifest.read_text().replace('"events": ', '"events": 1'))
    before = archived(folder)
    with pytest.raises(ArchiveError, match="not as it was kept"):
        asyncio.run(forget(file, folder))
    assert archived(folder) == before


def test_wherever_it_is_killed_the_next_run_ends_the_same(erased: tuple[Path, Path], tmp_path: Path) -> None:
    file, filled = erased
    with sqlite3.connect(file) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    before = archived(filled)
    for steps in moments(0, MOST_STEPS, start=1):
        folder = tmp_path / str(steps)
        shutil.copytree(filled, folder)
        code = in_child(partial(forget_and_die, file, folder, steps))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        asyncio.run(forget(file, folder))
        assert owners(folder) == LEFT
        assert archived(folder)[APRIL] == before[APRIL]
        assert sorted(path.name for path in folder.iterdir()) == [".lock", "month=2026-03", "month=2026-04"]
    assert 10 < steps < MOST_STEPS - 1
