"""Wires what operators need for the owners' keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.vault import KeyKeeper


@asynccontextmanager
async def key_keeper(settings: Settings) -> AsyncIterator[KeyKeeper]:
    """The owners' keys.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield database.seals.keys
