"""`ReadModels` on both databases. Statements are made by functions of their own: tests look at their plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select, tuple_

from adapters.database.engine import Database
from adapters.database.failures import UnstorableRowError
from adapters.database.rows import ENTRY_COLUMNS, entry_of
from adapters.database.seals import readable
from adapters.database.tables import (
    processing_quality,
    projection_generations,
    spending_entries,
    spending_merchants,
    spending_months,
)
from workers.domain.spending import SpendingEntry
from workers.ports.queries import (
    EntriesFilter,
    EntriesFound,
    MerchantTotal,
    MonthRange,
    MonthTotal,
    NotBuiltError,
    PageKey,
    QualityTotal,
)

MOST_EXAMINED: Final = 5_000
"""Entries looked at for one answer, however few of them are wanted."""

OPENED_AT_ONCE: Final = 500
"""Sealed entries in memory at a time, where words are looked for in them."""

_OWN: Final = spending_entries.c
_MONTHS: Final = spending_months.c
_MERCHANTS: Final = spending_merchants.c
_QUALITY: Final = processing_quality.c
_PLACE: Final = tuple_(_OWN.spent_on, _OWN.id)
_SEARCHED: Final = (_OWN.merchant, _OWN.description, _OWN.location, _OWN.raw_text)


class SqlReadModels:
    """`ReadModels` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, wanted: EntriesFilter, limit: int, after: PageKey | None = None) -> EntriesFound:
        try:
            if wanted.text is not None and self._database.seals.is_on:
                return await self._searched(replace(wanted, text=None), wanted.text, limit, after)
            return await self._entries(wanted, limit, after)
        except UnstorableRowError:  # a name the database cannot hold was never stored
            return EntriesFound((), None)

    async def month_totals(self, tenant: str, owner: str, months: MonthRange) -> Sequence[MonthTotal]:
        found = await self._answer("spending", months_of_owner(tenant, owner, months))
        return [MonthTotal(*row) for row in found]

    async def merchant_totals(self, tenant: str, owner: str, months: MonthRange, limit: int) -> Sequence[MerchantTotal]:
        found = await self._answer("spending", merchants_of_owner(tenant, owner, months, limit))
        return [MerchantTotal(*row) for row in found]

    async def quality(self, tenant: str, first: date, last: date) -> Sequence[QualityTotal]:
        found = await self._answer("quality", quality_of_tenant(tenant, first, last))
        return [QualityTotal(*row) for row in found]

    async def _entries(self, wanted: EntriesFilter, limit: int, after: PageKey | None) -> EntriesFound:
        async with self._database.connection() as connection:
            end = None
            if next(_conditions(wanted), None) is not None:
                row = (await connection.execute(last_examined(wanted, after))).first()
                end = None if row is None else PageKey(*row)
            rows = (await connection.execute(entries_of_owner(wanted, limit + 1, after, end))).mappings()
            found = [entry_of(row) for row in rows]
        if len(found) > limit:
            found, end = found[:limit], _key(found[limit - 1])
        return EntriesFound(tuple(readable(await self._database.seals.open_entries(found))), end)

    async def _searched(self, wanted: EntriesFilter, words: str, limit: int, after: PageKey | None) -> EntriesFound:
        """Words are looked for here: the database cannot read what is sealed."""
        found: list[SpendingEntry] = []
        at_once = min(OPENED_AT_ONCE, MOST_EXAMINED)
        for _ in range(MOST_EXAMINED // at_once):
            page = await self._entries(wanted, at_once, after)
            found += [entry for entry in page.entries if _holds(entry, words.lower())]
            after = page.after
            if len(found) > limit:
                return EntriesFound(tuple(found[:limit]), _key(found[limit - 1]))
            if after is None:
                break
        return EntriesFound(tuple(found), after)

    async def _answer(self, projection: str, wanted: Select[Any]) -> Sequence[Any]:
        try:
            async with self._database.connection() as connection:
                found: Sequence[Any] = (await connection.execute(wanted)).all()
                if not found and (await connection.execute(select(live(projection)))).scalar() is None:
                    raise NotBuiltError(
                        f"the projection {projection} has not been built yet: run `poon run` with the area projections,"
                        f" or `poon projections rebuild {projection}`"
                    )
                return found
        except UnstorableRowError:  # see entries
            return ()


def live(projection: str) -> ScalarSelect[int]:
    """The number of the generation that answers: part of the statement, so that no swap comes in between."""
    own = projection_generations.c
    return select(own.number).where(own.projection == projection, own.status == "live").scalar_subquery()


def entries_of_owner(
    wanted: EntriesFilter, limit: int, after: PageKey | None = None, end: PageKey | None = None
) -> Select[Any]:
    """The entries between two places, the last one included: a walk along one index."""
    statement = _along_the_list(select(*ENTRY_COLUMNS), wanted, after)
    if end is not None:
        statement = statement.where(end <= _PLACE)
    return statement.where(_OWN.deleted_reason.is_(None), *_conditions(wanted)).limit(limit)


def last_examined(wanted: EntriesFilter, after: PageKey | None = None) -> Select[Any]:
    """The place of the last entry that one answer looks at, where there are as many: told by the index alone."""
    statement = _along_the_list(select(_OWN.spent_on, _OWN.id), wanted, after)
    return statement.offset(MOST_EXAMINED - 1).limit(1)


def months_of_owner(tenant: str, owner: str, months: MonthRange) -> Select[Any]:
    return (
        select(_MONTHS.month, _MONTHS.category, _MONTHS.currency, _MONTHS["count"], _MONTHS.amount)
        .where(
            _MONTHS.generation == live("spending"),
            _MONTHS.tenant == tenant,
            _MONTHS.owner == owner,
            _MONTHS.month.between(*months),
        )
        .order_by(_MONTHS.month, _MONTHS.category, _MONTHS.currency)
    )


def merchants_of_owner(tenant: str, owner: str, months: MonthRange, limit: int) -> Select[Any]:
    amount = func.sum(_MERCHANTS.amount)
    return (
        select(
            _MERCHANTS.merchant,
            _MERCHANTS.currency,
            func.sum(_MERCHANTS["count"]),
            amount,
            func.min(_MERCHANTS.month),
            func.max(_MERCHANTS.month),
        )
        .where(
            _MERCHANTS.generation == live("spending"),
            _MERCHANTS.tenant == tenant,
            _MERCHANTS.owner == owner,
            _MERCHANTS.month.between(*months),
        )
        .group_by(_MERCHANTS.merchant, _MERCHANTS.currency)
        .order_by(_MERCHANTS.currency, amount.desc(), _MERCHANTS.merchant)
        .limit(limit)
    )


def quality_of_tenant(tenant: str, first: date, last: date) -> Select[Any]:
    told = [column for column in processing_quality.c if column.name not in {"generation", "tenant"}]
    return (
        select(*told)
        .where(_QUALITY.generation == live("quality"), _QUALITY.tenant == tenant, _QUALITY.day.between(first, last))
        .order_by(*told[:-2])
    )


def _along_the_list(statement: Select[Any], wanted: EntriesFilter, after: PageKey | None) -> Select[Any]:
    statement = statement.where(_OWN.tenant == wanted.tenant, _OWN.owner == wanted.owner)
    if wanted.merchant is not None:
        statement = statement.where(_OWN.merchant == wanted.merchant)
    if wanted.first is not None:
        statement = statement.where(_OWN.spent_on >= wanted.first)
    if wanted.last is not None:
        statement = statement.where(_OWN.spent_on <= wanted.last)
    if after is not None:
        statement = statement.where(after > _PLACE)
    return statement.order_by(_OWN.spent_on.desc(), _OWN.id.desc())


def _conditions(wanted: EntriesFilter) -> Iterator[ColumnElement[bool]]:
    """What no index knows."""
    equal = (
        (_OWN.category, wanted.category),
        (_OWN.currency, wanted.currency),
        (_OWN.payment_method, wanted.payment_method),
    )
    for column, value in equal:
        if value is not None:
            yield column == value.value
    if wanted.least is not None:
        yield _OWN.amount >= wanted.least
    if wanted.most is not None:
        yield _OWN.amount <= wanted.most
    if wanted.text is not None:
        yield or_(*(column.icontains(wanted.text, autoescape=True) for column in _SEARCHED))


def _holds(entry: SpendingEntry, words: str) -> bool:
    return any(words in (getattr(entry, column.name) or "").lower() for column in _SEARCHED)


def _key(entry: SpendingEntry) -> PageKey:
    return PageKey(entry.spent_on, entry.id)
