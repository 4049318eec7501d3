"""Events to store: of commands alone, and a long history of one entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.base import Event
from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.envelope import event_id
from contracts.events.spending import SpendingCorrected
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.values import Category, Confidence
from workers.domain.spending import entry_stream, record
from workers.ports.store import StoredEvent, Verdict

TENANT: Final = "bench"
OWNER: Final = "somchai"
ENTRY: Final = UUID(int=1)
FIRST: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)

_RECORD: Final = RecordSpending(
    amount=Money.of("120.50"),
    merchant="ร้านข้าวมันไก่ประตูน้ำ",
    description="กลางวันกับทีม",
    spent_on=date(2026, 3, 1),
    category=Category.FOOD,
    tags=("งาน", "team"),
    raw_text="ข้าวมันไก่ 120.50 บาท",
    confidence=Confidence(0.9),
)


def alone(number: int) -> StoredEvent:
    """What was decided for one command, in a stream of its own."""
    return _stored(record(None, _RECORD, OWNER, UUID(int=number), FIRST), f"alone-{number}", 1, f"c-{number}")


def long_history(length: int) -> list[StoredEvent]:
    """An entry that was recorded, and then corrected a minute after each other, its amount each time."""
    stream = entry_stream(ENTRY)
    events: list[Event] = [record(None, _RECORD, OWNER, ENTRY, FIRST)]
    events += (
        SpendingCorrected(entry_id=ENTRY, version=version, changes=EntryChanges(amount=Money.of(f"{version}.25")))
        for version in range(2, length + 1)
    )
    return [_stored(event, stream, version, f"h-{version}") for version, event in enumerate(events, 1)]


def verdicts(rows: Sequence[StoredEvent]) -> list[Verdict]:
    """A decision for each event."""
    return [Verdict(row.inbox_key, (row,)) for row in rows]


def _stored(event: Event, stream: str, version: int, cause: str) -> StoredEvent:
    return StoredEvent(
        event_id(event.area, TENANT, cause, 0),
        TENANT,
        stream,
        version,
        event.area,
        cause,
        0,
        event.type,
        f"poon.{event.area}.events",
        OWNER,
        cause,
        FIRST + timedelta(minutes=version - 1),
        encode(event).decode(),
    )
