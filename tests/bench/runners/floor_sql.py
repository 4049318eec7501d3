"""The floor's one statement: events (which are inbox and outbox, too) and rows, from one set of binary arrays.

The tables are the fleet's own, so that PostgreSQL keeps the same indexes and constraints for every contender.
"""

from typing import Final

from contracts.commands.spending import RecordSpending
from contracts.events.spending import SpendingRecorded
from contracts.topics import TopicRole, topic_name

_ABOUT: Final = {
    "tenant": "text",
    "causation_id": "text",
    "owner": "text",
    "correlation_id": "text",
    "id": "uuid",
    "data": "text",
    "occurred_at": "timestamptz",
}
_ENTRY: Final = {
    "entry_id": "uuid",
    "amount": "numeric",
    "currency": "text",
    "merchant": "text",
    "description": "text",
    "spent_on": "date",
    "spent_at": "time",
    "time_zone": "text",
    "category": "text",
    "subcategory": "text",
    "payment_method": "text",
    "location": "text",
    "tags": "text",
    "raw_text": "text",
    "confidence": "float8",
    "processing_method": "text",
    "source": "text",
}
_GIVEN: Final = _ABOUT | _ENTRY
_PLAIN: Final = [name for name in _ENTRY if name not in {"entry_id", "tags", "source"}]

INSERT: Final = f"""
    WITH given AS (
        SELECT * FROM unnest({", ".join(f"%b::{kind}[]" for kind in _GIVEN.values())}) AS given ({", ".join(_GIVEN)})
    ),
    decided AS (
        INSERT INTO events (stream, version, handler, ordinal, type, topic, terminal, {", ".join(_ABOUT)})
        SELECT 'entry-' || entry_id, 1, '{RecordSpending.area}', 0, '{SpendingRecorded.type}',
               '{topic_name(RecordSpending.area, TopicRole.EVENTS)}', true, {", ".join(_ABOUT)}
        FROM given
        ON CONFLICT DO NOTHING
        RETURNING id
    ),
    entered AS (
        INSERT INTO spending_entries (tenant, owner, version, id, tags, source, {", ".join(_PLAIN)})
        SELECT tenant, owner, 1, entry_id, tags::jsonb, source::jsonb, {", ".join(_PLAIN)}
        FROM given WHERE id IN (SELECT id FROM decided)
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM decided
"""  # noqa: S608  column names only
