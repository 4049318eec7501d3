"""`ProjectionStore` on both databases.

Those who change rows of the same streams meet at the rows of `projection_streams`: known ones are locked before they
are read, and of two who would insert the same one, one collides and starts over. So each event is applied once, and
cells need no more than being added to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.projection_rows import OF_STREAMS, add_to_cells
from adapters.database.sqlite import chunks
from adapters.database.tables import events, projection_generations, projection_streams
from workers.ports.errors import UnavailableError
from workers.ports.projections import (
    Change,
    Decide,
    Followed,
    Generation,
    GenerationStatus,
    Missing,
    Position,
    StreamKey,
)

_GENERATIONS: Final = projection_generations.c
_STREAMS: Final = projection_streams.c
_CHANGED: Final = ("live", "building")

Followings = Mapping[StreamKey, Followed]


class _CollidedError(Exception):
    """Somebody else was first to follow one of the streams."""


class SqlProjectionStore:
    """`ProjectionStore` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def update(
        self, projection: str, streams: Collection[StreamKey], decide: Decide, generation: int | None = None
    ) -> frozenset[StreamKey]:
        wanted = sorted(streams)
        while True:
            try:
                return await self._attempt(projection, wanted, decide, generation)
            except _CollidedError:
                continue
            except UnstorableRowError as error:
                raise UnavailableError(f"a row of the projection {projection} cannot be kept: {error.reason}") from None

    async def generations(self, projection: str | None = None) -> Sequence[Generation]:
        wanted = select(projection_generations).order_by(_GENERATIONS.projection, _GENERATIONS.number)
        if projection is not None:
            wanted = wanted.where(_GENERATIONS.projection == projection)
        async with self._database.connection() as connection:
            return [generation_of(row) for row in (await connection.execute(wanted)).mappings()]

    async def _attempt(
        self, projection: str, streams: Sequence[StreamKey], decide: Decide, generation: int | None
    ) -> frozenset[StreamKey]:
        decided: list[tuple[int, Followings, Change]] = []
        missing: frozenset[StreamKey] = frozenset()
        async with self._database.connection(writes=True) as connection:
            for number in await self._changing(connection, projection, generation):
                followed = await self._followed(connection, number, streams)
                decision = decide(followed)
                if isinstance(decision, Missing):
                    missing |= decision.streams
                else:
                    decided.append((number, followed, decision))
            if not missing:
                for number, followed, change in decided:
                    await self._write(connection, number, followed, change)
                if projection in OF_STREAMS:
                    missing = await _not_stored(connection, decided)
                if not missing:
                    await connection.commit()
        return missing

    async def _changing(self, connection: AsyncConnection, projection: str, generation: int | None) -> Sequence[int]:
        """The generations to change, which stay what they are until this transaction ends."""
        wanted = select(_GENERATIONS.number).where(
            _GENERATIONS.projection == projection, _GENERATIONS.status.in_(_CHANGED)
        )
        if generation is not None:
            wanted = wanted.where(_GENERATIONS.number == generation)
        # Others may note their progress in the row meanwhile, but not retire it.
        locked = wanted.order_by(_GENERATIONS.number).with_for_update(read=True, key_share=True)
        return list((await connection.execute(locked)).scalars())

    @staticmethod
    async def _followed(connection: AsyncConnection, generation: int, streams: Sequence[StreamKey]) -> Followings:
        found: dict[StreamKey, Followed] = {}
        for tenant, names in _by_tenant(streams):
            for chunk in chunks(names):
                wanted = (
                    select(_STREAMS.stream, _STREAMS.version, _STREAMS.state)
                    .where(_STREAMS.generation == generation, _STREAMS.tenant == tenant, _STREAMS.stream.in_(chunk))
                    .order_by(_STREAMS.stream)
                    .with_for_update()
                )
                for stream, version, state in await connection.execute(wanted):
                    found[StreamKey(tenant, stream)] = Followed(version, state)
        return found

    async def _write(self, connection: AsyncConnection, generation: int, followed: Followings, change: Change) -> None:
        rows = [_row(generation, key, change.followed[key]) for key in sorted(change.followed)]
        new = [row for row in rows if StreamKey(row["in_tenant"], row["in_stream"]) not in followed]
        if new:
            try:
                await connection.execute(_INSERT, new)
            except IntegrityError:
                raise _CollidedError from None
        known = [row for row in rows if StreamKey(row["in_tenant"], row["in_stream"]) in followed]
        if known:
            await connection.execute(_UPDATE, known)
        await add_to_cells(connection, generation, change.added, is_sqlite=self._database.is_sqlite)


_INSERT: Final = projection_streams.insert().values(
    generation=bindparam("in_generation"),
    tenant=bindparam("in_tenant"),
    stream=bindparam("in_stream"),
    version=bindparam("in_version"),
    state=bindparam("in_state"),
)
_UPDATE: Final = (
    update(projection_streams)
    .where(
        _STREAMS.generation == bindparam("in_generation"),
        _STREAMS.tenant == bindparam("in_tenant"),
        _STREAMS.stream == bindparam("in_stream"),
    )
    .values(version=bindparam("in_version"), state=bindparam("in_state"))
)


async def _not_stored(
    connection: AsyncConnection, decided: Sequence[tuple[int, Followings, Change]]
) -> frozenset[StreamKey]:
    """Those of the streams that are followed from now on of which nothing is stored: their owner was erased.

    An event is stored before it is published, so there are no others. It is looked for after the rows were written:
    who erases keeps followers away meanwhile, so either this sees that the events are gone, or the rows are seen there.
    """
    new = sorted({key for _, followed, change in decided for key in change.followed if key not in followed})
    stored: set[StreamKey] = set()
    for tenant, names in _by_tenant(new):
        for chunk in chunks(names):
            wanted = select(events.c.stream).where(
                events.c.tenant == tenant, events.c.stream.in_(chunk), events.c.version == 1
            )
            stored |= {StreamKey(tenant, stream) for stream in (await connection.execute(wanted)).scalars()}
    return frozenset(new) - stored


def generation_of(row: Mapping[Any, Any]) -> Generation:
    tenant, stream, version = row["after_tenant"], row["after_stream"], row["after_version"]
    return Generation(
        number=row["number"],
        projection=row["projection"],
        status=GenerationStatus(row["status"]),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        events=row["events"],
        position=None if tenant is None else Position(tenant, stream, version),
    )


def _by_tenant(streams: Sequence[StreamKey]) -> Iterator[tuple[str, list[str]]]:
    for tenant, keys in groupby(streams, attrgetter("tenant")):
        yield tenant, [key.stream for key in keys]


def _row(generation: int, key: StreamKey, followed: Followed) -> dict[str, Any]:
    return {
        "in_generation": generation,
        "in_tenant": key.tenant,
        "in_stream": key.stream,
        "in_version": followed.version,
        "in_state": followed.state,
    }
