"""Verdicts to store."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from contracts.envelope import EVENT_NAMESPACE, event_id
from contracts.mappings import MappingMatch, MappingSource, MappingStatus
from contracts.money import Money
from contracts.spending import Source
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from workers.domain.mappings import CategoryMapping, mapping_stream
from workers.domain.spending import SpendingEntry, entry_stream
from workers.ports.dead_letters import Contents, DeadLetter
from workers.ports.store import InboxKey, StoredEvent, Verdict

TENANT = "acme"
HANDLER = "spending"
THAI = '{"text":"ข้าวมันไก่ ๕๐ บาท 🍗","amount":"50.00"}'


def entry_id(name: str) -> UUID:
    return uuid5(EVENT_NAMESPACE, name)


def event(cause: str, *, tenant: str = TENANT, ordinal: int = 0, **changes: object) -> StoredEvent:
    """The only event of a command's decision, unless changed."""
    values: dict[str, Any] = {
        "id": event_id(HANDLER, tenant, cause, ordinal),
        "tenant": tenant,
        "stream": f"{HANDLER}-{cause}",
        "version": ordinal + 1,
        "handler": HANDLER,
        "causation_id": cause,
        "ordinal": ordinal,
        "type": "poon.spending.recorded.v1",
        "topic": "poon.spending.events",
        "owner": "somchai",
        "correlation_id": "conversation-1",
        "occurred_at": datetime(2026, 3, 2, 5, 0, 0, 123456, tzinfo=UTC),
        "data": THAI,
        "terminal": True,
    }
    return StoredEvent(**values | changes)


def verdict(
    cause: str,
    *,
    events: int = 1,
    entry: SpendingEntry | None = None,
    tenant: str = TENANT,
    **changes: Any,  # noqa: ANN401  any field of an event
) -> Verdict:
    """A decision of some events, the last of which ends the command."""
    decided = []
    for ordinal in range(events):
        place: dict[str, Any] = {"tenant": tenant, "ordinal": ordinal, "terminal": ordinal == events - 1}
        decided.append(event(cause, **place | changes))
    return Verdict(InboxKey(HANDLER, tenant, cause), tuple(decided), () if entry is None else (entry,))


def spending(name: str = "lunch", **changes: object) -> SpendingEntry:
    values: dict[str, Any] = {
        "id": entry_id(name),
        "tenant": TENANT,
        "owner": "somchai",
        "version": 1,
        "amount": Money.of("50.00"),
        "merchant": "ร้านข้าวมันไก่ประตูน้ำ",
        "description": None,
        "spent_on": date(2026, 3, 2),
        "spent_at": None,
        "time_zone": "Asia/Bangkok",
        "category": Category.FOOD,
        "subcategory": None,
        "payment_method": None,
        "location": None,
        "tags": (),
        "raw_text": None,
        "confidence": Confidence(0.9),
        "processing_method": ProcessingMethod.RULES,
        "source": Source(),
    }
    return SpendingEntry(**values | changes)


def full_spending() -> SpendingEntry:
    """An entry with a value in every field."""
    return spending(
        "full",
        description="กลางวันกับทีม",
        spent_at=time(12, 40, 5, 250_000),
        subcategory="Street food",
        payment_method=PaymentMethod.PROMPTPAY,
        location="ประตูน้ำ",
        tags=("งาน", "team", 'quoted "tag"', "back\\slash"),
        raw_text="ข้าวมันไก่ 50\nบาท",
        confidence=Confidence(0.1 + 0.2),
        source=Source(command_id="c-0", reference="ref-9", row=3),
        deleted_reason="ซ้ำ",
    )


def entry_verdict(cause: str, entry: SpendingEntry) -> Verdict:
    """A decision that leads to an entry's state."""
    return verdict(
        cause, entry=entry, tenant=entry.tenant, owner=entry.owner, stream=entry_stream(entry.id), version=entry.version
    )


def mapping(name: str = "ร้านป้าแดง", **changes: object) -> CategoryMapping:
    """An owner's mapping with a value in every field."""
    values: dict[str, Any] = {
        "id": entry_id(f"{name}-{changes.get('owner', 'somchai')}"),
        "tenant": TENANT,
        "owner": "somchai",
        "version": 1,
        "key": name,
        "text": name.upper(),
        "match": MappingMatch.MERCHANT,
        "aliases": ("Pa Daeng", 'quoted "name"'),
        "patterns": (r"\bdaeng\b",),
        "category": Category.FAMILY,
        "subcategory": "ค่าอาหารแม่",
        "priority": 60,
        "source": MappingSource.CORRECTION,
        "status": MappingStatus.ACTIVE,
        "confirmations": 2,
        "contradictions": 1,
    }
    return CategoryMapping(**values | changes)


def mapping_verdict(cause: str, *states: CategoryMapping) -> Verdict:
    """A decision that leads to the states of mappings, one event each."""
    events = tuple(
        event(
            cause,
            tenant=state.tenant,
            ordinal=ordinal,
            stream=mapping_stream(state.id),
            version=state.version,
            terminal=ordinal == len(states) - 1,
        )
        for ordinal, state in enumerate(states)
    )
    return Verdict(events[0].inbox_key, events, states)


def lettered(decided: Verdict, **changes: Any) -> Verdict:  # noqa: ANN401  any field of a dead letter
    """The verdict on a command that was given up, with its dead letter."""
    outcome = decided.events[-1]
    values: dict[str, Any] = {
        "id": outcome.id,
        "tenant": outcome.tenant,
        "owner": outcome.owner,
        "area": outcome.handler,
        "command_id": outcome.causation_id,
        "command_type": "poon.spending.record.v1",
        "code": "backend_unavailable",
        "reason": "engine gone",
        "attempts": 5,
        "redrives": 0,
        "group": "poon-workers.spending",
        "failed_at": outcome.occurred_at,
        "topic": "poon.spending.commands",
        "partition": 3,
        "offset": 2**40,
        "timestamp": 1_772_427_600_000,
        "key": b"acme/somchai",
        "contents": Contents(THAI.encode(), (("ce_id", outcome.causation_id.encode()),)),
    }
    return decided._replace(dead_letter=DeadLetter(**values | changes))
