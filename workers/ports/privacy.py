"""What is stored of an owner, to be handed over or erased."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from workers.domain.privacy import Named


class OwnerRow(NamedTuple):
    """A row about an owner.

    Attributes:
        table: the table it stands in.
        values: by column: texts, numbers, truth values, None, lists and mappings of them, and UUIDs, decimals, days,
            times, moments and bytes.
    """

    table: str
    values: Mapping[str, object]


class OwnerReader(Protocol):
    """Reads everything the database holds about an owner."""

    def rows(self, tenant: str, owner: str) -> AsyncGenerator[OwnerRow, None]:
        """Every row about the owner: table by table, each in the order of its key, a few hundred in memory at a time.

        It holds a connection: to be closed by whoever does not read to the end. The owner's workers may go on
        meanwhile: what is stored behind the reader's place is found by the next reading.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class Erasure(NamedTuple):
    """How far the erasure of an owner is.

    Attributes:
        until: a command that was sent at this moment or before is refused from now on.
        under_way: whether something is left to do; while it is, no command of the owner takes effect.
        removed: how much was deleted so far, by the names of `contracts.events.privacy.Removed`.
    """

    until: datetime
    under_way: bool
    removed: Mapping[str, int]


class OwnerEraser(Protocol):
    """Deletes what the database holds about an owner, in steps; killed anywhere, the same command goes on."""

    async def begin(self, tenant: str, owner: str, command_id: str, now: datetime) -> Erasure:
        """Begin to erase, or take up what the same command has begun; where that came to its end, say so.

        When this returns, whatever was being stored of the owner is stored, and nothing more is until the end.

        Args:
            tenant: whose owner it is.
            owner: who is erased.
            command_id: the command that asks for it.
            now: the caller's time, UTC; `until` is the later one of this and the database's.

        Raises:
            UnavailableError: the database cannot be reached, or is too busy to wait for.
        """
        ...

    async def note_files(self, tenant: str, owner: str, files: int) -> None:
        """Note that the owner's files are gone, and how many they were.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def destroy_key(self, tenant: str, owner: str) -> None:
        """Destroy the key that seals what is personal of the owner, if there is one: no copy of it can be read then.

        Behind the files, which are named by what the key opens. What comes of the owner later gets a key of its own.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def remove_some(self, tenant: str, owner: str) -> bool:
        """Delete some streams of events and what projections follow of them; False where there are none left.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def finish(self, tenant: str, owner: str) -> Erasure:
        """Delete all rows that are no events, and let the owner's newer commands take effect.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class ErasedOwners(Protocol):
    """Which owners were erased."""

    async def all(self) -> Mapping[tuple[str, str], datetime]:
        """The moments until which owners were erased, by tenant and owner; without those being erased just now.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class PastErasure(NamedTuple):
    """An erasure that was, as a list of them keeps it.

    Attributes:
        command_id: the command that asked for it.
        until: what was sent at this moment or before is gone, UTC.
    """

    tenant: str
    owner: str
    command_id: str
    until: datetime


class Standing(StrEnum):
    """How a past erasure stands to what the database holds."""

    KNOWN = "known"
    """The database has had it: it is no older than the erasure."""
    DUE = "due"
    """It has to be done again; from now on nothing of the owner is stored until it is."""
    LATER = "later"
    """The owner has come back: events decided after the erasure are stored, which doing it again would delete."""


class ErasureLedger(Protocol):
    """The erasures a database has had, to be done again in one that was restored."""

    async def all(self) -> Sequence[PastErasure]:
        """The last erasure of each owner, by tenant and owner.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def take_up(self, past: PastErasure) -> Standing:
        """Begin a past erasure again, with its own moment: `OwnerEraser.begin` of the same command then goes on.

        Raises:
            UnavailableError: the database cannot be reached, or is too busy to wait for.
        """
        ...


class OwnerFiles(Protocol):
    """The files of owners in the object store."""

    async def keys(self, tenant: str, owner: str, named: Named) -> Sequence[str]:
        """Which files of an owner there are, in order: those named, the rows of imports named, the owner's own folder.

        Raises:
            StorageError: the store is unavailable.
        """
        ...

    async def load(self, tenant: str, owner: str, key: str) -> bytes | None:
        """An owner's file in the clear, at most as large as a statement may be.

        None where it is gone: deleted, its key destroyed, or sealed as another owner's.

        Raises:
            StorageError: the store is unavailable.
            BrokenSealError: it is sealed and was changed.
            UnavailableError: the owner's key cannot be had.
        """
        ...

    async def remove(self, key: str) -> None:
        """Delete a file; one that is gone is fine.

        Raises:
            StorageError: the store is unavailable.
        """
        ...
