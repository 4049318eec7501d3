"""`ErasureLedger` on both databases: a restored backup must not bring back who was erased since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.engine import Database
from adapters.database.erasing import LOCK_SECONDS
from adapters.database.tables import events, owner_erasures
from contracts.commands.privacy import EraseOwner
from workers.ports.privacy import PastErasure, Standing

_OWN: Final = owner_erasures.c
_NOT_LONG: Final = text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
_NOBODY_STORES: Final = text("LOCK TABLE events IN SHARE MODE")


class SqlErasureLedger:
    """`ErasureLedger` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[PastErasure]:
        wanted = select(_OWN.tenant, _OWN.owner, _OWN.command_id, _OWN.erased_until).order_by(_OWN.tenant, _OWN.owner)
        async with self._database.connection() as connection:
            return [PastErasure(*row) for row in await connection.execute(wanted)]

    async def take_up(self, past: PastErasure) -> Standing:
        async with self._database.connection(writes=True) as connection:
            if not self._database.is_sqlite:  # which has one writer at a time
                await connection.execute(_NOT_LONG)
                await connection.execute(_NOBODY_STORES)
            standing = await _standing(connection, past)
            if standing is Standing.DUE:
                await _fence(connection, past)
                await connection.commit()
        return standing


async def _standing(connection: AsyncConnection, past: PastErasure) -> Standing:
    mine = (_OWN.tenant == past.tenant, _OWN.owner == past.owner)
    known = select(_OWN.erased_until, _OWN.under_way, _OWN.command_id).where(*mine)
    found = (await connection.execute(known)).first()
    if found is not None and found.erased_until >= past.until:
        # Killed while it was being done again, it is taken up once more; another one under way goes on by its command.
        is_mine = found.under_way and found.command_id == past.command_id
        return Standing.DUE if is_mine else Standing.KNOWN
    later = select(events.c.id).where(
        events.c.tenant == past.tenant,
        events.c.owner == past.owner,
        events.c.handler != EraseOwner.area,
        events.c.occurred_at > past.until,
    )
    return Standing.LATER if (await connection.execute(later.limit(1))).first() else Standing.DUE


async def _fence(connection: AsyncConnection, past: PastErasure) -> None:
    values = {"command_id": past.command_id, "erased_until": past.until, "under_way": True, "removed": "{}"}
    known = await connection.execute(
        update(owner_erasures).where(_OWN.tenant == past.tenant, _OWN.owner == past.owner).values(values)
    )
    if not known.rowcount:
        await connection.execute(owner_erasures.insert().values(tenant=past.tenant, owner=past.owner, **values))
