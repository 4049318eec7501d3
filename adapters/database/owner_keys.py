"""The owners' data keys: kept wrapped in `owner_keys`, unwrapped in this process's memory for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Insert, Row, Select, Update, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.database.columns import present_moment
from adapters.database.tables import owner_keys
from workers.ports.vault import Cipher, KeysState, MasterKeyError, MasterKeys, OwnerKey

if TYPE_CHECKING:
    from adapters.database.engine import Database

_OWN: Final = owner_keys.c
_PLACE: Final = tuple_(_OWN.tenant, _OWN.owner)
_OF_A_KEY: Final = ("id", "master", "wrapped", "created_at")
_CHUNK: Final = 500
_CALLS_AT_ONCE: Final = 16

T = TypeVar("T")

Place = tuple[str, str]
"""Tenant and owner."""


class Vault(NamedTuple):
    """What seals.

    Attributes:
        seconds: how long a key is remembered; no process can read what an erased owner left for longer than that.
        most: how many keys are remembered.
        new_id: names a new key.
    """

    cipher: Cipher
    masters: MasterKeys
    new_id: Callable[[], UUID]
    seconds: float = 300.0
    most: int = 10_000


class OwnerKeys:
    """`KeyKeeper` and `OwnerKeySource` on PostgreSQL or SQLite, and the keys for those who seal and open rows.

    Args:
        database: where the keys are.
        vault: None where nothing is sealed; what was sealed can then not be opened.
    """

    def __init__(self, database: Database, vault: Vault | None) -> None:
        self._database = database
        self.vault = vault
        self._remembered = _Remembered(vault.most if vault else 0, vault.seconds if vault else 0.0)

    async def of_owners(self, places: Iterable[Place]) -> Mapping[Place, OwnerKey]:
        """The keys to seal with; made for those who have none. Of all who ask at once everybody gets the same.

        Raises:
            MasterKeyError: nothing can be sealed here, or a master key is missing.
            UnavailableError: the database cannot be reached.
        """
        wanted = dict.fromkeys(places)
        found = await self.existing(wanted)
        missing = sorted(wanted.keys() - found.keys())
        if not missing:
            return found
        await self._make(missing)
        return {**found, **await self.existing(missing)}

    async def key_of(self, tenant: str, owner: str, *, anew: bool) -> OwnerKey:
        place = tenant, owner
        if anew:
            await self.known_key_of(tenant, owner)
        return (await self.of_owners([place]))[place]

    async def known_key_of(self, tenant: str, owner: str) -> OwnerKey | None:
        place = tenant, owner
        found = await self._unwrapped(await self._rows(_live().where(_PLACE.in_([place]))))
        if not found:
            self.forget([place])
            return None
        return found[0]

    async def existing(self, places: Iterable[Place]) -> Mapping[Place, OwnerKey]:
        """The keys of those owners who have one; raises as `of_owners`."""
        wanted = dict.fromkeys(places)
        found = {place: key for place in wanted if (key := self._remembered.of_place(place)) is not None}
        missing = sorted(wanted.keys() - found.keys())
        for start in range(0, len(missing), _CHUNK):
            rows = await self._rows(_live().where(_PLACE.in_(missing[start : start + _CHUNK])))
            found |= {key.place: key for key in await self._unwrapped(rows)}
        return found

    async def by_id(self, ids: Iterable[UUID]) -> Mapping[UUID, OwnerKey]:
        """The keys that sealed something; those that were destroyed are missing.

        Raises:
            MasterKeyError: a master key is missing.
            UnavailableError: the database cannot be reached.
        """
        wanted = dict.fromkeys(ids)
        found = {each: key for each in wanted if (key := self._remembered.of_id(each)) is not None}
        missing = [each for each in wanted if each not in found]
        for start in range(0, len(missing), _CHUNK):
            rows = await self._rows(_live().where(_OWN.id.in_(missing[start : start + _CHUNK])))
            found |= {key.id: key for key in await self._unwrapped(rows)}
        return found

    def forget(self, places: Iterable[Place]) -> None:
        """Ask the database for the keys of these owners again."""
        for place in places:
            self._remembered.forget(place)

    async def destroy(self, tenant: str, owner: str) -> int | None:
        """Destroy an owner's key, here and in the database, and tell the number of the next; None without one.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        self.forget([(tenant, owner)])
        destroyed = (
            update(owner_keys)
            .where(_OWN.tenant == tenant, _OWN.owner == owner)
            .values(generation=_OWN.generation + 1, id=None, master=None, wrapped=None, created_at=None)
            .returning(_OWN.generation)
        )
        async with self._database.connection(writes=True) as connection:
            number: int | None = (await connection.execute(destroyed)).scalar()
            await connection.commit()
        return number

    async def state(self) -> KeysState:
        counted = select(_OWN.master, func.count()).group_by(_OWN.master)
        async with self._database.connection() as connection:
            found = [(row[0], row[1]) for row in await connection.execute(counted)]
        wrapped = {master: count for master, count in found if master is not None}
        destroyed = sum(count for master, count in found if master is None)
        if self.vault is None:
            return KeysState(None, frozenset(), wrapped, destroyed)
        return KeysState(self.vault.masters.newest, self.vault.masters.known, wrapped, destroyed)

    async def check(self) -> None:
        """Make sure that every owner's key can be unwrapped.

        Raises:
            MasterKeyError: a master key is missing.
            UnavailableError: the database cannot be reached.
        """
        known = sorted(self.vault.masters.known) if self.vault else []
        strange = select(_OWN.master).where(_OWN.master.is_not(None), _OWN.master.not_in(known)).limit(1)
        async with self._database.connection() as connection:
            master = (await connection.execute(strange)).scalar()
        if master is not None:
            raise MasterKeyError.missing(master)

    async def rewrap_some(self, limit: int) -> int:
        vault = self._sealing()
        newest = vault.masters.newest
        others = _live().where(_OWN.master != newest).order_by(_OWN.master, _OWN.tenant, _OWN.owner).limit(limit)
        rows = await self._rows(others)
        keys = await self._unwrapped(rows)
        anew = await _few_at_once([partial(vault.masters.wrap, key.secret, _bound(key)) for key in keys])
        wrapped = list(zip(rows, anew, strict=True))
        async with self._database.connection(writes=True) as connection:
            for row, key in wrapped:
                await connection.execute(_rewrapped(row, newest, key))
            await connection.commit()
        return len(wrapped)

    async def _make(self, places: Sequence[Place]) -> None:
        vault = self._sealing()
        rows = await _few_at_once([partial(self._new_row, vault, *place) for place in places])
        async with self._database.connection(writes=True) as connection:
            # Whoever is second leaves the key of the first alone.
            await connection.execute(_added(is_sqlite=self._database.is_sqlite), rows)
            await connection.commit()

    async def _new_row(self, vault: Vault, tenant: str, owner: str) -> dict[str, Any]:
        key = OwnerKey(vault.new_id(), tenant, owner, 1, vault.cipher.new_key())
        wrapped = await vault.masters.wrap(key.secret, _bound(key))
        return {
            "tenant": tenant,
            "owner": owner,
            "generation": key.generation,
            "id": key.id,
            "master": vault.masters.newest,
            "wrapped": wrapped,
        }

    async def _rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.connection() as connection:
            return list(await connection.execute(wanted))

    async def _unwrapped(self, rows: Sequence[Row[Any]]) -> Sequence[OwnerKey]:
        return await _few_at_once([partial(self._unwrap, row) for row in rows])

    async def _unwrap(self, row: Row[Any]) -> OwnerKey:
        if self.vault is None:
            raise MasterKeyError.missing(row.master)
        kept = self._remembered.of_id(row.id)
        if kept is not None and kept.place == (row.tenant, row.owner):
            return kept  # a key never changes under its id, and asking for it again may be a request to a service
        named = OwnerKey(row.id, row.tenant, row.owner, row.generation, b"")
        secret = await self.vault.masters.unwrap(row.master, row.wrapped, _bound(named))
        key = OwnerKey(row.id, row.tenant, row.owner, row.generation, secret)
        self._remembered.remember(key)
        return key

    def _sealing(self) -> Vault:
        if self.vault is None:
            raise MasterKeyError("no master key is set: give one in POON_PRIVACY__MASTER_KEY")
        return self.vault


class _Remembered:
    """Keys by owner and by their id; the one that was used longest ago goes first."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._by_place: OrderedDict[Place, tuple[float, OwnerKey]] = OrderedDict()
        self._places: dict[UUID, Place] = {}

    def of_place(self, place: Place) -> OwnerKey | None:
        kept = self._by_place.get(place)
        if kept is None:
            return None
        until, key = kept
        if until <= _now():
            self.forget(place)
            return None
        self._by_place.move_to_end(place)
        return key

    def of_id(self, key_id: UUID) -> OwnerKey | None:
        place = self._places.get(key_id)
        return None if place is None else self.of_place(place)

    def remember(self, key: OwnerKey) -> None:
        self.forget(key.place)
        self._by_place[key.place] = (_now() + self._seconds, key)
        self._places[key.id] = key.place
        if len(self._by_place) > self._most:
            self.forget(next(iter(self._by_place)))

    def forget(self, place: Place) -> None:
        kept = self._by_place.pop(place, None)
        if kept is not None:
            self._places.pop(kept[1].id, None)


async def _few_at_once(calls: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """What calls give, in order: each may be a request to a key management service."""
    found: list[T] = []
    for start in range(0, len(calls), _CALLS_AT_ONCE):
        found += await asyncio.gather(*(call() for call in calls[start : start + _CALLS_AT_ONCE]))
    return found


def _now() -> float:
    return asyncio.get_running_loop().time()


def _bound(key: OwnerKey) -> bytes:
    """What a wrapped key belongs to: no row can be given another's."""
    return "\0".join(("owner key", key.tenant, key.owner, str(key.id))).encode()


def _live() -> Select[Any]:
    return select(_OWN.tenant, _OWN.owner, _OWN.generation, _OWN.id, _OWN.master, _OWN.wrapped).where(
        _OWN.id.is_not(None)
    )


def _rewrapped(row: Row[Any], master: str, wrapped: bytes) -> Update:
    """Unless the key was destroyed or wrapped anew meanwhile."""
    unchanged = (_OWN.tenant == row.tenant, _OWN.owner == row.owner, _OWN.id == row.id, _OWN.master == row.master)
    return update(owner_keys).where(*unchanged).values(master=master, wrapped=wrapped)


def _added(*, is_sqlite: bool) -> Insert:
    """A first key, or the next where the one before was destroyed."""
    key = ["tenant", "owner"]
    if is_sqlite:
        small = sqlite_insert(owner_keys).values(created_at=present_moment())
        anew = {name: small.excluded[name] for name in _OF_A_KEY}
        return small.on_conflict_do_update(index_elements=key, set_=anew, where=_OWN.id.is_(None))
    large = postgresql_insert(owner_keys).values(created_at=present_moment())
    anew = {name: large.excluded[name] for name in _OF_A_KEY}
    return large.on_conflict_do_update(index_elements=key, set_=anew, where=_OWN.id.is_(None))
