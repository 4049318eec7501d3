"""`MappingRepository` on both databases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from adapters.database.engine import Database
from adapters.database.grouped import GroupedReads
from adapters.database.mapping_rows import MAPPING_COLUMNS, mapping_of
from adapters.database.postgresql import PostgresqlStatements
from adapters.database.sqlite import SqliteStatements
from adapters.database.states import OwnerPlace
from adapters.database.tables import category_mappings
from contracts.mappings import MappingMatch, MappingStatus
from contracts.values import Category
from workers.domain.mappings import SHARED, CategoryMapping
from workers.ports.mappings import MappingVersions

_MappingKey = tuple[str, UUID]
"""Tenant and id."""


class SqlMappingRepository:
    """`MappingRepository` on PostgreSQL or SQLite; what is asked for at the same time is read together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements = SqliteStatements() if database.is_sqlite else PostgresqlStatements()
        self._versions: GroupedReads[OwnerPlace, MappingVersions] = GroupedReads(self._versions_of)
        # After a change of what is shared, every command of the tenant wants all of it at once.
        self._owners: GroupedReads[OwnerPlace, Sequence[CategoryMapping]] = GroupedReads(self._of_owners)
        self._mappings: GroupedReads[_MappingKey, CategoryMapping] = GroupedReads(self._by_key)

    async def versions(self, tenant: str, owner: str) -> MappingVersions:
        return await self._versions.get(OwnerPlace(tenant, owner)) or MappingVersions()

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        return await self._owners.get(OwnerPlace(tenant, owner)) or ()

    async def get(self, tenant: str, mapping_id: UUID) -> CategoryMapping | None:
        return await self._mappings.get((tenant, mapping_id))

    async def votes(self, tenant: str, key: str, match: MappingMatch, besides: str) -> Mapping[Category, int]:
        own = category_mappings.c
        counted = (
            select(own.category, func.count())
            .where(own.tenant == tenant, own.key == key, own.match == match.value)
            .where(own.status == MappingStatus.ACTIVE.value, own.owner.not_in([SHARED, besides]))
            .group_by(own.category)
        )
        async with self._database.connection(commits_itself=True) as connection:
            return {Category(category): count for category, count in await connection.execute(counted)}

    async def _versions_of(self, places: Collection[OwnerPlace]) -> Mapping[OwnerPlace, MappingVersions]:
        # Every event adds one to one row's version, and rows go only with all of their owner's: so the sum tells how
        # many events there were. A transaction that is not seen yet adds nothing to it, whenever it began.
        asked = [*places, *{OwnerPlace(place.tenant, SHARED) for place in places}]
        async with self._database.connection(commits_itself=True) as connection:
            rows = await self._statements.owner_versions(connection, asked)
        found = {(tenant, owner): changes for tenant, owner, changes in rows}
        return {place: MappingVersions(found.get(place, 0), found.get((place.tenant, SHARED), 0)) for place in places}

    async def _of_owners(self, places: Collection[OwnerPlace]) -> Mapping[OwnerPlace, Sequence[CategoryMapping]]:
        own = category_mappings.c
        wanted = select(*MAPPING_COLUMNS).where(tuple_(own.tenant, own.owner).in_(places))
        found: dict[OwnerPlace, list[CategoryMapping]] = {}
        for mapping in await self._read(wanted.order_by(own.key, own.id)):
            found.setdefault(OwnerPlace(mapping.tenant, mapping.owner), []).append(mapping)
        return found

    async def _by_key(self, keys: Collection[_MappingKey]) -> Mapping[_MappingKey, CategoryMapping]:
        own = category_mappings.c
        found = await self._read(select(*MAPPING_COLUMNS).where(tuple_(own.tenant, own.id).in_(keys)))
        return {(mapping.tenant, mapping.id): mapping for mapping in found}

    async def _read(self, wanted: Select[Any]) -> Sequence[CategoryMapping]:
        async with self._database.connection(commits_itself=True) as connection:
            return [mapping_of(row) for row in (await connection.execute(wanted)).mappings()]
