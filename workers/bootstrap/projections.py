"""Wires the projections and those who ask the read models."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.clock import SystemClock
from adapters.database.engine import Database
from adapters.database.projection_builds import SqlProjectionBuilds
from adapters.database.projections import SqlProjectionStore
from adapters.database.read_models import SqlReadModels
from adapters.database.reading import SqlEventReader
from workers.bootstrap.dead_letters import operators_database
from workers.bootstrap.vault import sealing_database
from workers.config import Settings
from workers.ports.clock import Clock
from workers.ports.projections import ProjectionStore
from workers.ports.queries import ReadModels
from workers.ports.status import ProjectionCounts
from workers.projections.catalogue import PROJECTIONS
from workers.projections.projector import Projector
from workers.projections.rebuilding import Rebuilder


@dataclass(frozen=True, slots=True)
class Projections:
    """What keeps the read models, by name of projection.

    Attributes:
        store: tells their generations.
        counts: what this process has done to them.
    """

    store: ProjectionStore
    projectors: dict[str, Projector]
    rebuilders: dict[str, Rebuilder]
    counts: ProjectionCounts = field(default_factory=ProjectionCounts)


def projections_on(database: Database, clock: Clock) -> Projections:
    """The projections on a database."""
    store, builds, history = SqlProjectionStore(database), SqlProjectionBuilds(database), SqlEventReader(database)
    projectors = {name: Projector(projection, store, history) for name, projection in PROJECTIONS.items()}
    builder = f"{socket.gethostname()}/{os.getpid()}"
    rebuilders = {name: Rebuilder(projector, store, builds, clock, builder) for name, projector in projectors.items()}
    return Projections(store, projectors, rebuilders)


@asynccontextmanager
async def operators_projections(settings: Settings) -> AsyncIterator[Projections]:
    """The projections of the fleet's database, for an operator.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield projections_on(database, SystemClock())


@asynccontextmanager
async def read_models(settings: Settings) -> AsyncIterator[ReadModels]:
    """The read models, on the replica where there is one. Nothing is written, so a user who may only read will do.

    Raises:
        DatabaseRefusedError: there is no replica, and the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    replica = settings.database.replica_url
    if replica is None:
        async with operators_database(settings) as database:
            yield SqlReadModels(database)
        return
    database = sealing_database(settings, replica.get_secret_value(), pool_size=1)
    try:
        yield SqlReadModels(database)
    finally:
        await database.close()
