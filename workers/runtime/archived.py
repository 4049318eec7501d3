"""Reads archived months: what is personal in them is opened with the keys there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from workers.ports.archive import ArchivedEvent, ArchiveError, EventArchive, Month
from workers.ports.vault import EventOpener

OPENED_AT_ONCE: Final = 200
"""Events in memory at a time: one may hold an image of 700 kB."""


@dataclass(frozen=True, slots=True)
class ArchiveReader:
    """Reads an archive.

    Attributes:
        archive: the months.
        opener: opens what is sealed in them.
    """

    archive: EventArchive
    opener: EventOpener

    async def read(self, month: Month) -> AsyncIterator[ArchivedEvent]:
        """A month's events, without those of owners whose key was destroyed. Blocks for as long as the disk takes.

        Raises:
            ArchiveError: the month is not kept, or its files cannot be read.
            UnavailableError: the keys cannot be reached, or a master key is missing.
        """
        if self.archive.kept(month) is None:
            raise ArchiveError(f"there is no archive of {month} in that folder")
        left = self.archive.read(month)
        while page := list(islice(left, OPENED_AT_ONCE)):
            opened = await self.opener.open_events([each.event for each in page])
            for each, event in zip(page, opened, strict=True):
                if event is not None:
                    yield each._replace(event=event)
