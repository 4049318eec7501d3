"""Checks the promise the demonstration makes: one outcome a command, and rows that equal the outcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from contracts.base import Event
from contracts.codec import decode_event
from contracts.envelope import Envelope
from contracts.events.spending import SpendingRecorded
from workers.domain.spending import SpendingEntry
from workers.ports.outcomes import Outcome
from workers.ports.store import StoredEvent

_COMPARED = (
    "amount",
    "merchant",
    "description",
    "spent_on",
    "spent_at",
    "time_zone",
    "category",
    "payment_method",
    "raw_text",
    "confidence",
    "processing_method",
    "source",
)

Readable = tuple[Envelope, Event]


def problems_of(
    sent: Iterable[Envelope],
    outcomes: Sequence[Outcome],
    stored: Iterable[StoredEvent],
    entries: Iterable[SpendingEntry],
) -> list[str]:
    """Everything that is not as promised; empty when all is well."""
    readable = {
        outcome.envelope.id: (outcome.envelope, outcome.event)
        for outcome in outcomes
        if outcome.envelope and outcome.event
    }
    return [
        *(
            f"an outcome at {outcome.partition.topic}[{outcome.partition.number}]@{outcome.offset} cannot be read:"
            f" {outcome.problem}"
            for outcome in outcomes
            if outcome.envelope is None or outcome.event is None
        ),
        *_count_problems(sent, readable),
        *_event_problems(readable, {str(event.id): event for event in stored}),
        *_entry_problems(readable, {str(entry.id): entry for entry in entries}),
    ]


def _count_problems(sent: Iterable[Envelope], readable: dict[str, Readable]) -> Iterator[str]:
    by_command: dict[str | None, set[str]] = defaultdict(set)
    for event_id, (envelope, _) in readable.items():
        by_command[envelope.causation_id].add(event_id)
    for command in sent:
        count = len(by_command.pop(command.id, ()))
        if count != 1:
            yield f"command {command.id} ({command.type}) has {count or 'no'} outcome{'s' if count > 1 else ''}"
    for command_id in by_command:
        yield f"an outcome answers command {command_id}, which was never sent"


def _event_problems(readable: dict[str, Readable], stored: dict[str, StoredEvent]) -> Iterator[str]:
    for event_id in stored.keys() - readable.keys():
        yield f"event {event_id} ({stored[event_id].type}) is stored but was not published"
    for event_id, (envelope, event) in readable.items():
        row = stored.get(event_id)
        if row is None:
            yield f"outcome {event_id} ({envelope.type}) was published but is not stored"
        elif not _same(row, envelope, event):
            yield f"outcome {event_id} ({envelope.type}) differs from its stored row"


def _same(row: StoredEvent, envelope: Envelope, event: Event) -> bool:
    about = (row.tenant, row.owner, row.type, row.causation_id, row.correlation_id)
    told = (envelope.tenant, envelope.owner, envelope.type, envelope.causation_id, envelope.correlation_id)
    return about == told and decode_event(row.type, row.data.encode()) == event


def _entry_problems(readable: dict[str, Readable], entries: dict[str, SpendingEntry]) -> Iterator[str]:
    recorded = {
        str(event.entry_id): (envelope, event)
        for envelope, event in readable.values()
        if isinstance(event, SpendingRecorded)
    }
    for entry_id in entries.keys() - recorded.keys():
        yield f"entry {entry_id} is stored but no outcome recorded it"
    for entry_id, (envelope, event) in recorded.items():
        entry = entries.get(entry_id)
        if entry is None:
            yield f"entry {entry_id} was recorded but is not stored"
            continue
        wrong = [name for name in _COMPARED if getattr(entry, name) != getattr(event, name)]
        wrong += [name for name in ("tenant", "owner") if getattr(entry, name) != getattr(envelope, name)]
        if wrong:
            yield f"entry {entry_id} differs from its outcome in {', '.join(wrong)}"
