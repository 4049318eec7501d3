"""Wires what operators need for dead letters: the box of them, and the one who redrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from adapters.clock import SystemClock
from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database
from adapters.database.store import SqlDecisionStore
from adapters.kafka.log import KafkaPartitionLog
from adapters.kafka.publisher import KafkaPublisher
from workers.bootstrap.clients import kafka_connection
from workers.bootstrap.ground import refusal, schema_of, serves
from workers.bootstrap.vault import sealing_database
from workers.config import Settings
from workers.ports.dead_letters import DeadLetterBox
from workers.runtime.redrive import RedriveRules, Waiver
from workers.runtime.redrive_history import HistoryReader
from workers.runtime.redriver import RedrivePorts, Redriver


@asynccontextmanager
async def dead_letter_box(settings: Settings) -> AsyncIterator[DeadLetterBox]:
    """The fleet's dead letters.

    Raises:
        DatabaseRefusedError: this release may not work on the schema.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield SqlDeadLetterBox(database)


@asynccontextmanager
async def redriver(settings: Settings, waived: Collection[Waiver] = ()) -> AsyncIterator[Redriver]:
    """The one who sends dead letters again, connected.

    Raises:
        DatabaseRefusedError: this release may not work on the schema.
        UnavailableError: the database or the broker cannot be used.
    """
    connection = kafka_connection(settings)
    compression = None if settings.kafka.compression == "none" else settings.kafka.compression
    publisher = KafkaPublisher(connection, f"{settings.kafka.client_id}-redrive", compression)
    async with operators_database(settings) as database:
        box = SqlDeadLetterBox(database)
        history = HistoryReader(box, SqlDecisionStore(database), KafkaPartitionLog(connection))
        ports = RedrivePorts(box, history, publisher, SystemClock())
        await publisher.start()
        try:
            yield Redriver(ports, RedriveRules(settings.dead_letters.max_redrives, frozenset(waived)))
        finally:
            await publisher.stop()


@asynccontextmanager
async def operators_database(settings: Settings) -> AsyncIterator[Database]:
    """The fleet's database with one connection, for a command that looks into it.

    Raises:
        DatabaseRefusedError: this release may not work on the schema.
        UnavailableError: the database cannot be used.
    """
    status = await schema_of(settings)
    if not serves(status, settings):
        raise refusal(status, settings)
    database = sealing_database(settings, settings.database.url.get_secret_value(), pool_size=1)
    try:
        yield database
    finally:
        await database.close()
