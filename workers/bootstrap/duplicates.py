"""Wires what people need to look at possible duplicates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.reading import SqlSpendingRepository
from adapters.inference.mappings import usual_name
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.domain.mapping_keys import key_of
from workers.handlers.spending import Duplicates


@asynccontextmanager
async def stored_duplicates(settings: Settings) -> AsyncIterator[Duplicates]:
    """What is stored of entries that look alike, and what their merchants are compared by: the same as in the fleet.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        stored = SqlDuplicateRepository(database, SqlSpendingRepository(database))
        yield Duplicates(stored, lambda merchant: key_of(usual_name(merchant) or merchant))
