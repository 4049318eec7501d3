"""Stored events of an aggregate, as the runtime would have stored them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from contracts.base import Event
from contracts.codec import encode
from contracts.envelope import event_id
from tests.unit.domain.examples import OWNER, TENANT
from workers.ports.store import StoredEvent

FIRST_AT = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def stored(events: Iterable[Event], stream: str, owner: str = OWNER) -> list[StoredEvent]:
    """A stream of these events, decided an hour after each other."""
    return [_row(event, version, stream, owner) for version, event in enumerate(events, 1)]


def _row(event: Event, version: int, stream: str, owner: str) -> StoredEvent:
    cause = f"{stream}-{version}"
    return StoredEvent(
        id=event_id(event.area, TENANT, cause, 0),
        tenant=TENANT,
        stream=stream,
        version=version,
        handler=event.area,
        causation_id=cause,
        ordinal=0,
        type=event.type,
        topic=f"poon.{event.area}.events",
        owner=owner,
        correlation_id=cause,
        occurred_at=FIRST_AT + timedelta(hours=version - 1),
        data=encode(event).decode(),
    )
