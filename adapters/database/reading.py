"""`EventReader` and `SpendingRepository` on both databases."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.grouped import GroupedReads
from adapters.database.rows import ENTRY_COLUMNS, EVENT_COLUMNS, EVENT_ORDER, entry_of, event_of
from adapters.database.seals import readable
from adapters.database.tables import events, spending_entries
from workers.domain.spending import SpendingEntry
from workers.ports.store import WHOLE, Span, StoredEvent

_PAST_EVERY_VERSION: Final = 2**31


class SqlEventReader:
    """`EventReader` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stream(self, tenant: str, stream: str, span: Span = WHOLE) -> Sequence[StoredEvent]:
        own = (events.c.tenant == tenant, events.c.stream == stream)
        wanted = select(*EVENT_COLUMNS).where(*own, events.c.version >= span.first)
        if span.last is not None:
            wanted = wanted.where(events.c.version <= span.last)
        if span.until is not None:
            if span.until.tzinfo is None:
                raise ValueError("a moment without a zone is no moment")
            later = select(func.min(events.c.version)).where(*own, events.c.occurred_at > span.until)
            wanted = wanted.where(events.c.version < func.coalesce(later.scalar_subquery(), _PAST_EVERY_VERSION))
        return await self._events(wanted.order_by(*EVENT_ORDER))

    async def stream_with(self, tenant: str, event_id: UUID) -> Sequence[StoredEvent]:
        holding = select(events.c.stream).where(events.c.id == event_id, events.c.tenant == tenant)
        wanted = select(*EVENT_COLUMNS).where(events.c.tenant == tenant, events.c.stream == holding.scalar_subquery())
        return await self._events(wanted.order_by(*EVENT_ORDER))

    async def scan(self, tenant: str | None = None, batch: int = 500) -> AsyncIterator[StoredEvent]:
        everything = select(*EVENT_COLUMNS).order_by(*EVENT_ORDER).limit(batch)
        if tenant is not None:
            everything = everything.where(events.c.tenant == tenant)
        page = await self._as_stored(everything)
        while page:
            for event in readable(await self._database.seals.open_events(page)):
                yield event
            last = (page[-1].tenant, page[-1].stream, page[-1].version)
            page = await self._as_stored(everything.where(tuple_(*EVENT_ORDER) > last))

    async def _events(self, wanted: Select[Any]) -> Sequence[StoredEvent]:
        return readable(await self._database.seals.open_events(await self._as_stored(wanted)))

    async def _as_stored(self, wanted: Select[Any]) -> Sequence[StoredEvent]:
        try:
            async with self._database.connection() as connection:
                return [event_of(row) for row in await connection.execute(wanted)]
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()


_EntryKey = tuple[str, UUID]
"""Tenant and id."""


class SqlSpendingRepository:
    """`SpendingRepository` on PostgreSQL or SQLite; entries asked for at the same time are read together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads: GroupedReads[_EntryKey, SpendingEntry] = GroupedReads(self._by_key)

    async def get(self, tenant: str, entry_id: UUID) -> SpendingEntry | None:
        return await self._reads.get((tenant, entry_id))

    async def of_tenant(self, tenant: str) -> Sequence[SpendingEntry]:
        own = spending_entries.c
        wanted = select(*ENTRY_COLUMNS).where(own.tenant == tenant)
        try:
            return await self._entries(wanted.order_by(own.owner, own.spent_on, own.spent_at.nulls_first(), own.id))
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()

    async def _by_key(self, keys: Collection[_EntryKey]) -> Mapping[_EntryKey, SpendingEntry]:
        own = spending_entries.c
        try:
            found = await self._entries(select(*ENTRY_COLUMNS).where(tuple_(own.tenant, own.id).in_(keys)))
        except UnstorableRowError:  # one of the names was never stored: the others may have been
            if len(keys) == 1:
                return {}
            return {key: entry for alone in keys for key, entry in (await self._by_key([alone])).items()}
        return {(entry.tenant, entry.id): entry for entry in found}

    async def _entries(self, wanted: Select[Any]) -> Sequence[SpendingEntry]:
        async with self._database.connection(commits_itself=True) as connection:
            found = [entry_of(row) for row in (await connection.execute(wanted)).mappings()]
        return readable(await self._database.seals.open_entries(found))
