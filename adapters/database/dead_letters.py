"""`DeadLetterBox` on both databases, and the insertion the decision store makes beside its events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.letter_rows import SUMMARY_COLUMNS, filed_of, letter_values, state_values
from adapters.database.seals import readable
from adapters.database.sqlite import chunks
from adapters.database.tables import dead_letters
from workers.ports.dead_letters import (
    DeadLetter,
    DeadLetterFilter,
    DeadLetterStatus,
    FiledLetter,
    Lane,
)

_OWN: Final = dead_letters.c
_PLACE: Final = (_OWN.failed_at, _OWN.id)
_LANE: Final = tuple_(_OWN.original_topic, _OWN.original_partition, _OWN.record_key)


async def insert_dead_letters(connection: AsyncConnection, letters: Sequence[DeadLetter]) -> None:
    """Insert in the connection's transaction, beside the outcomes; those are new, so the letters are too."""
    await connection.execute(dead_letters.insert(), [letter_values(letter) for letter in letters])


class SqlDeadLetterBox:
    """`DeadLetterBox` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, wanted: DeadLetterFilter, limit: int, after: UUID | None = None, *, newest_first: bool = False
    ) -> Sequence[FiledLetter]:
        if wanted.text is not None and "\0" in wanted.text:  # SQLite would look for what stands before it
            return ()
        page = select(*SUMMARY_COLUMNS).where(*_conditions(wanted)).limit(limit)
        page = page.order_by(*(column.desc() if newest_first else column for column in _PLACE))
        if after is not None:
            last = select(*_PLACE).where(_OWN.id == after).subquery()
            here, there = tuple_(*_PLACE), tuple_(last.c.failed_at, last.c.id)
            page = page.join(last, here < there if newest_first else here > there)
        return await self._read(page)

    async def get(self, ids: Collection[UUID]) -> Sequence[FiledLetter]:
        wanted = list(dict.fromkeys(ids))
        found: dict[UUID, FiledLetter] = {}
        for chunk in chunks(wanted):
            filed = await self._read(select(dead_letters).where(_OWN.id.in_(chunk)))
            found |= {one.letter.id: one for one in filed}
        return [found[identity] for identity in wanted if identity in found]

    async def of_lanes(self, lanes: Collection[Lane]) -> Sequence[FiledLetter]:
        found: list[FiledLetter] = []
        kept = select(*SUMMARY_COLUMNS).where(_OWN.status != DeadLetterStatus.DISCARDED.value)
        for chunk in chunks(list(dict.fromkeys(lanes))):
            found.extend(await self._read(kept.where(_LANE.in_(chunk))))
        return found

    async def save(self, changed: Sequence[FiledLetter]) -> Collection[UUID]:
        written: list[UUID] = []
        sealed = await self._database.seals.letters(changed)
        async with self._database.connection(writes=True) as connection:
            for filed in sorted(sealed, key=lambda filed: filed.letter.id):  # one order of row locks for everybody
                change = (
                    update(dead_letters)
                    .where(_OWN.id == filed.letter.id, _OWN.revision == filed.revision - 1)
                    .values(state_values(filed))
                )
                if (await connection.execute(change)).rowcount:
                    written.append(filed.letter.id)
            await connection.commit()
        return written

    async def _read(self, wanted: Select[Any]) -> Sequence[FiledLetter]:
        try:
            async with self._database.connection() as connection:
                found = [filed_of(row) for row in (await connection.execute(wanted)).mappings()]
        except UnstorableRowError:  # a text the database cannot hold was never stored
            return ()
        return readable(await self._database.seals.open_letters(found))


def _conditions(wanted: DeadLetterFilter) -> list[ColumnElement[bool]]:
    equal = {
        _OWN.area: wanted.area,
        _OWN.tenant: wanted.tenant,
        _OWN.owner: wanted.owner,
        _OWN.code: wanted.code,
        _OWN.command_type: wanted.command_type,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    conditions.append(_OWN.status.in_([status.value for status in wanted.statuses]))
    if wanted.since is not None:
        conditions.append(_OWN.failed_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_OWN.failed_at < wanted.until)
    if wanted.text is not None:
        conditions.append(_OWN.reason.icontains(wanted.text, autoescape=True))
    return conditions
