"""Stored events in memory."""

from collections.abc import AsyncIterator, Iterable, Sequence
from uuid import UUID

from workers.ports.store import WHOLE, Span, StoredEvent


class MemoryEvents:
    """`EventReader` of some events."""

    def __init__(self, rows: Iterable[StoredEvent] = ()) -> None:
        self._rows = sorted(rows, key=lambda row: (row.tenant, row.stream, row.version))

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        found = []
        for row in self._rows:
            if (row.tenant, row.stream) == (tenant, stream):
                if span.until is not None and row.occurred_at > span.until:
                    break
                if span.first <= row.version and (span.last is None or row.version <= span.last):
                    found.append(row)
        return found

    async def stream_with(self, tenant: str, event_id: UUID) -> Sequence[StoredEvent]:
        holding = next((row for row in self._rows if (row.tenant, row.id) == (tenant, event_id)), None)
        return [] if holding is None else await self.stream(tenant, holding.stream)

    async def scan(self, tenant: str | None = None, batch: int = 500) -> AsyncIterator[StoredEvent]:
        for start in range(0, len(self._rows), batch):
            for row in self._rows[start : start + batch]:
                if tenant in {None, row.tenant}:
                    yield row
