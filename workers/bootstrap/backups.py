"""Wires what operators need to copy the database, put it back, and go on from there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.database.backups import open_backup
from adapters.database.recorded import SqlRecordedEvents
from adapters.kafka.log import KafkaPartitionLog
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.rewinding import KafkaGroupRewinder
from adapters.storage.backup_folder import BackupFolder
from contracts.registry import AREAS
from workers.bootstrap.clients import compression, consumed_topics, kafka_connection, lag_reader
from workers.bootstrap.ground import refusal, schema_of, serves
from workers.bootstrap.vault import sealing_database
from workers.config import PROJECTIONS, Settings
from workers.ports.backups import BackupError, DatabaseBackup, GroupPosition
from workers.runtime.backups import Manifest, Rewound, manifest_json, manifest_of, rewound, sum_differences
from workers.runtime.republishing import Republisher

_LONGEST_READING: Final = 86_400.0
"""Seconds one reading of the whole store may take."""


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of one database, each in a folder."""

    database: DatabaseBackup
    release: str

    async def create(self, folder: Path, positions: Sequence[GroupPosition]) -> Manifest:
        """Copy the database into a new folder.

        Args:
            folder: must be empty or not be there.
            positions: read before: what is before them is stored, so it will be in the copy.

        Raises:
            BackupError: the folder is in use, or the copy failed; what is in the folder then is no backup.
            UnavailableError: the database cannot be used.
        """
        place = BackupFolder(folder)
        await place.begin()
        snapshot = await self.database.take(place.copy)
        sha256, size = await place.fingerprint()
        manifest = Manifest(self.release, sha256, size, snapshot, positions)
        await place.finish(manifest_json(manifest))
        return manifest

    async def verified(self, folder: Path) -> Manifest:
        """What a backup holds, its copy having been read.

        Raises:
            BackupError: it is no backup, not whole, or one of another kind of database.
        """
        place = BackupFolder(folder)
        manifest = await manifest_in(folder)
        if await place.fingerprint() != (manifest.sha256, manifest.size):
            raise BackupError(f"{place.copy} is not the file that was written: its SHA-256 or size differs")
        if manifest.snapshot.database != self.database.kind:
            raise BackupError(f"it is a backup of {manifest.snapshot.database}, the settings name {self.database.kind}")
        await self.database.check(place.copy)
        return manifest

    async def restore(self, folder: Path) -> Sequence[str]:
        """Put a backup into the empty database; what differs afterwards from what was backed up, line by line.

        Raises:
            BackupError: it is not whole, or the database is not empty.
            UnavailableError: the database cannot be used.
        """
        manifest = await self.verified(folder)
        await self.database.restore(BackupFolder(folder).copy)
        return await self.differences(manifest)

    async def differences(self, manifest: Manifest) -> Sequence[str]:
        """What the database holds otherwise than the backup; raises UnavailableError as `DatabaseBackup.sums` does."""
        return list(sum_differences(manifest.snapshot.sums, await self.database.sums()))


async def manifest_in(folder: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BackupError: it is none.
    """
    return manifest_of(await BackupFolder(folder).manifest())


async def backups(settings: Settings, release: str, *, restoring: bool = False) -> Backups:
    """The backups of the database the settings name.

    Args:
        settings: which database.
        release: of this program.
        restoring: whether the database is to be filled, so that it needs no schema yet.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    if not restoring:
        status = await schema_of(settings)
        if not serves(status, settings):
            raise refusal(status, settings)
    return Backups(open_backup(settings.database.url.get_secret_value()), release)


async def positions_now(settings: Settings) -> Sequence[GroupPosition]:
    """Where every group of the fleet goes on; none of an embedded broker, which forgets its records with its process.

    Raises:
        UnavailableError: the broker cannot be reached, or a topic is missing.
    """
    if settings.is_embedded:
        return ()
    async with lag_reader(settings, peek_seconds=0) as reader:
        lags = await reader.read(consumed_topics(settings, [*AREAS, PROJECTIONS]))
    return [GroupPosition(lag.group, lag.partition, lag.next_offset) for lag in lags]


async def rewind(settings: Settings, folder: Path) -> Sequence[Rewound]:
    """Have the fleet's groups go on where they were at a backup; nobody may be a member of them.

    Raises:
        BackupError: it is no backup, names no positions, a topic is missing, or a group has members.
        UnavailableError: the broker cannot be reached.
    """
    manifest = await manifest_in(folder)
    if not manifest.positions:
        raise BackupError("the backup names no positions: it was made without a broker")
    connection = kafka_connection(settings)
    extents = await KafkaPartitionLog(connection).extents({one.partition for one in manifest.positions})
    found = rewound(manifest.positions, extents)
    await KafkaGroupRewinder(connection).rewind([one.position for one in found])
    return found


@asynccontextmanager
async def republisher(settings: Settings) -> AsyncIterator[Republisher]:
    """Who publishes stored events again, connected.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database or the broker cannot be used.
    """
    status = await schema_of(settings)
    if not serves(status, settings):
        raise refusal(status, settings)
    url = settings.database.url.get_secret_value()
    database = sealing_database(settings, url, pool_size=2, operation_timeout=_LONGEST_READING)
    publisher = KafkaPublisher(
        kafka_connection(settings), f"{settings.kafka.client_id}-republish", compression(settings)
    )
    try:
        await publisher.start()
        yield Republisher(SqlRecordedEvents(database), publisher)
    finally:
        await publisher.stop()
        await database.close()
