"""A database file with two months of events, and a run of the archiver on it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from adapters.database.engine import Database, open_database
from adapters.database.reading import SqlEventReader
from adapters.database.retention import SqlStoredMonths
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import events
from adapters.storage.archive import ParquetArchive
from tests.conformance.database.samples import entry_verdict, spending, verdict
from tests.services.migrated import migrated_sqlite
from workers.ports.archive import ArchivedEvent, Month
from workers.ports.store import StoredEvent, Verdict
from workers.runtime.archiving import Archiver, Tell

MARCH, APRIL, MAY = (Month(2026, month) for month in (3, 4, 5))
NEEDED = 3
"""Events that nothing may delete: those of entries, and of May."""


async def fill(file: Path) -> None:
    """Entries, and what was decided for commands alone, in March, April and May."""
    database = open_database(migrated_sqlite(file))
    store = SqlDecisionStore(database)
    await recorded(database, store, MARCH.begins, [verdict(f"m-{n}") for n in range(4)])
    await recorded(database, store, MARCH.begins, [entry_verdict("lunch", spending())])
    await recorded(database, store, APRIL.begins, [verdict(f"a-{n}", events=2) for n in range(3)])
    await recorded(database, store, APRIL.begins, [entry_verdict("dinner", spending("dinner"))])
    await recorded(database, store, MAY.begins, [verdict("new")])
    await database.close()


async def archive(file: Path, folder: Path, tell: Tell, *, delete: bool = True) -> None:
    """Archive what is before May."""
    database = open_database(url_of(file), pool_size=1)
    try:
        archiver = Archiver(SqlStoredMonths(database), ParquetArchive(folder), tell, part_events=2)
        await archiver.run(MAY, delete=delete)
    finally:
        await database.close()


async def left(file: Path) -> Sequence[StoredEvent]:
    """What the table holds."""
    database = open_database(url_of(file), pool_size=1)
    try:
        return [event async for event in SqlEventReader(database).scan()]
    finally:
        await database.close()


def archived(folder: Path) -> dict[Month, list[ArchivedEvent]]:
    """What the kept months hold."""
    held = ParquetArchive(folder)
    return {month: list(held.read(month)) for month in (MARCH, APRIL, MAY) if held.kept(month) is not None}


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


async def recorded(database: Database, store: SqlDecisionStore, at: datetime, verdicts: Sequence[Verdict]) -> None:
    await store.commit(verdicts)
    ids = [event.id for each in verdicts for event in each.events]
    async with database.connection(writes=True) as connection:
        await connection.execute(update(events).where(events.c.id.in_(ids)).values(recorded_at=at))
        await connection.commit()
