"""Publishing stored events again: the same ids and bytes, however often, in the order they were stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from workers.ports.backups import RecordedEvents
from workers.ports.messages import Publisher
from workers.runtime.outcomes import outgoing


@dataclass(frozen=True, slots=True)
class Republisher:
    """Fills topics anew from the store."""

    events: RecordedEvents
    publisher: Publisher

    async def run(self, since: datetime, topics: Collection[str]) -> Mapping[str, int]:
        """Publish what was stored for the topics since a moment; how many records each got.

        Interrupted, it is run again: consumers know what they have seen by its id.

        Raises:
            UnavailableError: the database or the broker cannot be used.
            UnpublishableError: the broker refuses a record.
        """
        published = Counter[str]()
        async with aclosing(self.events.since(since, topics)) as pages:
            async for page in pages:
                await self.publisher.publish(outgoing(page))
                published.update(event.topic for event in page)
        return published
