"""`StoryReader` on both databases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, null, select

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.letter_rows import SUMMARY_COLUMNS, filed_of
from adapters.database.rows import EVENT_COLUMNS, EVENT_ORDER, event_of
from adapters.database.seals import readable
from adapters.database.sqlite import chunks
from adapters.database.tables import dead_letters, events
from contracts.registry import COMMANDS
from workers.ports.dead_letters import FiledLetter
from workers.ports.store import Span
from workers.ports.stories import Decided, Kept

_OWN: Final = events.c
_LETTERS: Final = dead_letters.c
_WITHOUT_COMMANDS: Final = case((_OWN.type.in_(list(COMMANDS)), ""), else_=_OWN.data).label("data")


class SqlStoryReader:
    """`StoryReader` on PostgreSQL or SQLite.

    Args:
        database: the database.
        with_commands: also read what the commands say that workflows sent.
    """

    def __init__(self, database: Database, *, with_commands: bool = False) -> None:
        self._database = database
        self._columns = [
            column if with_commands or column is not _OWN.data else _WITHOUT_COMMANDS for column in EVENT_COLUMNS
        ]

    async def events(self, ids: Collection[UUID]) -> Sequence[Kept]:
        found: list[Kept] = []
        for chunk in chunks(list(dict.fromkeys(ids))):
            found += await self._kept(self.by_id(chunk))
        return found

    async def decided(self, wanted: Decided) -> Sequence[Kept]:
        found: list[Kept] = []
        for chunk in chunks(list(dict.fromkeys(wanted.causes))):
            found += await self._kept(self.by_cause(wanted._replace(causes=chunk)))
        return found

    async def stream(self, tenant: str, stream: str, span: Span) -> Sequence[Kept]:
        return await self._kept(self.of_stream(tenant, stream, span))

    async def beginnings(self, tenants: Collection[str], streams: Collection[str]) -> Sequence[Kept]:
        return await self._kept(self.first_of(tenants, streams))

    async def newest_version(self, tenant: str, stream: str) -> int:
        newest = select(func.max(_OWN.version)).where(_OWN.tenant == tenant, _OWN.stream == stream)
        rows = await self._rows(newest)
        return (rows[0][0] if rows else None) or 0

    async def tenants(self, limit: int) -> Sequence[str]:
        return [row[0] for row in await self._rows(self.tenants_by_name(limit))]

    async def letters(self, command_ids: Collection[str]) -> Sequence[FiledLetter]:
        found: dict[UUID, FiledLetter] = {}
        for chunk in chunks(list(dict.fromkeys(command_ids))):
            for named in (_LETTERS.command_id, _LETTERS.redriven_as):
                rows = await self._rows(self.letters_by(named.in_(chunk)))
                found |= {row.id: filed_of(row._mapping) for row in rows}  # noqa: SLF001  the documented way to a mapping
        opened = readable(await self._database.seals.open_letters(list(found.values())))
        return sorted(opened, key=lambda filed: (filed.letter.failed_at, filed.letter.id))

    def by_id(self, ids: Sequence[UUID]) -> Select[Any]:
        """The statement of `events`; public, as those below, so that a test sees how it is carried out."""
        return self._events().where(_OWN.id.in_(ids))

    def by_cause(self, wanted: Decided) -> Select[Any]:
        found = self._events().where(
            _OWN.tenant.in_(list(wanted.tenants)),
            _OWN.handler.in_(list(wanted.handlers)),
            _OWN.causation_id.in_(list(wanted.causes)),
        )
        return (found.where(_OWN.terminal) if wanted.outcomes_only else found).order_by(*EVENT_ORDER)

    def first_of(self, tenants: Collection[str], streams: Collection[str]) -> Select[Any]:
        named = (_OWN.tenant.in_(list(tenants)), _OWN.stream.in_(list(streams)))
        return self._events().where(*named, _OWN.version == 1).order_by(*EVENT_ORDER)

    def of_stream(self, tenant: str, stream: str, span: Span) -> Select[Any]:
        wanted = self._events().where(_OWN.tenant == tenant, _OWN.stream == stream, _OWN.version >= span.first)
        if span.last is not None:
            wanted = wanted.where(_OWN.version <= span.last)
        return wanted.order_by(*EVENT_ORDER)

    @staticmethod
    def tenants_by_name(limit: int) -> Select[Any]:
        """From each tenant to the next: a distinct over all events would walk the whole index."""
        first = select(func.min(_OWN.tenant).label("tenant")).where(_OWN.tenant > "")
        known = first.cte("known", recursive=True)
        following = select(func.min(_OWN.tenant)).where(_OWN.tenant > known.c.tenant).scalar_subquery()
        known = known.union_all(select(following).where(known.c.tenant.is_not(None)))
        return select(known.c.tenant).where(known.c.tenant.is_not(None)).limit(limit)

    @staticmethod
    def letters_by(condition: ColumnElement[bool]) -> Select[Any]:
        columns = (*SUMMARY_COLUMNS, _LETTERS.record_headers, null().label("record_value"))
        return select(*columns).where(condition)

    def _events(self) -> Select[Any]:
        return select(*self._columns, _OWN.recorded_at)

    async def _kept(self, wanted: Select[Any]) -> Sequence[Kept]:
        rows = await self._rows(wanted)
        opened = await self._database.seals.open_events([event_of(row[:-1]) for row in rows])
        return [Kept(event, row[-1]) for event, row in zip(opened, rows, strict=True) if event is not None]

    async def _rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        try:
            async with self._database.connection() as connection:
                return list(await connection.execute(wanted))
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()
