"""Archives months of the store: written, read back, kept; and deleted only what was compared once more.

Every step may be the last: a month is kept whole or not at all, one that is kept is never written again, and deleting
goes by whole streams. So a run that was killed anywhere is finished by the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.topics import FLEET_TOPICS
from workers.ports.archive import ArchivedEvent, ArchiveError, EventArchive, Month, StoredMonths, Sum

SETTLED: Final = timedelta(days=1)
"""So long after its end no transaction of a month is open any more."""
NEEDED: Final = timedelta(milliseconds=max(topic.retention_ms for topic in FLEET_TOPICS))
"""So long a record may lie in a topic, and its command be asked for again."""
PART_EVENTS: Final = 50_000
PART_BYTES: Final = 64 * 2**20
"""The largest part: payloads, bytes, and one page above it."""


class Step(StrEnum):
    """What was just done."""

    WRITTEN = "written"
    READ_BACK = "read back"
    KEPT = "kept"
    COMPARED = "compared"
    DELETED = "deleted"


class Progress(NamedTuple):
    """What was just done, to how many events; the month where it was done to one."""

    step: Step
    events: int
    month: Month | None = None


Tell = Callable[[Progress], None]


class TooEarlyError(Exception):
    """Months that are not over yet, or may still be needed, are asked for."""


@dataclass
class Archiver:
    """Archives.

    Attributes:
        stored: the store's events.
        archive: where they go.
        tell: is called after every step.
        part_events: so many events make a part; a page more at most.
    """

    stored: StoredMonths
    archive: EventArchive
    tell: Tell
    part_events: int = PART_EVENTS

    async def run(self, before: Month, *, delete: bool = False) -> None:
        """Archive the months before one, unless they are; then delete from the store what nobody needs any more.

        Raises:
            ArchiveError: a file cannot be written or trusted; nothing was deleted.
            TooEarlyError: the months are not over, or what is in them may still be asked for.
            UnavailableError: the database cannot be used.
        """
        _refuse_what_is_too_early(before, await self.stored.now(), delete=delete)
        with self.archive.locked():
            months = await self.stored.months(before)
            for month in months:
                if self.archive.kept(month) is None:
                    await self._write(month)
            if delete:
                for month in months:
                    await self._compare(month)
                await self._delete(before)

    async def _write(self, month: Month) -> None:
        self.archive.begin(month)
        total, part, waiting, size = Summing(), 0, list[ArchivedEvent](), 0
        async for page in self.stored.of_month(month):
            waiting += total.over(page)
            size += sum(len(each.event.data) for each in page)
            if len(waiting) >= self.part_events or size >= PART_BYTES:
                part, waiting, size = self._write_part(month, part, waiting), [], 0
        if waiting:
            self._write_part(month, part, waiting)
        self._read_back(month, total.sum)
        self.archive.keep(month, total.sum)
        self.tell(Progress(Step.KEPT, total.sum.events, month))

    def _write_part(self, month: Month, part: int, events: list[ArchivedEvent]) -> int:
        self.archive.write(month, part + 1, events)
        self.tell(Progress(Step.WRITTEN, len(events), month))
        return part + 1

    def _read_back(self, month: Month, written: Sum) -> None:
        found = Summing()
        for _ in found.over(self.archive.read(month, kept=False)):
            pass
        if found.sum != written:
            raise ArchiveError(f"what was written of {month} is not what is read back: is the disk sound?")
        self.tell(Progress(Step.READ_BACK, written.events, month))

    async def _compare(self, month: Month) -> None:
        """Make sure that a kept month is as it was kept, and holds all that is stored of it; it may hold more."""
        total = Summing()
        archived = total.over(self.archive.read(month))
        compared = 0
        async for page in self.stored.of_month(month):
            for row in page:
                held = next((each for each in archived if _place(each) >= _place(row)), None)
                if held != row:
                    raise ArchiveError(
                        f"version {row.event.version} of {row.event.stream} is not in the archive of {month} as it is"
                        " stored: archive into another folder"
                    )
                compared += 1
        for _ in archived:
            pass
        if total.sum != self.archive.kept(month):
            raise ArchiveError(
                f"the archive of {month} is not as it was kept: restore its files, or use another folder"
            )
        self.tell(Progress(Step.COMPARED, compared, month))

    async def _delete(self, before: Month) -> None:
        gone = await self.stored.delete_over(before, ("", ""))
        while gone.streams:
            self.tell(Progress(Step.DELETED, gone.events))
            gone = await self.stored.delete_over(before, gone.last)


class Summing:
    """Sums up events that pass."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._events = 0

    def over(self, events: Iterable[ArchivedEvent]) -> Iterator[ArchivedEvent]:
        """The events, which count once they have passed."""
        for each in events:
            said = [str(value) for value in (*each.event, each.recorded_at)]
            self._hash.update(json.dumps(said).encode())
            self._events += 1
            yield each

    @property
    def sum(self) -> Sum:
        """Of those that have passed."""
        return Sum(self._events, self._hash.hexdigest())


def _place(archived: ArchivedEvent) -> tuple[str, str, int]:
    return archived.event.tenant, archived.event.stream, archived.event.version


def _refuse_what_is_too_early(before: Month, now: datetime, *, delete: bool) -> None:
    free = before.begins + (NEEDED if delete else SETTLED)
    if now >= free:
        return
    if now < before.begins + SETTLED:
        raise TooEarlyError(
            f"the months before {before} can be archived from {before.begins + SETTLED:%Y-%m-%d} (UTC) on"
        )
    raise TooEarlyError(
        f"topics keep records for {NEEDED.days} days, so what was stored before {before} may still be asked for:"
        f" delete it from {free:%Y-%m-%d} (UTC) on, or archive without deleting"
    )
