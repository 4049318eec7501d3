"""Wires the follower of outcomes that keeps the read models while the fleet runs."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from adapters.kafka.intake import KafkaIntake
from adapters.kafka.reader import outcome_of
from workers.bootstrap.clients import consumer_group, kafka_connection
from workers.bootstrap.parts import Parts, intake_options
from workers.bootstrap.projections import Projections
from workers.config import PROJECTIONS, Settings
from workers.ports.errors import UnavailableError
from workers.ports.messages import RawRecord
from workers.ports.status import ProjectionCounts
from workers.projections.projection import Happened
from workers.projections.projector import Projector
from workers.projections.rebuilding import BuildProgress, Rebuilder
from workers.runtime.follower import Apply, Follower, FollowerPorts

LOG: Final = logging.getLogger(__name__)

Traced = Callable[[Apply], Apply]
"""Puts spans around applying."""


def untraced(apply: Apply) -> Apply:
    """A `Traced` for who does not trace."""
    return apply


def make_follower(settings: Settings, parts: Parts, projections: Projections, traced: Traced = untraced) -> Follower:
    """The follower of all outcomes, in a group of its own; it also builds what has never been built."""
    intake = KafkaIntake(kafka_connection(settings), intake_options(settings, PROJECTIONS))
    ports = FollowerPorts(
        intake,
        traced(partial(apply_records, tuple(projections.projectors.values()), projections.counts)),
        parts.clock,
        random.Random(),
        tuple(map(_building, projections.rebuilders.values())),
    )
    return Follower(ports, PROJECTIONS, consumer_group(settings, PROJECTIONS))


async def apply_records(
    projectors: Sequence[Projector], counts: ProjectionCounts, records: Sequence[RawRecord]
) -> None:
    """Apply records of outcome topics; one that cannot be read is said and passed over.

    Tried again after a failure, the unreadable ones are counted again as everything else is.

    Raises:
        UnavailableError: the database cannot be used; repeating is safe.
    """
    events = [happened for happened in map(_happened, records) if happened is not None]
    counts.unreadable += len(records) - len(events)
    for projector in projectors:
        name = projector.projection.name
        try:
            await projector.apply(events)
        except UnavailableError:
            counts.failed[name] += 1
            raise
        counts.applied[name] += len(events)


def _happened(record: RawRecord) -> Happened | None:
    outcome = outcome_of(record)
    if outcome.envelope is None or outcome.event is None:
        LOG.warning(
            "an outcome cannot be read",
            extra={"topic": record.topic, "offset": record.offset, "reason": outcome.problem},
        )
        return None
    envelope = outcome.envelope
    return Happened(envelope.id, envelope.tenant, envelope.owner, envelope.time, outcome.event)


def _building(rebuilder: Rebuilder) -> Callable[[], Awaitable[None]]:
    return partial(rebuilder.ensure, _tell)


def _tell(progress: BuildProgress) -> None:
    facts = {"generation": progress.generation, "events": progress.events, "rate": round(progress.rate)}
    LOG.info("projection built" if progress.done else "projection grows", extra=facts)
