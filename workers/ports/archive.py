"""The archive of events: complete months of the store, in files, as the inside sees it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from workers.ports.store import StoredEvent

_MONTH: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_MONTHS: Final = 12


class Month(NamedTuple):
    """A month, UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Month:
        """The month written as ``2026-05``.

        Raises:
            ValueError: it is none.
        """
        found = _MONTH.fullmatch(text)
        if found is None or found["year"] == "0000":
            raise ValueError(f"{text!r} is no month: write one such as 2026-05")
        return cls(int(found["year"]), int(found["month"]))

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + 1, 1) if self.month == _MONTHS else Month(self.year, self.month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


class ArchivedEvent(NamedTuple):
    """An event, and when the database stored it.

    Attributes:
        recorded_at: by the database's clock, UTC. It decides the month: unlike the time of the decision it never comes
            late, so that a month that is over stays as it is.
    """

    event: StoredEvent
    recorded_at: datetime


class Sum(NamedTuple):
    """What tells whether two series of events are the same.

    Attributes:
        events: how many.
        sha256: over all they say, in order, hexadecimal.
    """

    events: int
    sha256: str


class Deleted(NamedTuple):
    """What was deleted in one go.

    Attributes:
        streams: how many were looked at, the last of which is where the next go begins; none when there are no more.
        events: how many were deleted.
        last: tenant and stream.
    """

    streams: int
    events: int
    last: tuple[str, str]


class ArchiveError(Exception):
    """The archive cannot be written, read or trusted; says which, where, and what to do. Nothing was deleted."""


class StoredMonths(Protocol):
    """The store's events by the month they were recorded in."""

    async def now(self) -> datetime:
        """The database's time, UTC.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def months(self, before: Month) -> Sequence[Month]:
        """The months before one that have events, the oldest first.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    def of_month(self, month: Month) -> AsyncIterator[Sequence[ArchivedEvent]]:
        """The events of a month by pages, by tenant, stream and version. Holds no transaction between two pages.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def delete_over(self, before: Month, after: tuple[str, str]) -> Deleted:
        """Delete what nobody needs any more, some streams in one transaction; each goes whole or stays whole.

        A stream goes where all of it was recorded and decided before the month, and it is that of a command which
        concerns no aggregate, or of a workflow that is over. It stays where a decision in it has a part in another
        stream, where a dead letter that waits or is being redriven names the command, and where a workflow that is not
        over belongs to the same conversation. So entries and mappings, alive or deleted, keep their histories.

        Args:
            before: of what was recorded from then on nothing is deleted.
            after: tenant and stream to begin behind; two empty texts for the beginning.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class EventArchive(Protocol):
    """Months in files. Every method may block for as long as the disk takes, and raises ArchiveError."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other runs out, and mend what a killed one left; given up when the process ends, however it ends."""
        ...

    def months(self) -> Sequence[Month]:
        """The months that are kept, the oldest first."""
        ...

    def kept(self, month: Month) -> Sum | None:
        """What was kept of a month; None where it was not archived."""
        ...

    def begin(self, month: Month) -> None:
        """Begin to write a month, from nothing: what an earlier run left unfinished is removed."""
        ...

    def write(self, month: Month, part: int, events: Sequence[ArchivedEvent]) -> None:
        """Write a part of the month that was begun; it is on the disk when this returns."""
        ...

    def keep(self, month: Month, total: Sum) -> None:
        """Make the month that was begun a kept one, whole and at once."""
        ...

    def replace(self, month: Month, total: Sum) -> None:
        """Put the month that was begun in the place of the kept one, whose files are deleted."""
        ...

    def read(self, month: Month, *, kept: bool = True) -> Iterator[ArchivedEvent]:
        """The events of a month that was kept, or of the one that was begun, as they were written."""
        ...
