"""The store's months and their archive, in memory."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from workers.ports.archive import ArchivedEvent, ArchiveError, Deleted, Month, Sum


class MemoryMonths:
    """`StoredMonths` of some events; what it is told to, it deletes, a stream at a time."""

    def __init__(self, rows: Iterable[ArchivedEvent], now: datetime, over: Iterable[str] = ()) -> None:
        self.rows = sorted(rows, key=_place)
        self._now = now
        self._over = set(over)

    async def now(self) -> datetime:
        return self._now

    async def months(self, before: Month) -> Sequence[Month]:
        found = {Month(row.recorded_at.year, row.recorded_at.month) for row in self.rows}
        return sorted(month for month in found if month < before)

    async def of_month(self, month: Month) -> AsyncIterator[Sequence[ArchivedEvent]]:
        for row in [row for row in self.rows if month.begins <= row.recorded_at < month.next.begins]:
            yield [row]

    async def delete_over(self, before: Month, after: tuple[str, str]) -> Deleted:
        later = [row for row in self.rows if (row.event.tenant, row.event.stream) > after]
        if not later:
            return Deleted(0, 0, after)
        place = (later[0].event.tenant, later[0].event.stream)
        own = [row for row in later if (row.event.tenant, row.event.stream) == place]
        if place[1] not in self._over or any(row.recorded_at >= before.begins for row in own):
            return Deleted(1, 0, place)
        self.rows = [row for row in self.rows if row not in own]
        return Deleted(1, len(own), place)


class MemoryArchive:
    """`EventArchive` in memory; `flaw` is a version of events that the disk changes while it is written."""

    def __init__(self, flaw: int | None = None) -> None:
        self.held: dict[Month, list[ArchivedEvent]] = {}
        self.parts: list[int] = []
        self._sums: dict[Month, Sum] = {}
        self._begun: dict[Month, list[ArchivedEvent]] = {}
        self._flaw = flaw
        self._is_locked = False

    @contextmanager
    def locked(self) -> Iterator[None]:
        if self._is_locked:
            raise ArchiveError("another run is archiving")
        self._is_locked = True
        try:
            yield
        finally:
            self._is_locked = False

    def kept(self, month: Month) -> Sum | None:
        return self._sums.get(month)

    def begin(self, month: Month) -> None:
        self._begun[month] = []

    def write(self, month: Month, part: int, events: Sequence[ArchivedEvent]) -> None:
        assert self._is_locked
        self.parts.append(part)
        for each in events:
            spoilt = each._replace(event=each.event._replace(data="?"))
            self._begun[month].append(spoilt if each.event.version == self._flaw else each)

    def keep(self, month: Month, total: Sum) -> None:
        self.held[month], self._sums[month] = self._begun.pop(month), total

    def replace(self, month: Month, total: Sum) -> None:
        self.keep(month, total)

    def months(self) -> Sequence[Month]:
        return sorted(self.held)

    def read(self, month: Month, *, kept: bool = True) -> Iterator[ArchivedEvent]:
        yield from (self.held if kept else self._begun)[month]


def _place(row: ArchivedEvent) -> tuple[str, str, int]:
    return row.event.tenant, row.event.stream, row.event.version
