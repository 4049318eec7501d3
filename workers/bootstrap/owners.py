"""Wires what people need to hand over what is stored of an owner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.database.owners import SqlOwnerReader
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.privacy import OwnerReader


@asynccontextmanager
async def owner_reader(settings: Settings) -> AsyncIterator[OwnerReader]:
    """What the database holds of owners.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield SqlOwnerReader(database)
