"""Copies of the database that can be put back, and what is needed to go on from them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from workers.ports.messages import Partition
from workers.ports.store import StoredEvent


class BackupError(Exception):
    """A backup cannot be made, is not whole, or cannot be put back; says why and what to do."""


class TableSum(NamedTuple):
    """What one tenant has in one table.

    Attributes:
        tenant: empty for a table without tenants.
        digest: the sum of a hash of each row: equal only where the same rows hold the same values, in any order.
    """

    table: str
    tenant: str
    rows: int
    digest: str


class GroupPosition(NamedTuple):
    """Where a consumer group goes on in a partition: everything before that offset was stored and published."""

    group: str
    partition: Partition
    next_offset: int


class Snapshot(NamedTuple):
    """What a copy holds.

    Attributes:
        taken_at: everything committed before is in it, UTC by the database's clock.
        database: ``postgresql`` or ``sqlite``.
        revision: of the schema.
    """

    taken_at: datetime
    database: str
    revision: str
    sums: Sequence[TableSum]


class DatabaseBackup(Protocol):
    """Copies one database; the fleet may go on writing meanwhile."""

    @property
    def kind(self) -> str:
        """``postgresql`` or ``sqlite``: a copy of one is none of the other."""
        ...

    async def take(self, target: Path) -> Snapshot:
        """Write a copy of one moment into a new file, and say what it holds at that very moment.

        Raises:
            BackupError: the program that copies is missing or failed.
            UnavailableError: the database cannot be used.
        """
        ...

    async def check(self, source: Path) -> None:
        """Make sure that a file can be read as a copy.

        Raises:
            BackupError: it cannot.
        """
        ...

    async def restore(self, source: Path) -> None:
        """Put a copy into an empty database, whole or not at all.

        Raises:
            BackupError: the database is not empty, or the program that restores is missing or failed.
            UnavailableError: the database cannot be used.
        """
        ...

    async def sums(self) -> Sequence[TableSum]:
        """What the database holds now.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...


class GroupRewinder(Protocol):
    """Sets where consumer groups go on."""

    async def rewind(self, positions: Sequence[GroupPosition]) -> None:
        """Have groups without members go on there. Repeating it is safe.

        Raises:
            BackupError: a group still has members.
            UnavailableError: the broker cannot be reached or refuses.
        """
        ...


class RecordedEvents(Protocol):
    """Reads stored events in the order they were stored."""

    def since(self, moment: datetime, topics: Collection[str]) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """The events that were stored at a moment or later, for some topics, some hundred at a time.

        Those of one command come together; those of one owner in the order their commands took effect. It holds a
        connection: to be closed by whoever does not read to the end.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
