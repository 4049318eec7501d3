"""The part of the job that is the same for every peer: from a validated command to rows and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.clock import SystemClock
from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.envelope import Envelope, event_id
from contracts.topics import TopicRole, topic_name
from tests.bench.peers.tables import Entry, Event
from workers.domain import spending
from workers.domain.spending import SpendingEntry, entry_stream, new_entry_id

TOPIC = topic_name(RecordSpending.area, TopicRole.EVENTS)


@dataclass(frozen=True, slots=True)
class Decided:
    """What to store and what to publish."""

    event: Event
    entry: Entry
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def decide(command: RecordSpending, headers: Mapping[str, str]) -> Decided:
    """Decide as the fleet does.

    Args:
        command: validated.
        headers: the CloudEvents attributes it came with.
    """
    command_id, tenant, owner = headers["ce_id"], headers["ce_tenantid"], headers["ce_subject"]
    entry_id = command.entry_id or new_entry_id(tenant, command_id)
    outcome = spending.record(None, command, owner, entry_id, datetime.fromisoformat(headers["ce_time"]))
    entry = spending.apply(None, outcome, tenant, owner)
    event = Event(
        tenant=tenant,
        stream=entry_stream(entry_id),
        version=outcome.version,
        id=event_id(command.area, tenant, command_id, 0),
        handler=command.area,
        causation_id=command_id,
        ordinal=0,
        type=outcome.type,
        topic=TOPIC,
        owner=owner,
        correlation_id=headers.get("ce_correlationid", command_id),
        occurred_at=SystemClock().now(),
        data=encode(outcome).decode(),
        terminal=True,
    )
    about = _about(event)
    return Decided(event, _row(entry), about.key.encode(), event.data.encode(), about.headers())


def _about(event: Event) -> Envelope:
    return Envelope(
        id=str(event.id),
        source=f"/poon/workers/{event.handler}",
        type=event.type,
        time=event.occurred_at,
        tenant=event.tenant,
        owner=event.owner,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        sequence=str(event.version),
    )


def _row(entry: SpendingEntry) -> Entry:
    return Entry(
        tenant=entry.tenant,
        id=entry.id,
        owner=entry.owner,
        version=entry.version,
        amount=entry.amount.amount,
        currency=entry.amount.currency.value,
        merchant=entry.merchant,
        description=entry.description,
        spent_on=entry.spent_on,
        spent_at=entry.spent_at,
        time_zone=entry.time_zone,
        category=entry.category.value,
        subcategory=entry.subcategory,
        payment_method=entry.payment_method and entry.payment_method.value,
        location=entry.location,
        tags=list(entry.tags),
        raw_text=entry.raw_text,
        confidence=entry.confidence.value,
        processing_method=entry.processing_method.value,
        source=entry.source.model_dump(mode="json", exclude_none=True),
    )
