"""`DuplicateRepository` on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select, tuple_, union

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.grouped import GroupedReads
from adapters.database.near import Near, near_of
from adapters.database.pair_rows import PAIR_COLUMNS, pair_of
from adapters.database.postgresql import PostgresqlStatements
from adapters.database.sqlite import SqliteStatements
from adapters.database.tables import duplicate_pairs, spending_entries
from workers.domain.duplicates import DuplicatePair, PairPlace
from workers.domain.spending import SpendingEntry
from workers.ports.duplicates import AlikeEntries
from workers.ports.store import SpendingRepository

_ONE: Final = spending_entries.alias("one")
_TWO: Final = spending_entries.alias("two")
_ONE_REFERENCE: Final[ColumnElement[str]] = literal_column("(one.source ->> 'reference')")
_TWO_REFERENCE: Final[ColumnElement[str]] = literal_column("(two.source ->> 'reference')")


class SqlDuplicateRepository:
    """`DuplicateRepository` on PostgreSQL or SQLite; what is asked for at the same time is read together.

    Args:
        database: where entries and pairs are.
        entries: reads the entries that are found, which are few.
    """

    def __init__(self, database: Database, entries: SpendingRepository) -> None:
        self._database = database
        self._entries = entries
        self._statements = SqliteStatements() if database.is_sqlite else PostgresqlStatements()
        self._pairs: GroupedReads[PairPlace, DuplicatePair] = GroupedReads(self._pairs_at)

    async def near(self, entries: Sequence[SpendingEntry]) -> Sequence[Sequence[SpendingEntry]]:
        found = await self._near_of([near_of(entry) for entry in entries]) if entries else {}
        if not found:  # nearly always
            return [()] * len(entries)
        others = [sorted(found.get(place, set()) - {entry.id}) for place, entry in enumerate(entries)]
        # All at once, so that they share reads as well.
        return await asyncio.gather(*map(self._read, (entry.tenant for entry in entries), others))

    async def pair(self, place: PairPlace) -> DuplicatePair | None:
        return await self._pairs.get(place)

    async def open_pairs(self, tenant: str, owner: str, since: date, most: int) -> Sequence[AlikeEntries]:
        by_sum, by_reference = _candidates(tenant, owner, since)
        both = union(by_sum, by_reference).subquery()
        newest = select(both.c.one, both.c.two).order_by(both.c.spent_on.desc(), both.c.one, both.c.two).limit(most)
        try:
            async with self._database.connection(commits_itself=True) as connection:
                places = [(row[0], row[1]) for row in await connection.execute(newest)]
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return ()
        read = await self._read(tenant, sorted({identity for place in places for identity in place}))
        entries = {entry.id: entry for entry in read}
        # One that was deleted in between is told of by the reading itself.
        return [AlikeEntries(entries[one], entries[two]) for one, two in places if {one, two} <= entries.keys()]

    async def _read(self, tenant: str, identities: Sequence[UUID]) -> Sequence[SpendingEntry]:
        found = await asyncio.gather(*(self._entries.get(tenant, identity) for identity in identities))
        return [entry for entry in found if entry is not None and not entry.is_deleted]

    async def _near_of(self, asked: Sequence[Near], first: int = 0) -> dict[int, set[UUID]]:
        """The ids of what is near each, by its place, counted from `first`; without those that have nothing near."""
        found: dict[int, set[UUID]] = {}
        try:
            async with self._database.connection(commits_itself=True) as connection:
                for place, identity in await self._statements.near(connection, asked):
                    found.setdefault(first + place, set()).add(identity)
        except UnstorableRowError:  # what one of them says cannot be stored: the others may be
            half = len(asked) // 2
            if half == 0:
                return {}
            return await self._near_of(asked[:half], first) | await self._near_of(asked[half:], first + half)
        return found

    async def _pairs_at(self, places: Collection[PairPlace]) -> Mapping[PairPlace, DuplicatePair]:
        own = duplicate_pairs.c
        wanted = select(*PAIR_COLUMNS).where(tuple_(own.tenant, own.one, own.two).in_(places))
        async with self._database.connection(commits_itself=True) as connection:
            pairs = [pair_of(row) for row in (await connection.execute(wanted)).mappings()]
        return {PairPlace(pair.tenant, pair.one, pair.two): pair for pair in pairs}


def _candidates(tenant: str, owner: str, since: date) -> tuple[Select[Any], Select[Any]]:
    """Pairs of entries with the same day and sum, and those with the same reference."""
    one, two = _ONE.c, _TWO.c
    open_ones = and_(
        *(side.tenant == tenant for side in (one, two)),
        *(side.owner == owner for side in (one, two)),
        *(side.deleted_reason.is_(None) for side in (one, two)),
        one.id < two.id,
        ~exists().where(
            duplicate_pairs.c.tenant == tenant, duplicate_pairs.c.one == one.id, duplicate_pairs.c.two == two.id
        ),
    )
    wanted = select(one.id.label("one"), two.id.label("two"), one.spent_on.label("spent_on")).where(open_ones)
    same_sum = and_(one.spent_on == two.spent_on, one.amount == two.amount, one.currency == two.currency)
    same_reference = and_(_ONE_REFERENCE.is_not(None), _ONE_REFERENCE == _TWO_REFERENCE)
    recent = or_(one.spent_on >= since, two.spent_on >= since)
    return wanted.where(one.spent_on >= since, same_sum), wanted.where(recent, same_reference)
