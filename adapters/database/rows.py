"""Events and entries as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from adapters.database.columns import moment_of, moment_text, scaled
from adapters.database.failures import UnstorableRowError
from adapters.database.tables import events, spending_entries
from contracts.money import Money
from contracts.spending import Source
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from workers.domain.spending import SpendingEntry
from workers.ports.store import InboxKey, StoredEvent

EVENT_FIELDS: Final = StoredEvent._fields
EVENT_COLUMNS: Final = tuple(events.c[name] for name in EVENT_FIELDS)
EVENT_ORDER: Final = (events.c.tenant, events.c.stream, events.c.version)

ENTRY_COLUMNS: Final = tuple(spending_entries.c)
ENTRY_FIELDS: Final = tuple(column.name for column in ENTRY_COLUMNS)

_ID: Final = EVENT_FIELDS.index("id")
_OCCURRED_AT: Final = EVENT_FIELDS.index("occurred_at")
_TERMINAL: Final = EVENT_FIELDS.index("terminal")


def event_of(row: Sequence[Any]) -> StoredEvent:
    return StoredEvent(*row)


def zoned_event_of(row: Sequence[Any]) -> StoredEvent:
    """An event from PostgreSQL's driver, which gives moments in the server's zone, whatever that is."""
    values = list(row)
    values[_OCCURRED_AT] = values[_OCCURRED_AT].astimezone(UTC)
    return event_of(values)


def by_key(found: Iterable[StoredEvent]) -> dict[InboxKey, tuple[StoredEvent, ...]]:
    """Events by their command, in the order given."""
    grouped: dict[InboxKey, list[StoredEvent]] = {}
    for event in found:
        grouped.setdefault(event.inbox_key, []).append(event)
    return {key: tuple(group) for key, group in grouped.items()}


def sqlite_event_values(event: StoredEvent) -> tuple[Any, ...]:
    """An event's values as the tables' types would write them on SQLite.

    Raises:
        UnstorableRowError: PostgreSQL would refuse a text; SQLite would cut it short where it is compared.
    """
    values: list[Any] = list(event)
    refuse_nul(values)
    values[_ID] = event.id.hex
    values[_OCCURRED_AT] = _checked_moment(event)
    values[_TERMINAL] = int(event.terminal)
    return tuple(values)


def sqlite_event_of(row: Sequence[Any]) -> StoredEvent:
    values = list(row)
    values[_ID] = UUID(values[_ID])
    values[_OCCURRED_AT] = moment_of(values[_OCCURRED_AT])
    values[_TERMINAL] = bool(values[_TERMINAL])
    return event_of(values)


def entry_values(entry: SpendingEntry) -> tuple[Any, ...]:
    """An entry's values for PostgreSQL, in the order of ENTRY_FIELDS."""
    return (
        entry.tenant,
        entry.id,
        entry.owner,
        entry.version,
        entry.amount.amount,
        entry.amount.currency.value,
        entry.merchant,
        entry.description,
        entry.spent_on,
        entry.spent_at,
        entry.time_zone,
        entry.category.value,
        entry.subcategory,
        entry.payment_method and entry.payment_method.value,
        entry.location,
        json.dumps(entry.tags, ensure_ascii=False) if entry.tags else "[]",
        entry.raw_text,
        entry.confidence.value,
        entry.processing_method.value,
        entry.source.model_dump_json(exclude_none=True),
        entry.deleted_reason,
    )


def sqlite_entry_values(entry: SpendingEntry) -> tuple[Any, ...]:
    """An entry's values as the tables' types would write them on SQLite.

    Raises:
        UnstorableRowError: PostgreSQL would refuse a text or the amount.
    """
    refuse_nul((*entry_values(entry), *entry.tags, entry.source.command_id, entry.source.reference))
    try:
        amount = scaled(entry.amount.amount)
    except ValueError as error:
        raise UnstorableRowError(str(error)) from None
    values = dict(zip(ENTRY_FIELDS, entry_values(entry), strict=True))
    values |= {
        "id": entry.id.hex,
        "amount": amount,
        "spent_on": entry.spent_on.isoformat(),
        "spent_at": entry.spent_at and entry.spent_at.strftime("%H:%M:%S.%f"),
    }
    return tuple(values.values())


def entry_of(row: Mapping[Any, Any]) -> SpendingEntry:
    """An entry from the tables' types; the currency gives the amount its decimals back."""
    values = dict(row)
    return SpendingEntry(
        **values
        | {
            "amount": Money(amount=values["amount"], currency=values.pop("currency")),
            "category": Category(values["category"]),
            "payment_method": values["payment_method"] and PaymentMethod(values["payment_method"]),
            "tags": tuple(values["tags"]),
            "confidence": Confidence(values["confidence"]),
            "processing_method": ProcessingMethod(values["processing_method"]),
            "source": Source.model_validate(values["source"]),
        }
    )


def refuse_nul(values: Iterable[object]) -> None:
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise UnstorableRowError("a text holds a NUL character (0x00)")


def _checked_moment(event: StoredEvent) -> str:
    try:
        return moment_text(event.occurred_at)
    except ValueError as error:
        raise UnstorableRowError(str(error)) from None
