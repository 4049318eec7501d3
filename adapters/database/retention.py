"""`StoredMonths` on both databases: what goes into the archive, and what may leave the table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, delete, func, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.columns import present_moment
from adapters.database.engine import Database
from adapters.database.rows import EVENT_COLUMNS, EVENT_ORDER, event_of
from adapters.database.sqlite import chunks
from adapters.database.tables import dead_letters, events, workflow_runs
from workers.ports.archive import ArchivedEvent, Deleted, Month
from workers.ports.store import InboxKey
from workers.ports.workflows import WORKFLOW_STREAM, Phase

PAGE: Final = 200
"""Events read at once: one may hold an image of 700 kB."""
STREAMS_AT_ONCE: Final = 200

_Place = tuple[str, str]
"""Tenant and stream."""
_OWN: Final = events.c
_PLACE: Final = tuple_(_OWN.tenant, _OWN.stream)
_FINAL: Final = tuple(phase for phase in Phase if phase.is_final)
_OPEN_LETTERS: Final = ("waiting", "redriving")


class SqlStoredMonths:
    """`StoredMonths` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        async with self._database.connection() as connection:
            return (await connection.execute(select(present_moment()))).scalar_one()

    async def months(self, before: Month) -> Sequence[Month]:
        month = self._month()
        wanted = select(month).where(_OWN.recorded_at < before.begins).distinct().order_by(month)
        async with self._database.connection() as connection:
            return [Month.of(text) for text in (await connection.execute(wanted)).scalars()]

    async def of_month(self, month: Month) -> AsyncIterator[Sequence[ArchivedEvent]]:
        everything = (
            select(*EVENT_COLUMNS, _OWN.recorded_at)
            .where(_OWN.recorded_at >= month.begins, _OWN.recorded_at < month.next.begins)
            .order_by(*EVENT_ORDER)
            .limit(PAGE)
        )
        wanted = everything
        while page := await self._page(wanted):
            yield page
            last = page[-1].event
            wanted = everything.where(tuple_(*EVENT_ORDER) > (last.tenant, last.stream, last.version))

    async def delete_over(self, before: Month, after: tuple[str, str]) -> Deleted:
        async with self._database.connection(writes=True) as connection:
            candidates = await _candidates(connection, before, after)
            if not candidates:
                return Deleted(0, 0, after)
            going = await _going(connection, before, candidates)
            deleted = 0
            for chunk in chunks(going):
                gone = await connection.execute(
                    delete(events).where(_PLACE.in_(chunk), _OWN.recorded_at < before.begins)
                )
                deleted += gone.rowcount
            await connection.commit()
        return Deleted(len(candidates), deleted, candidates[-1])

    async def _page(self, wanted: Select[Any]) -> Sequence[ArchivedEvent]:
        async with self._database.connection() as connection:
            rows = await connection.execute(wanted)
            return [ArchivedEvent(event_of(row[:-1]), row[-1]) for row in rows]

    def _month(self) -> ColumnElement[str]:
        """The month an event was recorded in, UTC, as `Month` writes it."""
        if self._database.is_sqlite:
            return func.substr(type_coerce(_OWN.recorded_at, String), 1, 7, type_=String)
        return func.to_char(func.timezone("UTC", _OWN.recorded_at), "YYYY-MM", type_=String)


async def _candidates(connection: AsyncConnection, before: Month, after: _Place) -> Sequence[_Place]:
    """The next streams that begin before the month, by their first events: the primary key's order, no sorting."""
    wanted = (
        select(_OWN.tenant, _OWN.stream)
        .where(_OWN.version == 1, _OWN.recorded_at < before.begins, tuple_(_OWN.tenant, _OWN.stream) > after)
        .order_by(_OWN.tenant, _OWN.stream)
        .limit(STREAMS_AT_ONCE)
    )
    return [(tenant, stream) for tenant, stream in await connection.execute(wanted)]


async def _going(connection: AsyncConnection, before: Month, candidates: Sequence[_Place]) -> Sequence[_Place]:
    """Those of the streams that nobody needs any more."""
    streams = await _streams(connection, candidates)
    rows = [row for own in streams.values() for row in own]
    needs = _Needs(
        finished=await _finished(connection, candidates),
        elsewhere=await _streams_by_decision(connection, rows),
        letters=await _open_letters(connection, rows),
        conversations=await _open_conversations(connection, rows),
    )
    return [place for place, own in streams.items() if _is_over(place, own, before, needs)]


class _Part(NamedTuple):
    """What is to be known of an event."""

    tenant: str
    stream: str
    handler: str
    causation_id: str
    correlation_id: str
    occurred_at: datetime
    recorded_at: datetime


class _Needs(NamedTuple):
    """What streams may still be needed for.

    Attributes:
        finished: the workflows that are over, by their streams.
        elsewhere: the streams each decision has a part in.
        letters: the commands that dead letters still stand for, by tenant.
        conversations: those of workflows that are not over, by tenant.
    """

    finished: Collection[_Place]
    elsewhere: Mapping[InboxKey, Collection[str]]
    letters: Collection[tuple[str, str]]
    conversations: Collection[tuple[str, str]]


def _is_over(place: _Place, rows: Sequence[_Part], before: Month, needs: _Needs) -> bool:
    """Whether a stream may go; all that the port says must stay is refused here."""
    tenant, stream = place
    if place not in needs.finished and any(_key(row).own_stream != stream for row in rows):
        return False
    return not any(
        row.recorded_at >= before.begins
        or row.occurred_at >= before.begins
        or needs.elsewhere[_key(row)] != {stream}
        or (tenant, row.causation_id) in needs.letters
        or (tenant, row.correlation_id) in needs.conversations
        for row in rows
    )


def _key(row: _Part) -> InboxKey:
    return InboxKey(row.handler, row.tenant, row.causation_id)


async def _streams(connection: AsyncConnection, places: Sequence[_Place]) -> dict[_Place, list[_Part]]:
    """What is to be known of each event of these streams."""
    columns = [_OWN[name] for name in _Part._fields]
    found: dict[_Place, list[_Part]] = {}
    for values in await connection.execute(select(*columns).where(_PLACE.in_(places))):
        part = _Part(*values)
        found.setdefault((part.tenant, part.stream), []).append(part)
    return found


async def _finished(connection: AsyncConnection, places: Iterable[_Place]) -> set[_Place]:
    ids = [known for _, stream in places if (known := _workflow_of(stream)) is not None]
    wanted = select(workflow_runs.c.tenant, workflow_runs.c.id).where(
        workflow_runs.c.id.in_(ids), workflow_runs.c.phase.in_(_FINAL)
    )
    return {(tenant, f"{WORKFLOW_STREAM}{known}") for tenant, known in await connection.execute(wanted)}


def _workflow_of(stream: str) -> UUID | None:
    try:
        return UUID(stream.removeprefix(WORKFLOW_STREAM)) if stream.startswith(WORKFLOW_STREAM) else None
    except ValueError:
        return None


async def _streams_by_decision(connection: AsyncConnection, rows: Iterable[_Part]) -> dict[InboxKey, set[str]]:
    keys = [*{_key(row): None for row in rows}]
    found: dict[InboxKey, set[str]] = {}
    columns = (_OWN.handler, _OWN.tenant, _OWN.causation_id)
    for chunk in chunks(keys):
        for *key, stream in await connection.execute(select(*columns, _OWN.stream).where(tuple_(*columns).in_(chunk))):
            found.setdefault(InboxKey(*key), set()).add(stream)
    return found


async def _open_letters(connection: AsyncConnection, rows: Iterable[_Part]) -> set[tuple[str, str]]:
    own, found = dead_letters.c, set[tuple[str, str]]()
    for chunk in chunks([*{row.causation_id for row in rows}]):
        named = own.command_id.in_(chunk) | own.redriven_as.in_(chunk)
        wanted = select(own.tenant, own.command_id, own.redriven_as).where(own.status.in_(_OPEN_LETTERS), named)
        for tenant, command, redriven_as in await connection.execute(wanted):
            found |= {(tenant, command), (tenant, redriven_as)}
    return found


async def _open_conversations(connection: AsyncConnection, rows: Iterable[_Part]) -> set[tuple[str, str]]:
    own, found = workflow_runs.c, set[tuple[str, str]]()
    for chunk in chunks([*{row.correlation_id for row in rows}]):
        wanted = select(own.tenant, own.correlation_id).where(own.phase.not_in(_FINAL), own.correlation_id.in_(chunk))
        found |= {(tenant, conversation) for tenant, conversation in await connection.execute(wanted)}
    return found
