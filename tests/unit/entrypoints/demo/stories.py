"""A small, true story: one text that becomes an entry and one that is rejected."""

from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.commands.texts import ParseText
from contracts.envelope import EVENT_NAMESPACE, Envelope
from contracts.events.spending import SpendingRecorded
from contracts.money import Money
from contracts.spending import Source
from contracts.values import DEFAULT_TIME_ZONE, Category, Confidence, ProcessingMethod
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed
from tests.unit.entrypoints.outcomes import outcome, rejected
from workers.domain.spending import SpendingEntry, apply
from workers.ports.outcomes import Outcome
from workers.ports.store import StoredEvent


@dataclass
class Story:
    """What was sent, published and stored; a test spoils one of them."""

    sent: list[Envelope] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    stored: list[StoredEvent] = field(default_factory=list)
    entries: list[SpendingEntry] = field(default_factory=list)


def command(command_id: str, message_type: str = ParseText.type) -> Envelope:
    return Envelope(
        id=command_id,
        source="/test",
        type=message_type,
        time=NOON,
        tenant="demo",
        owner="anong",
        correlation_id="c-1",
    )


def row_of(one: Outcome) -> StoredEvent:
    assert one.envelope is not None
    assert one.event is not None
    return StoredEvent(
        id=uuid5(EVENT_NAMESPACE, one.envelope.id),
        tenant="demo",
        stream="s",
        version=1,
        handler=one.event.area,
        causation_id=one.envelope.causation_id or "",
        ordinal=0,
        type=one.event.type,
        topic=one.partition.topic,
        owner="anong",
        correlation_id=one.envelope.correlation_id or "",
        occurred_at=NOON,
        data=encode(one.event).decode(),
    )


def told(one: Outcome) -> Outcome:
    """The outcome with the id its row has."""
    assert one.envelope is not None
    return replace(one, envelope=one.envelope._replace(id=str(uuid5(EVENT_NAMESPACE, one.envelope.id))))


def true_story() -> Story:
    recorded = SpendingRecorded(
        entry_id=UUID(int=1),
        version=1,
        amount=Money.of("65"),
        merchant="Café",
        spent_on=NOON.date(),
        time_zone=DEFAULT_TIME_ZONE,
        category=Category.FOOD,
        confidence=Confidence(0.9),
        processing_method=ProcessingMethod.RULES,
        source=Source(),
    )
    published = [outcome(parsed(), "c-1"), outcome(rejected("c-2"), "c-2"), outcome(recorded, "c-3")]
    return Story(
        sent=[command("c-1"), command("c-2"), command("c-3", RecordSpending.type)],
        outcomes=[told(one) for one in published],
        stored=[row_of(one) for one in published],
        entries=[apply(None, recorded, "demo", "anong")],
    )
