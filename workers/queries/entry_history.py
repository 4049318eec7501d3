"""An entry's past: how it came to what it is, and what it was at a version or a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from contracts.upcasters import UPCASTERS, Upcaster
from workers.domain.spending import SpendingEntry, entry_stream
from workers.ports.store import WHOLE, EventReader, Span
from workers.queries.replay import ENTRIES, Replayed, replayed

EntryVersion: TypeAlias = Replayed[SpendingEntry]
"""A version of an entry, and the event that made it."""


async def entry_history(
    reader: EventReader, tenant: str, entry_id: UUID, span: Span = WHOLE, steps: Mapping[str, Upcaster] = UPCASTERS
) -> Sequence[EntryVersion]:
    """The versions of an entry, the oldest first; none where there is no such entry.

    Args:
        reader: reads the stored events.
        tenant: whose entry it is.
        entry_id: the entry.
        span: all versions, or those up to a version or a moment. Begins with the first: a state is made of all before.
        steps: the upcasters; those released unless given.

    Raises:
        UnavailableError: the database cannot be reached.
        UnreadableHistoryError: this release cannot read one of the events.
        ValueError: `span.until` has no zone.
    """
    rows = await reader.stream(tenant, entry_stream(entry_id), span._replace(first=1))
    return list(replayed(ENTRIES, rows, steps=steps))
