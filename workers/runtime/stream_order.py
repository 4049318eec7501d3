"""Keeps the order of streams that two topics write: what was stored before is published before.

What happens to a workflow comes on two topics, its commands and its steps' answers. Redelivery keeps the order within
one topic: who takes a partition over publishes again what the last owner stored and perhaps did not publish, before it
goes on behind it. Between two topics nothing does: the owner of the one may store and publish the next transition while
the one before it waits for the redelivery of what caused it. So whoever publishes a transition sees to it that those
before it are published, if need be by doing it; who comes later with them repeats them, and readers know them by id.

How much may be missing is bounded. A lane goes on only after its outcome was published, and the records of a stream
have one key: of each topic, one transition of a stream at most is stored and not published.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from workers.ports.store import EventReader, Span, StoredEvent
from workers.ports.vault import BrokenSealError
from workers.ports.workflows import WORKFLOW_STREAM

LOG: Final = logging.getLogger(__name__)
TOPICS: Final = 2
"""Commands and answers: from how many a stream may have a transition that is stored and not published."""
MOST_ROWS: Final = 64
"""Rows read back; the two longest transitions there are have fewer."""
MOST_KNOWN: Final = 10_000
"""Streams of which it is remembered how far they are published, some 200 bytes each."""


class StreamOrder:
    """Knows how far this worker has seen to the publication of workflows' streams.

    What is known once holds for ever: a stream only grows, and what is published stays so. Forgetting costs a read and
    repeats two transitions at most.

    Args:
        reader: reads streams, as they were last stored.
        most_known: how many streams are remembered.
    """

    def __init__(self, reader: EventReader, most_known: int = MOST_KNOWN) -> None:
        self._reader = reader
        self._most_known = most_known
        self._published: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def before(self, events: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """What was stored before the events of one decision on their stream, and is not known to be published.

        Raises:
            UnavailableError: the database cannot be reached; ask again.
        """
        own = _of_workflow(events)
        if not own:
            return ()
        known, last = self._published.get(_place(own[0]), 0), own[0].version - 1
        return () if known >= last else await self._unpublished(_place(own[0]), known + 1, last)

    def to_publish(self, before: Sequence[StoredEvent], events: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """What of the one has to be published before the other, and from now on counts as published, as the other does.

        Called for what is published then, and before all that it is called for later, or for nothing more ever.
        """
        own = _of_workflow(events)
        if not own:
            return ()
        place = _place(own[0])
        known = self._published.get(place, 0)
        self._published[place] = max(known, own[-1].version)
        self._published.move_to_end(place)
        if len(self._published) > self._most_known:
            self._published.popitem(last=False)
        return [row for row in before if row.version > known]

    async def _unpublished(self, place: tuple[str, str], first: int, last: int) -> Sequence[StoredEvent]:
        """What may be stored and not published of a part of a stream: its last transitions."""
        tenant, stream = place
        try:
            rows = await self._reader.stream(tenant, stream, Span(max(first, last - MOST_ROWS + 1), last))
        except BrokenSealError:
            # Its own message waits until the row is restored; the others of this worker must not wait with it.
            LOG.exception("stored events cannot be read, what follows them is published before")
            return ()
        causes = list(dict.fromkeys(row.causation_id for row in reversed(rows)))[:TOPICS]
        return [row for row in rows if row.causation_id in causes]


def _of_workflow(events: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
    """Those of a decision on a workflow's stream; a refusal has a stream of its own."""
    return [event for event in events if event.stream.startswith(WORKFLOW_STREAM)]


def _place(event: StoredEvent) -> tuple[str, str]:
    return event.tenant, event.stream
