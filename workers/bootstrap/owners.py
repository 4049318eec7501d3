"""Wires what people need to hand over what is stored of an owner, and to erase again who was erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from adapters.database.erased_again import SqlErasureLedger
from adapters.database.erasing import SqlOwnerEraser
from adapters.database.owners import SqlOwnerReader
from adapters.kafka.log import KafkaPartitionLog
from contracts.commands.privacy import EraseOwner
from contracts.events.privacy import OwnerErased
from contracts.topics import TOPICS, TopicRole, topic_name
from workers.bootstrap.clients import kafka_connection, outcomes, owner_files
from workers.bootstrap.dead_letters import operators_database
from workers.bootstrap.vault import content_seals
from workers.config import Settings
from workers.handlers.privacy import Privacy
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext
from workers.ports.messages import Partition
from workers.ports.outcomes import FromBeginning, Outcome
from workers.ports.privacy import ErasureLedger, OwnerFiles, OwnerReader, PastErasure, Standing


@asynccontextmanager
async def owner_reading(settings: Settings) -> AsyncIterator[tuple[OwnerReader, OwnerFiles]]:
    """What the database and the store hold of owners.

    Raises:
        DatabaseRefusedError: the schema is not this release's.
        UnavailableError: the database cannot be used.
    """
    async with operators_database(settings) as database:
        yield SqlOwnerReader(database), owner_files(settings, content_seals(settings, database))


@dataclass(frozen=True, slots=True)
class Repeater:
    """Does past erasures again, as they were: with their own command and moment."""

    ledger: ErasureLedger
    privacy: Privacy
    clock: Clock

    async def repeat(self, past: PastErasure) -> Standing:
        """Erase an owner again where it is due; done when this returns. Killed, it is run again.

        Raises:
            TransientError: the store or the cache is away.
            UnavailableError: the database cannot be used.
        """
        standing = await self.ledger.take_up(past)
        if standing is Standing.DUE:
            now = self.clock.now()
            context = CommandContext(past.command_id, past.command_id, past.tenant, past.owner, past.until, now)
            await self.privacy.erase(EraseOwner(owner=past.owner), context)
        return standing


@asynccontextmanager
async def erasure_repeater(settings: Settings) -> AsyncIterator[Repeater]:
    """Who erases again; raises as `owner_reading` does."""
    clock = SystemClock()
    async with operators_database(settings) as database:
        cache = open_cache(settings.cache.url.get_secret_value(), clock)
        try:
            files = owner_files(settings, content_seals(settings, database))
            privacy = Privacy(SqlOwnerReader(database), SqlOwnerEraser(database), files, cache)
            yield Repeater(SqlErasureLedger(database), privacy, clock)
        finally:
            await cache.close()


async def stored_erasures(settings: Settings) -> Sequence[PastErasure]:
    """The last erasure of each owner the database knows; raises as `owner_reading` does."""
    async with operators_database(settings) as database:
        return await SqlErasureLedger(database).all()


async def published_erasures(settings: Settings) -> Sequence[PastErasure]:
    """The same, of what the outcome topic still has.

    Raises:
        UnavailableError: the broker cannot be reached or the topic is missing.
    """
    topic = TOPICS[topic_name(EraseOwner.area, TopicRole.EVENTS)]
    extents = await KafkaPartitionLog(kafka_connection(settings)).extents(
        [Partition(topic.name, number) for number in range(topic.partitions)]
    )
    left = {partition: extent.end for partition, extent in extents.items() if extent.end > extent.start}
    found: dict[tuple[str, str], PastErasure] = {}
    async with outcomes(settings, [EraseOwner.area], FromBeginning()) as reader:
        while left:
            for outcome in await reader.read(1.0):
                if outcome.offset + 1 >= left.get(outcome.partition, outcome.offset + 2):
                    del left[outcome.partition]
                _note(found, outcome)
    return [found[place] for place in sorted(found)]


def _note(found: dict[tuple[str, str], PastErasure], outcome: Outcome) -> None:
    envelope, event = outcome.envelope, outcome.event
    if envelope is None or not isinstance(event, OwnerErased):
        return
    past = PastErasure(envelope.tenant, envelope.owner, envelope.causation_id or envelope.id, event.erased_until)
    before = found.get((past.tenant, past.owner))
    if before is None or before.until < past.until:
        found[past.tenant, past.owner] = past
