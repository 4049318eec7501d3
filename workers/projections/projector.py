"""Applies events to a projection, whoever has them: the topic, or the table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Final

from contracts.codec import PayloadError, decode_event
from workers.ports.projections import ProjectionStore, StreamKey
from workers.ports.store import EventReader, StoredEvent
from workers.projections.projection import Happened, Pending, Place, Placed, Projection, change, placed

LOG: Final = logging.getLogger(__name__)


class Projector:
    """Keeps one projection. Any number may do so at once, with any events in any order, any number of times.

    Args:
        history: reads events where some are missing: an event is stored before it is published, so whatever came
            before it in its stream is there.
    """

    def __init__(self, projection: Projection, store: ProjectionStore, history: EventReader) -> None:
        self.projection = projection
        self._store = store
        self._history = history

    async def apply(self, events: Sequence[Happened], generation: int | None = None) -> None:
        """Apply events to every generation that answers or is being built, or to the one named.

        Raises:
            UnavailableError: the database cannot be used; repeating is safe.
        """
        pending = placed(self.projection, events)
        completed: set[StreamKey] = set()
        while pending:
            decide = partial(change, self.projection, pending)
            missing = await self._store.update(self.projection.name, list(pending), decide, generation)
            if not missing:
                return
            for key in missing & completed:
                self._leave_out(pending, key)
            for key in missing - completed:
                pending[key] = await self._whole(key, pending[key])
            completed |= missing

    async def _whole(self, key: StreamKey, events: Sequence[Placed]) -> list[Placed]:
        """All events of a stream: what is stored, and what is to be applied in case a reader lags behind."""
        stored = [happened_of(event) for event in await self._history.stream(*key)]
        found: Pending = placed(self.projection, stored)
        versions = {event.version: event for event in (*events, *found.get(key, ()))}
        return [versions[version] for version in sorted(versions)]

    def _leave_out(self, pending: Pending, key: StreamKey) -> None:
        del pending[key]
        LOG.error(
            "a stream is not complete and is left out of a projection",
            extra={"projection": self.projection.name, "tenant": key.tenant, "stream": key.stream},
        )


def happened_of(stored: StoredEvent) -> Happened:
    """An event of the table; one this release cannot read keeps its place and changes nothing."""
    try:
        event = decode_event(stored.type, stored.data.encode())
    except PayloadError as error:
        LOG.warning("a stored event cannot be read", extra={"event": str(stored.id), "reason": str(error)})
        event = None
    place = Place(stored.stream, stored.version)
    return Happened(str(stored.id), stored.tenant, stored.owner, stored.occurred_at, event, place)
