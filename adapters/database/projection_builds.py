"""`ProjectionBuilds` on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Table, delete, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.engine import Database
from adapters.database.projection_rows import TABLES_OF
from adapters.database.projections import generation_of
from adapters.database.rows import EVENT_COLUMNS, EVENT_ORDER, event_of
from adapters.database.seals import readable
from adapters.database.tables import events, projection_generations
from workers.ports.projections import Generation, GenerationStatus, Lease, Position, ScanFilter
from workers.ports.store import StoredEvent

SWEPT_AT_ONCE: Final = 5_000
_OWN: Final = projection_generations.c
_BUILDING: Final = GenerationStatus.BUILDING.value
_LIVE: Final = GenerationStatus.LIVE.value
_RETIRED: Final = GenerationStatus.RETIRED.value


class SqlProjectionBuilds:
    """`ProjectionBuilds` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, projection: str, now: datetime) -> Generation:
        while True:
            found = await self._begun(projection) or await self._registered(projection, now)
            if found is not None:
                return found

    async def claim(self, generation: int, lease: Lease) -> bool:
        claimed = (
            update(projection_generations)
            .where(
                _OWN.number == generation,
                _OWN.status == _BUILDING,
                or_(_OWN.builder.is_(None), _OWN.builder == lease.builder, _OWN.builder_until < lease.now),
            )
            .values(builder=lease.builder, builder_until=lease.until)
        )
        async with self._database.connection(writes=True) as connection:
            result = await connection.execute(claimed)
            await connection.commit()
            return bool(result.rowcount)

    async def page(self, after: Position | None, wanted: ScanFilter, limit: int) -> Sequence[StoredEvent]:
        while True:
            async with self._database.connection() as connection:
                found = [event_of(row) for row in await connection.execute(page_of(after, wanted, limit))]
            opened = readable(await self._database.seals.open_events(found))
            if opened or not found:
                return opened
            last = found[-1]  # of an owner that is being erased: an empty page would be the end
            after = Position(last.tenant, last.stream, last.version)

    async def advance(self, generation: int, events: int, position: Position) -> None:
        noted = (
            update(projection_generations)
            .where(_OWN.number == generation)
            .values(
                events=_OWN.events + events,
                after_tenant=position.tenant,
                after_stream=position.stream,
                after_version=position.version,
            )
        )
        async with self._database.connection(writes=True) as connection:
            await connection.execute(noted)
            await connection.commit()

    async def swap(self, generation: int, now: datetime) -> bool:
        projection = select(_OWN.projection).where(_OWN.number == generation).scalar_subquery()
        # All who change rows of either have ended then, and the next will see what this makes of them.
        locked = select(_OWN.number, _OWN.status).where(_OWN.projection == projection).order_by(_OWN.number)
        async with self._database.connection(writes=True) as connection:
            rows = await connection.execute(locked.with_for_update())
            found: dict[int, str] = {row.number: row.status for row in rows}
            if found.get(generation) != _BUILDING:
                return False
            for number, status in found.items():
                if status == _LIVE:
                    await connection.execute(_become(number, status=_RETIRED))
            await connection.execute(
                _become(generation, status=_LIVE, finished_at=now, builder=None, builder_until=None)
            )
            await connection.commit()
        return True

    async def sweep(self, projection: str) -> int:
        retired = select(_OWN.number).where(_OWN.projection == projection, _OWN.status == _RETIRED)
        async with self._database.connection(writes=True) as connection:
            number = (await connection.execute(retired.order_by(_OWN.number).limit(1))).scalar()
            if number is None:
                return 0
            removed = await _remove_some(connection, projection, number)
            if not removed:
                await connection.execute(delete(projection_generations).where(_OWN.number == number))
            await connection.commit()
        return removed or 1

    async def _begun(self, projection: str) -> Generation | None:
        wanted = select(projection_generations).where(_OWN.projection == projection, _OWN.status == _BUILDING)
        async with self._database.connection() as connection:
            found = (await connection.execute(wanted)).mappings().first()
            return None if found is None else generation_of(found)

    async def _registered(self, projection: str, now: datetime) -> Generation | None:
        """A new one; None where somebody else has just registered one."""
        async with self._database.connection(writes=True) as connection:
            last = (await connection.execute(select(func.max(_OWN.number)))).scalar()
            number = (last or 0) + 1
            values = {"number": number, "projection": projection, "status": _BUILDING, "started_at": now, "events": 0}
            try:
                await connection.execute(projection_generations.insert(), [values])
            except IntegrityError:
                return None
            await connection.commit()
        return Generation(number, projection, GenerationStatus.BUILDING, now)


def page_of(after: Position | None, wanted: ScanFilter, limit: int) -> Select[Any]:
    """The statement of a page; one walk along the primary key."""
    statement = select(*EVENT_COLUMNS).order_by(*EVENT_ORDER).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*EVENT_ORDER) > after)
    if wanted.prefix:
        end = wanted.prefix[:-1] + chr(ord(wanted.prefix[-1]) + 1)
        return statement.where(events.c.stream >= wanted.prefix, events.c.stream < end)
    return statement.where(events.c.type.in_(sorted(wanted.types)))


def _become(number: int, **values: object) -> Any:  # noqa: ANN401  SQLAlchemy's own type of an update
    return update(projection_generations).where(_OWN.number == number).values(**values)


async def _remove_some(connection: AsyncConnection, projection: str, generation: int) -> int:
    for table in TABLES_OF[projection]:
        removed = (await connection.execute(_removal(table, generation))).rowcount
        if removed:
            return removed
    return 0


def _removal(table: Table, generation: int) -> Any:  # noqa: ANN401  SQLAlchemy's own type of a deletion
    key = tuple(table.primary_key)
    some = select(*key).where(table.c.generation == generation).limit(SWEPT_AT_ONCE)
    return delete(table).where(tuple_(*key).in_(some))
