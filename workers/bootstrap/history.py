"""Wires what people need to look into the past of what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.database.owners import SqlErasedOwners
from adapters.database.reading import SqlEventReader
from adapters.database.retention import SqlStoredMonths
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.archive import ArchiveError, EventArchive
from workers.ports.store import EventReader
from workers.runtime.archived import ArchiveReader
from workers.runtime.archiving import Archiver, Tell
from workers.runtime.forgetting import Forgetter, Forgotten

_MISSING = "archiving needs packages that are not installed: pip install 'poon-workers[archive]'"


@asynccontextmanager
async def event_reader(settings: Settings) -> AsyncIterator[EventReader]:
    """The stored events.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield SqlEventReader(database)


@asynccontextmanager
async def archiver(settings: Settings, folder: Path, tell: Tell) -> AsyncIterator[Archiver]:
    """The one who archives the stored events into a folder.

    Raises:
        ArchiveError: the packages that write Parquet are not installed.
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield Archiver(SqlStoredMonths(database), _archive(folder), tell)


@asynccontextmanager
async def forgetter(settings: Settings, folder: Path, tell: Callable[[Forgotten], None]) -> AsyncIterator[Forgetter]:
    """The one who rewrites an archive without the owners that were erased; raises as `archiver` does."""
    async with operators_database(settings) as database:
        yield Forgetter(SqlErasedOwners(database), SqlEventReader(database), _archive(folder), tell)


@asynccontextmanager
async def archive_reader(settings: Settings, folder: Path) -> AsyncIterator[ArchiveReader]:
    """The one who reads an archive with the database's keys; raises as `archiver` does."""
    async with operators_database(settings) as database:
        yield ArchiveReader(_archive(folder), database.seals)


def _archive(folder: Path) -> EventArchive:
    try:
        # An extra: most installations never archive, and would carry 33 MB for it.
        from adapters.storage.archive import ParquetArchive  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ArchiveError(_MISSING) from None
    return ParquetArchive(folder)
