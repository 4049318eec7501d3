"""The ground a fleet stands on: a broker and a database with this release's schema."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from adapters.clock import SystemClock
from adapters.database.schema import SchemaError, SchemaStatus, migrate, schema_status
from adapters.database.urls import DatabaseUrlError
from adapters.kafka.embedded import EmbeddedBroker, find_embedded_broker
from contracts.topics import FLEET_TOPICS
from workers.bootstrap.errors import DatabaseRefusedError
from workers.config import Settings
from workers.ports.errors import UnavailableError


@asynccontextmanager
async def grounded(settings: Settings) -> AsyncIterator[str]:
    """Start what runs embedded, make sure of the schema, and give the broker's address.

    An SQLite file is migrated on the way: it belongs to this machine. PostgreSQL is shared by a fleet of several
    releases, so an operator decides when.

    Raises:
        DatabaseRefusedError: the PostgreSQL database needs `poon migrate`, or a newer release made the schema.
        UnavailableError: the database cannot be used, or an embedded broker runs already.
    """
    await _ready_schema(settings)
    if settings.is_embedded:
        async with embedded_broker(settings) as address:
            yield address
    else:
        yield settings.kafka.bootstrap_servers


@asynccontextmanager
async def embedded_broker(settings: Settings) -> AsyncIterator[str]:
    """The embedded broker with all topics, announced in the data folder; gives its address.

    Raises:
        UnavailableError: another one runs for the same data folder.
    """
    running = await asyncio.to_thread(find_embedded_broker, settings.data_dir)
    if running is not None:
        raise UnavailableError(
            f"an embedded broker runs already at {running} for the data folder {settings.data_dir}: stop the other"
            " `poon run`, or set another POON_DATA_DIR"
        )
    broker = EmbeddedBroker({topic.name: topic.partitions for topic in FLEET_TOPICS})
    await asyncio.to_thread(broker.start)
    try:
        broker.announce(settings.data_dir, SystemClock().now())
        yield broker.bootstrap_servers
    finally:
        await asyncio.to_thread(broker.close)


async def schema_of(settings: Settings) -> SchemaStatus:
    """How the database's schema stands to this release, and that of the owners' keys where it is another one.

    Raises:
        DatabaseRefusedError: the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    with _refusals():
        found = [await asyncio.to_thread(schema_status, url) for url in _urls(settings)]
    # What is newer is worked on; whatever else is wrong with either counts more.
    weights = (SchemaStatus.CURRENT, SchemaStatus.NEWER)
    return max(found, key=lambda status: weights.index(status) if status in weights else len(weights))


def serves(status: SchemaStatus, settings: Settings) -> bool:
    """Whether this release may work on a schema: its own, or a newer one that lets it, unless the settings forbid."""
    return status is SchemaStatus.CURRENT or (status is SchemaStatus.NEWER and settings.database.accept_newer_schema)


def refusal(status: SchemaStatus, settings: Settings) -> DatabaseRefusedError:
    """Why this release does not work on a schema, and what to do."""
    place = settings.database.url
    match status:
        case SchemaStatus.AHEAD:
            return DatabaseRefusedError(
                f"the schema of {place} was made by a newer release, on which this one may not work any more:"
                " install a newer one"
            )
        case SchemaStatus.NEWER:
            return DatabaseRefusedError(
                f"the schema of {place} was made by a newer release: install that, or let"
                " POON_DATABASE__ACCEPT_NEWER_SCHEMA be true"
            )
        case _:
            return DatabaseRefusedError(f"the schema of {place} is {status}: run `poon migrate`")


async def migrate_schema(settings: Settings) -> str:
    """Bring the database's schema up to this release and tell its revision.

    Raises:
        DatabaseRefusedError: the schema was made by a newer release, or the URL names no database we know.
        UnavailableError: the database cannot be used.
    """
    with _refusals():
        revisions = [await asyncio.to_thread(migrate, url) for url in _urls(settings)]
    return revisions[0]


def _urls(settings: Settings) -> tuple[str, ...]:
    keys = settings.privacy.keys_url
    return (settings.database.url.get_secret_value(), *(() if keys is None else (keys.get_secret_value(),)))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (DatabaseUrlError, SchemaError) as error:
        raise DatabaseRefusedError(str(error)) from None


async def _ready_schema(settings: Settings) -> None:
    status = await schema_of(settings)
    if serves(status, settings):
        return
    is_own = settings.database.url.get_secret_value().startswith("sqlite:")
    if not is_own or status in {SchemaStatus.NEWER, SchemaStatus.AHEAD}:
        raise refusal(status, settings)
    await migrate_schema(settings)
