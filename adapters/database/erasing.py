"""`OwnerEraser` on both databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from typing import cast as cast_type
from uuid import UUID

from sqlalchemy import String, Table, TextClause, cast, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.columns import present_moment
from adapters.database.engine import Database
from adapters.database.owners import about
from adapters.database.tables import (
    category_mappings,
    dead_letters,
    duplicate_pairs,
    events,
    owner_erasures,
    projection_generations,
    projection_streams,
    spending_entries,
    spending_merchants,
    spending_months,
    workflow_runs,
    workflow_timers,
)
from contracts.commands.privacy import EraseOwner
from workers.domain.mappings import SHARED, mapping_stream
from workers.ports.errors import UnavailableError
from workers.ports.privacy import Erasure

if TYPE_CHECKING:
    from aiosqlite import Connection

EVENTS_AT_ONCE: Final = 500
"""Events looked at in one transaction; what else their streams hold of the owner goes with them."""
LOCK_SECONDS: Final = 5
"""How long a lock on a table is waited for. Whoever writes to that table waits behind, so not for long."""

# Both wait for those who are writing and keep others from it until the transaction ends. The first lets readers be, the
# second also keeps those out who lock rows to change them: they would wait for the table, and we for their rows.
_NOBODY_STORES: Final = text("LOCK TABLE events IN SHARE MODE")
_NOBODY_FOLLOWS: Final = text("LOCK TABLE projection_streams IN EXCLUSIVE MODE")
_NOT_LONG: Final = text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

_STATE: Final = owner_erasures.c
_OWN: Final = events.c
_STATES: Final[Mapping[str, Sequence[Table]]] = {
    "entries": (spending_entries,),
    "mappings": (category_mappings,),
    "pairs": (duplicate_pairs,),
    "dead_letters": (dead_letters,),
    "timers": (workflow_timers,),
    "workflows": (workflow_runs,),
    "totals": (spending_months, spending_merchants),
}
"""What is no event, by what `Removed` calls it."""


class SqlOwnerEraser:
    """`OwnerEraser` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, tenant: str, owner: str, command_id: str, now: datetime) -> Erasure:
        async with self._database.connection(writes=True) as connection:
            await self._alone(connection, lock=_NOBODY_STORES)
            begun = await _erasure(connection, tenant, owner, command_id)
            if begun is not None:
                return begun
            here = (await connection.execute(select(present_moment()))).scalar_one()
            until = max(now, here)
            mine = {"command_id": command_id, "erased_until": until, "under_way": True, "removed": "{}"}
            known = await connection.execute(
                update(owner_erasures).where(_STATE.tenant == tenant, _STATE.owner == owner).values(mine)
            )
            if not known.rowcount:
                await connection.execute(owner_erasures.insert().values(tenant=tenant, owner=owner, **mine))
            await connection.commit()
        return Erasure(until, under_way=True, removed={})

    async def note_files(self, tenant: str, owner: str, files: int) -> None:
        async with self._database.connection(writes=True) as connection:
            await _note(connection, tenant, owner, {"files": files})
            await connection.commit()

    async def destroy_key(self, tenant: str, owner: str) -> None:
        number = await self._database.seals.keys.destroy(tenant, owner)
        if number is None:
            return
        mine = (_STATE.tenant == tenant, _STATE.owner == owner)
        async with self._database.connection(writes=True) as connection:
            await connection.execute(update(owner_erasures).where(*mine).values(keys_from=number))
            await connection.commit()

    async def remove_some(self, tenant: str, owner: str) -> bool:
        # What erases leaves what tells of erasures, which holds nothing else of the owner.
        mine = (_OWN.tenant == tenant, _OWN.owner == owner, _OWN.handler != EraseOwner.area)
        async with self._database.connection(writes=True) as connection:
            await self._alone(connection, lock=_NOBODY_FOLLOWS)
            found = await connection.execute(select(_OWN.stream).where(*mine).limit(EVENTS_AT_ONCE))
            streams = sorted({*found.scalars()})
            if not streams:
                return False
            shared = await shared_streams(connection, tenant, streams)
            own = [stream for stream in streams if stream not in shared]
            kept = await connection.execute(
                # Its command is nobody's any more: found by it, it would be taken for the whole of what it led to.
                update(events)
                .where(*mine, _OWN.stream.in_(shared))
                .values(owner=SHARED, causation_id=cast(_OWN.id, String), correlation_id=cast(_OWN.id, String))
            )
            gone = await connection.execute(delete(events).where(*mine, _OWN.stream.in_(own)))
            followed = projection_streams.c
            await connection.execute(
                delete(projection_streams).where(
                    followed.generation.in_(select(projection_generations.c.number)),
                    followed.tenant == tenant,
                    followed.stream.in_(own),
                )
            )
            await _note(connection, tenant, owner, {"events": gone.rowcount, "shared": kept.rowcount})
            await connection.commit()
        return True

    async def finish(self, tenant: str, owner: str) -> Erasure:
        removed = Counter[str]()
        async with self._database.connection(writes=True) as connection:
            await self._alone(connection, lock=_NOBODY_FOLLOWS)
            for name, tables in _STATES.items():
                for table in tables:
                    removed[name] += (
                        await connection.execute(delete(table).where(about(table, tenant, owner)))
                    ).rowcount
            await _note(connection, tenant, owner, removed)
            await connection.commit()
            if self._database.is_sqlite:
                await empty_log(connection)
        return await self._ended(tenant, owner)

    async def _ended(self, tenant: str, owner: str) -> Erasure:
        async with self._database.connection(writes=True) as connection:
            mine = (_STATE.tenant == tenant, _STATE.owner == owner)
            await connection.execute(update(owner_erasures).where(*mine).values(under_way=False))
            ended = await _erasure(connection, tenant, owner)
            await connection.commit()
        if ended is None:
            raise LookupError("an erasure ends that was not begun")
        return ended

    async def _alone(self, connection: AsyncConnection, *, lock: TextClause) -> None:
        if not self._database.is_sqlite:  # which has one writer at a time
            await connection.execute(_NOT_LONG)
            await connection.execute(lock)


async def empty_log(connection: AsyncConnection) -> None:
    """Have SQLite's write-ahead log hold nothing of what was deleted: it would keep old pages until they are reused."""
    raw = await connection.get_raw_connection()
    driver = cast_type("Connection", raw.driver_connection)
    ((busy, *_),) = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    if busy:
        raise UnavailableError("the database's write-ahead log cannot be emptied while somebody reads; trying again")


async def _erasure(
    connection: AsyncConnection, tenant: str, owner: str, command_id: str | None = None
) -> Erasure | None:
    wanted = select(_STATE.erased_until, _STATE.under_way, _STATE.removed).where(
        _STATE.tenant == tenant, _STATE.owner == owner
    )
    if command_id is not None:
        wanted = wanted.where(_STATE.command_id == command_id)
    found = (await connection.execute(wanted)).first()
    return None if found is None else Erasure(found[0], found[1], json.loads(found[2]))


async def _note(connection: AsyncConnection, tenant: str, owner: str, removed: Mapping[str, int]) -> None:
    """Add to what was deleted, in the transaction that deletes it."""
    mine = (_STATE.tenant == tenant, _STATE.owner == owner)
    before = (await connection.execute(select(_STATE.removed).where(*mine))).scalar_one()
    total = Counter[str](json.loads(before))
    total.update(removed)
    await connection.execute(update(owner_erasures).where(*mine).values(removed=json.dumps(total)))


async def shared_streams(connection: AsyncConnection, tenant: str, streams: Sequence[str]) -> set[str]:
    """Those of the streams that are of mappings everybody shares."""
    own, ids = category_mappings.c, [UUID(stream[-36:]) for stream in streams if _is_mapping(stream)]
    wanted = select(own.id).where(own.tenant == tenant, own.id.in_(ids), own.owner == SHARED)
    return {mapping_stream(each) for each in (await connection.execute(wanted)).scalars()}


def _is_mapping(stream: str) -> bool:
    try:
        return stream == mapping_stream(UUID(stream[-36:]))
    except ValueError:
        return False
