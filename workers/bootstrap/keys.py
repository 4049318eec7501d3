"""Wires what operators need for the owners' keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from adapters.database.old_rows import SqlOldRowSealer
from workers.bootstrap.dead_letters import operators_database
from workers.bootstrap.vault import content_seals
from workers.config import Settings
from workers.ports.sealing import ContentSeals
from workers.ports.vault import KeyKeeper, OldRowSealer

PLAIN_ANSWERS: Final = ("ocr:", "model:")
"""What the keys begin with of all that was remembered before a master key was set, and of nothing else."""


@asynccontextmanager
async def key_keeper(settings: Settings) -> AsyncIterator[KeyKeeper]:
    """The owners' keys.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield database.seals.keys


@asynccontextmanager
async def stored_content_seals(settings: Settings) -> AsyncIterator[ContentSeals]:
    """What files are sealed with, for who works on the store alone; raises as `key_keeper` does."""
    async with operators_database(settings) as database:
        yield content_seals(settings, database)


@asynccontextmanager
async def old_row_sealer(settings: Settings) -> AsyncIterator[OldRowSealer]:
    """Who seals what was stored before there was a master key; raises as `key_keeper` does."""
    async with operators_database(settings) as database:
        yield SqlOldRowSealer(database)


async def forget_plain_answers(settings: Settings) -> bool:
    """Have the cache forget what it remembers in the clear; False where it cannot be reached and may still hold some.

    Nobody asks for it any more: what is remembered now is sealed. The memory of other processes is out of reach.
    """
    cache = open_cache(settings.cache.url.get_secret_value(), SystemClock())
    try:
        return all([await cache.forget(prefix) for prefix in PLAIN_ANSWERS])
    finally:
        await cache.close()
