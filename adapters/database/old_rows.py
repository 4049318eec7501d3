"""`OldRowSealer` on both databases: table by table, in the order of the primary key, some rows a transaction.

Nobody else has to wait: rows are read without a lock, and are written only if they still are as they were read. What a
command has written meanwhile is sealed already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, Update, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.engine import Database
from adapters.database.erasing import empty_log, shared_streams
from adapters.database.letter_rows import filed_of, letter_values
from adapters.database.owner_keys import Place
from adapters.database.rows import entry_of
from adapters.database.seals import (
    ENTRY_TEXTS,
    MARK,
    Seal,
    letter_places,
    sealed_entry,
    sealed_headers,
    sealed_letter,
    sealed_with,
)
from adapters.database.tables import dead_letters, events, sealing_walks, spending_entries
from contracts.commands.privacy import EraseOwner
from contracts.errors import ErrorCode
from workers.domain.mappings import SHARED
from workers.ports.dead_letters import FiledLetter
from workers.ports.vault import MasterKeyError, TableSealing

_WALK: Final = sealing_walks.c
_EVENT: Final = events.c
_ENTRY: Final = spending_entries.c
_LETTER: Final = dead_letters.c

_OldRow = Mapping[str, Any]
_Seals = Mapping[Place, Seal]


class _Kind(NamedTuple):
    """How a table is gone through.

    Attributes:
        owners: whose keys a row is sealed with; none for one that is to stay as it is.
        change: the statement that seals it.
        place: a row's key from JSON.
    """

    table: Table
    owners: Callable[[_OldRow], Collection[Place]]
    change: Callable[[_OldRow, _Seals], Update]
    place: Callable[[list[Any]], tuple[Any, ...]]

    @property
    def key(self) -> tuple[ColumnElement[Any], ...]:
        return tuple(self.table.primary_key)


class SqlOldRowSealer:
    """`OldRowSealer` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self) -> None:
        if not self._database.seals.is_on:
            raise MasterKeyError("no master key is set to encrypt with: give one in POON_PRIVACY__MASTER_KEY")
        fresh = {"after": "", "looked": 0, "sealed": 0, "is_over": False}
        insert = sqlite_insert if self._database.is_sqlite else postgresql_insert
        async with self._database.connection(writes=True) as connection:
            rows = [{"name": name, **fresh} for name in _KINDS]
            await connection.execute(insert(sealing_walks).on_conflict_do_nothing(), rows)
            open_walks = select(func.count()).where(_WALK.is_over.is_(False))
            if not (await connection.execute(open_walks)).scalar_one():
                await connection.execute(update(sealing_walks).values(fresh))
            await connection.commit()

    async def seal_some(self, limit: int) -> TableSealing | None:
        walk = await self._open_walk()
        if walk is None:
            return None
        kind = _KINDS[walk.name]
        rows, old = await self._page(kind, walk.after, limit)
        changes = await self._changes(kind, old)
        async with self._database.connection(writes=True) as connection:
            sealed = 0
            for change in changes:
                sealed += (await connection.execute(change)).rowcount
            told = TableSealing(walk.name, walk.looked + len(rows), walk.sealed + sealed, len(rows) < limit)
            # Else another run has gone through these rows: what was written here is taken back.
            if await _moved_on(connection, walk, told, rows[-1] if rows else None):
                await connection.commit()
                if told.is_over and self._database.is_sqlite:
                    await empty_log(connection)
        return told

    async def progress(self) -> Sequence[TableSealing]:
        async with self._database.connection() as connection:
            found = {row.name: row for row in await connection.execute(select(sealing_walks))}
        walks = [found[name] for name in _KINDS if name in found]
        return [TableSealing(walk.name, walk.looked, walk.sealed, walk.is_over) for walk in walks]

    async def _open_walk(self) -> Row[Any] | None:
        async with self._database.connection() as connection:
            found = await connection.execute(select(sealing_walks).where(_WALK.is_over.is_(False)))
            walks = {row.name: row for row in found}
        return next((walks[name] for name in _KINDS if name in walks), None)

    async def _page(self, kind: _Kind, after: str, limit: int) -> tuple[Sequence[Sequence[Any]], Sequence[_OldRow]]:
        """The keys of the next rows, and those of the rows that are in the clear and should not be."""
        wanted = select(kind.table).order_by(*kind.key).limit(limit)
        if after:
            wanted = wanted.where(tuple_(*kind.key) > kind.place(json.loads(after)))
        async with self._database.connection() as connection:
            found = [dict(row) for row in (await connection.execute(wanted)).mappings()]
            old = [row for row in found if kind.owners(row)]
            if kind.table is events:
                shared = await _shared(connection, old)
                old = [row for row in old if (row["tenant"], row["stream"]) not in shared]
        return [[row[column.name] for column in kind.table.primary_key] for row in found], old

    async def _changes(self, kind: _Kind, old: Sequence[_OldRow]) -> Sequence[Update]:
        vault, keys = self._database.seals.keys.vault, self._database.seals.keys
        if not old or vault is None:
            return ()
        places = dict.fromkeys(place for row in old for place in kind.owners(row))
        # Whoever was erased meanwhile has another key: what is sealed with the old one nobody could read.
        keys.forget(places)
        seals = {place: Seal(vault.cipher, key) for place, key in (await keys.of_owners(places)).items()}
        return [kind.change(row, seals) for row in old]


async def _moved_on(
    connection: AsyncConnection, walk: Row[Any], told: TableSealing, last: Sequence[Any] | None
) -> bool:
    after = walk.after if last is None else json.dumps(last, default=str)
    moved = await connection.execute(
        update(sealing_walks)
        .where(_WALK.name == walk.name, _WALK.after == walk.after, _WALK.is_over.is_(False))
        .values(after=after, looked=told.looked, sealed=told.sealed, is_over=told.is_over)
    )
    return bool(moved.rowcount)


async def _shared(connection: AsyncConnection, rows: Iterable[_OldRow]) -> set[tuple[str, str]]:
    """The streams of mappings that everybody shares: they outlive whoever proposed them."""
    found = set()
    by_tenant: dict[str, list[str]] = {}
    for row in rows:
        by_tenant.setdefault(row["tenant"], []).append(row["stream"])
    for tenant, streams in by_tenant.items():
        found |= {(tenant, stream) for stream in await shared_streams(connection, tenant, streams)}
    return found


def _owners_of_event(row: _OldRow) -> Collection[Place]:
    if row["data"].startswith(MARK) or row["handler"] == EraseOwner.area or row["owner"] == SHARED:
        return ()
    return () if _tells_of_an_erasure(row["data"]) else [(row["tenant"], row["owner"])]


def _tells_of_an_erasure(data: str) -> bool:
    """Whether it refuses a command of an erased owner: that holds nothing of the owner, and needs no new key."""
    return ErrorCode.OWNER_ERASED in data and json.loads(data).get("code") == ErrorCode.OWNER_ERASED


def _sealed_event(row: _OldRow, seals: _Seals) -> Update:
    data = seals[row["tenant"], row["owner"]].text(row["data"], str(row["id"]), "data")
    place = [_EVENT[name] == row[name] for name in ("tenant", "stream", "version", "owner")]
    return update(events).where(*place, _is_clear(_EVENT.data)).values(data=data)


def _owners_of_entry(row: _OldRow) -> Collection[Place]:
    return () if sealed_with(row["raw_text"]) else [(row["tenant"], row["owner"])]


def _sealed_entry(row: _OldRow, seals: _Seals) -> Update:
    entry = entry_of(row)
    sealed = sealed_entry(entry, seals[entry.tenant, entry.owner])
    values = {name: getattr(sealed, name) for name in ENTRY_TEXTS} | {"tags": list(sealed.tags)}
    place = [_ENTRY[name] == row[name] for name in ("tenant", "id", "version")]
    return update(spending_entries).where(*place, _is_clear(_ENTRY.raw_text)).values(values)


def _owners_of_letter(row: _OldRow) -> Collection[Place]:
    filed = filed_of(row)
    own, edited = letter_places(filed)
    found = set()
    if _is_old_record(filed) or _is_old(row["action_reason"]):
        found.add(own)
    if _is_old(row["edit_data"]):
        found.add(edited)
    return found


def _sealed_letter(row: _OldRow, seals: _Seals) -> Update:
    filed, identity, values = filed_of(row), str(row["id"]), dict[str, Any]()
    own, edited = letter_places(filed)
    if _is_old_record(filed):
        record = letter_values(sealed_letter(filed.letter, seals[own]))
        values |= {name: record[name] for name in ("record_value", "record_headers")}
    if _is_old(row["action_reason"]):
        values["action_reason"] = seals[own].text(row["action_reason"], identity, "action")
    if _is_old(row["edit_data"]):
        values["edit_data"] = seals[edited].text(row["edit_data"], identity, "edit")
    unchanged = (_LETTER.id == row["id"], _LETTER.revision == row["revision"])
    return update(dead_letters).where(*unchanged).values(values)


def _is_old_record(filed: FiledLetter) -> bool:
    return sealed_headers(filed.letter.contents) is None


def _is_old(text: str | None) -> bool:
    return bool(text) and sealed_with(text) is None


def _is_clear(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(column.is_(None), func.substr(column, 1, len(MARK)) != MARK)


_KINDS: Final = {
    kind.table.name: kind
    for kind in (
        _Kind(events, _owners_of_event, _sealed_event, tuple),
        _Kind(spending_entries, _owners_of_entry, _sealed_entry, lambda key: (key[0], UUID(key[1]))),
        _Kind(dead_letters, _owners_of_letter, _sealed_letter, lambda key: (UUID(key[0]),)),
    )
}
