"""Wires what people need to look at category mappings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.database.mapping_reading import SqlMappingRepository
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.mappings import MappingRepository


@asynccontextmanager
async def mapping_repository(settings: Settings) -> AsyncIterator[MappingRepository]:
    """The stored mappings.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield SqlMappingRepository(database)
