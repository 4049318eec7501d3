"""Rewrites an archive of events without the owners that were erased since.

A month is written anew beside the kept one, read back, and put in its place. Killed anywhere, the next run does the
same again and ends the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from contracts.commands.privacy import EraseOwner
from workers.ports.archive import ArchivedEvent, ArchiveError, EventArchive, Month
from workers.ports.privacy import ErasedOwners
from workers.ports.store import EventReader, Span
from workers.runtime.archiving import PART_BYTES, PART_EVENTS, Summing

Gone = Mapping[tuple[str, str], datetime]
_KEPT_FOR_PROOF: Final = EraseOwner.area
"""What tells of erasures stays; it holds nothing else of an owner."""


class Forgotten(NamedTuple):
    """A month that was gone through.

    Attributes:
        events: that were removed.
        changed: that stay and name the owner no more: those of mappings everybody shares.
    """

    month: Month
    events: int
    changed: int


@dataclass
class Forgetter:
    """Forgets.

    Attributes:
        erased: who was erased.
        stored: the store's events: what is left there of an erased owner stays in the archive, as it is there.
        archive: what is rewritten.
        tell: is called after every month.
    """

    erased: ErasedOwners
    stored: EventReader
    archive: EventArchive
    tell: Callable[[Forgotten], None]
    part_events: int = PART_EVENTS

    async def run(self) -> None:
        """Go through all kept months.

        Raises:
            ArchiveError: a file cannot be written or trusted; the month is as it was.
            UnavailableError: the database cannot be used.
        """
        with self.archive.locked():
            gone = await self.erased.all()
            for month in self.archive.months():
                if any(_is_of(each, gone) for each in self.archive.read(month)):
                    self.tell(await self._rewrite(month, gone))
                else:
                    self.tell(Forgotten(month, 0, 0))

    async def _rewrite(self, month: Month, gone: Gone) -> Forgotten:
        before, after, changed = Summing(), Summing(), 0
        part, waiting, size = 0, list[ArchivedEvent](), 0
        self.archive.begin(month)
        async for was, now in self._pairs(month, before, gone):
            if now is None:
                continue
            changed += now != was
            waiting += after.over([now])
            size += len(now.event.data)
            if len(waiting) >= self.part_events or size >= PART_BYTES:
                part += 1
                self.archive.write(month, part, waiting)
                waiting, size = [], 0
        if waiting:
            self.archive.write(month, part + 1, waiting)
        self._check(month, before, after)
        self.archive.replace(month, after.sum)
        return Forgotten(month, before.sum.events - after.sum.events, changed)

    async def _pairs(
        self, month: Month, before: Summing, gone: Gone
    ) -> AsyncIterator[tuple[ArchivedEvent, ArchivedEvent | None]]:
        """Each event as it was, and as it stays."""
        for each in before.over(self.archive.read(month)):
            yield each, await self._left_of(each) if _is_of(each, gone) else each

    async def _left_of(self, archived: ArchivedEvent) -> ArchivedEvent | None:
        event = archived.event
        found = await self.stored.stream(event.tenant, event.stream, Span(event.version, event.version))
        return archived._replace(event=found[0]) if found else None

    def _check(self, month: Month, before: Summing, after: Summing) -> None:
        if before.sum != self.archive.kept(month):
            raise ArchiveError(f"the archive of {month} is not as it was kept: restore its files")
        written = Summing()
        for _ in written.over(self.archive.read(month, kept=False)):
            pass
        if written.sum != after.sum:
            raise ArchiveError(f"what was written of {month} is not what is read back: is the disk sound?")


def _is_of(archived: ArchivedEvent, gone: Gone) -> bool:
    """Whether an event is of an owner that was erased after it was stored."""
    event = archived.event
    until = gone.get((event.tenant, event.owner))
    return until is not None and archived.recorded_at <= until and event.handler != _KEPT_FOR_PROOF
