"""`RecordedEvents` on both databases."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from adapters.database.engine import Database
from adapters.database.rows import EVENT_COLUMNS, event_of
from adapters.database.seals import readable
from adapters.database.tables import events
from workers.ports.store import StoredEvent

PAGE: Final = 200
"""Events in memory at a time: one may hold an image of 700 kB."""
_OWN: Final = events.c


class SqlRecordedEvents:
    """`RecordedEvents` on PostgreSQL or SQLite.

    It reads the table and sorts: an index by the moment would be paid by every append.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime, topics: Collection[str]) -> AsyncGenerator[Sequence[StoredEvent], None]:
        wanted = (
            select(*EVENT_COLUMNS)
            .where(_OWN.recorded_at >= moment, _OWN.topic.in_(topics))
            .order_by(_OWN.recorded_at, _OWN.occurred_at, _OWN.tenant, _OWN.handler, _OWN.causation_id, _OWN.ordinal)
        )
        async with self._database.connection() as connection:
            found = await connection.stream(wanted, execution_options={"yield_per": PAGE})
            async for rows in found.partitions():
                # On a connection of its own: this one is in the middle of its rows.
                yield readable(await self._database.seals.open_events([event_of(row) for row in rows]))
