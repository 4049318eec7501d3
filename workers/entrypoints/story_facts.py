"""A story as JSON: every fact that is stored, and the trace its spans are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from contracts.envelope import Envelope
from contracts.registry import COMMANDS, FAILURES, REJECTIONS, SUCCESSES
from contracts.topics import TopicRole, area_of, topic_name
from workers.domain.spending import SpendingEntry
from workers.entrypoints.dead_letter_lines import letter_json
from workers.entrypoints.masking import MASK, payload
from workers.ports.stories import Kept
from workers.ports.workflows import WorkflowRun
from workers.queries.story import CommandStory, Link, Story, WorkflowStory
from workers.runtime.redrive import readable_envelope
from workers.workflows.catalogue import DEFINITIONS

MOST_EVENTS: Final = 40
"""Events of one decision that are told one by one."""

_REJECTED: Final = frozenset(event.type for event in REJECTIONS.values())
_FAILED: Final = frozenset(event.type for event in FAILURES.values())
_PERSONAL_OF_ENTRY: Final = ("amount", "merchant", "description", "location", "tags", "raw_text", "deleted_reason")


class TraceIds(NamedTuple):
    """The trace of a message's own spans, and what its outcomes carry on, as `traceparent`."""

    trace_id: str
    carried: str | None


TraceOf = Callable[[str, Envelope], TraceIds]
"""Tells both by the area that handles a message and the message's envelope."""


def story_json(story: Story, trace_of: TraceOf, *, personal: bool) -> dict[str, Any]:
    """All of it."""
    teller = _Teller(trace_of, personal=personal)
    return {
        "asked": story.asked,
        "found": story.found,
        "tenant": story.tenant,
        "also_of": story.others,
        "because_of": [_link_json(link) for link in story.above],
        "stream": story.aggregate and {"name": story.aggregate.stream, "events": story.aggregate.total},
        "commands": [teller.command(one, None) for one in story.commands],
        "entries": [_entry_json(entry, personal=personal) for entry in story.entries],
        "workflow": story.workflow and run_facts(story.workflow),
    }


def run_facts(run: WorkflowRun) -> dict[str, Any]:
    """Where a workflow stands."""
    return {**run._asdict(), "phase": run.phase.value}


class _Teller:
    """Tells commands, each in the trace it was handled in.

    Args:
        trace_of: tells the traces.
        personal: whether to show what owners wrote.
    """

    def __init__(self, trace_of: TraceOf, *, personal: bool) -> None:
        self._trace_of = trace_of
        self._personal = personal

    def command(self, story: CommandStory, traceparent: str | None) -> dict[str, Any]:
        """A command and all that came of it.

        Args:
            story: the command.
            traceparent: what it was sent with, where that follows from who sent it.
        """
        facts = _command_facts(story)
        trace = self._trace(story, facts, traceparent)
        outcome = story.outcome
        return {
            **facts,
            "trace_id": trace and trace.trace_id,
            "outcome": outcome and _outcome_facts(outcome, self._payload(outcome)),
            "events": [self._event(row) for row in story.rows[:MOST_EVENTS]],
            "events_left_out": max(0, len(story.rows) - MOST_EVENTS),
            "dead_letter": story.letter and letter_json(story.letter),
            "replaced_by": story.replacement and self.command(story.replacement, None),
            "workflow_went_on": [self._event(row) for row in story.reactions[:MOST_EVENTS]],
            "workflow": story.workflow and self._workflow(story.workflow, story.id, trace),
        }

    def _workflow(self, story: WorkflowStory, began_with: str, trace: TraceIds | None) -> dict[str, Any]:
        carried: dict[str, str | None] = {began_with: trace and trace.carried}
        transitions = []
        for transition in story.transitions:
            told = []
            for row in transition.rows:
                step = story.steps.get(str(row.event.id))
                told.append({**self._event(row), "command": step and self._step(step, transition.cause, carried)})
            transitions.append({"because_of": transition.cause, "events": told})
        return {
            "stream": story.stream,
            "stands": story.run and run_facts(story.run),
            "events": story.total,
            "events_left_out": story.left_out,
            "transitions": transitions,
        }

    def _step(self, step: CommandStory, cause: str, carried: dict[str, str | None]) -> dict[str, Any]:
        """A command a workflow sent. Its outcome carries the trace on to what the workflow does next."""
        facts = _command_facts(step)
        trace = self._trace(step, facts, carried.get(cause))
        outcome = step.outcome
        if outcome is not None and trace is not None:
            heard = _envelope(str(outcome.event.id), outcome, trace.carried)
            carried[str(outcome.event.id)] = self._trace_of("workflows", heard).carried
        return self.command(step, carried.get(cause))

    def _trace(self, story: CommandStory, facts: Mapping[str, Any], traceparent: str | None) -> TraceIds | None:
        known = story.outcome or story.sent
        if known is None or facts["area"] is None:
            return None
        envelope = readable_envelope(story.letter.letter) if story.letter else None
        return self._trace_of(facts["area"], envelope or _envelope(story.id, known, traceparent))

    def _event(self, row: Kept) -> dict[str, Any]:
        event = row.event
        return {
            "id": event.id,
            "type": event.type,
            "is_command": event.type in COMMANDS,
            "ends_the_command": event.terminal,
            "handler": event.handler,
            "stream": event.stream,
            "version": event.version,
            "topic": event.topic,
            "decided_at": event.occurred_at,
            "stored_at": row.recorded_at,
            "data": self._payload(row),
        }

    def _payload(self, row: Kept) -> Any:  # noqa: ANN401  any JSON
        return payload(row.event.type, row.event.data, personal=self._personal)


def _command_facts(story: CommandStory) -> dict[str, Any]:
    """What is known of the command itself, and where from."""
    sent, outcome = story.sent, story.outcome
    envelope = readable_envelope(story.letter.letter) if story.letter else None
    known = sent or outcome
    return {
        "id": story.id,
        "type": _type_of(story, envelope),
        "area": _area_of(story),
        "tenant": story.tenant,
        "owner": known.event.owner if known else story.letter and story.letter.letter.owner,
        "correlation_id": known.event.correlation_id if known else envelope and envelope.correlation_id,
        "caused_by": sent.event.causation_id if sent else envelope and envelope.causation_id,
        "sent_at": sent.event.occurred_at if sent else envelope and envelope.time,
        "source": f"/poon/workers/{sent.event.handler}" if sent else envelope and envelope.source,
        "known_from": "the store" if sent else "its dead letter" if story.letter else "its outcome",
        "decided_at": outcome and outcome.event.occurred_at,
        "stored_at": outcome and outcome.recorded_at,
        "place": _place(story),
    }


def _type_of(story: CommandStory, envelope: Envelope | None) -> str | None:
    """The command's type: as it was sent, as its dead letter or outcome tells, or the only one that ends so."""
    if story.sent is not None:
        return story.sent.event.type
    if envelope is not None or story.outcome is None:
        return envelope and envelope.type
    told = payload(story.outcome.event.type, story.outcome.event.data, personal=False) or {}
    if "command_type" in told:
        return str(told["command_type"])
    ending_so = [command for command, event in SUCCESSES.items() if event.type == story.outcome.event.type]
    if len(ending_so) > 1:
        begun = DEFINITIONS.get(str(told.get("workflow")))
        return None if begun is None else begun.starts_with.type
    return ending_so[0].type if ending_so else None


def _area_of(story: CommandStory) -> str | None:
    if story.outcome is not None:
        return story.outcome.event.handler
    if story.letter is not None:
        return story.letter.letter.area
    return area_of(story.sent.event.topic) if story.sent and story.sent.event.type in COMMANDS else None


def _place(story: CommandStory) -> dict[str, Any] | None:
    """Where the command's record is or was, as far as that is stored: of dead letters only."""
    if story.letter is not None:
        letter = story.letter.letter
        return {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
    area = _area_of(story)
    topic = area and topic_name(area, TopicRole.COMMANDS)
    return {"topic": topic, "partition": None, "offset": None} if topic else None


def _outcome_facts(row: Kept, told: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """How the command ended, what took part and what it cost."""
    data: Mapping[str, Any] = told if isinstance(told, dict) else {}
    processing = data.get("processing") or {}
    return {
        "verdict": _verdict(row.event.type),
        "type": row.event.type,
        "id": row.event.id,
        "code": data.get("code"),
        "field": data.get("field"),
        "reason": data.get("reason") if row.event.type in _REJECTED | _FAILED else None,
        "attempts": data.get("attempts"),
        "duration_ms": processing.get("duration_ms"),
        "degraded": processing.get("degraded"),
        "degraded_reason": processing.get("degraded_reason"),
        "backends": [_backend_facts(one) for one in processing.get("backends", ())],
    }


def _backend_facts(told: Mapping[str, Any]) -> dict[str, Any]:
    cost = told.get("cost") or {}
    shown = {name: value for name, value in told.items() if name != "cost"}
    return {**shown, "currency": cost.get("currency")} if cost else shown


def _verdict(event_type: str) -> str:
    if event_type in _REJECTED:
        return "rejected"
    return "failed" if event_type in _FAILED else "succeeded"


def _link_json(link: Link) -> dict[str, Any]:
    row, letter = link.row, link.letter
    return {
        "what": link.what,
        "id": link.id,
        "type": row.event.type if row else letter and letter.letter.command_type,
        "at": row.event.occurred_at if row else letter and letter.letter.failed_at,
        "stream": row and row.event.stream,
    }


def _entry_json(entry: SpendingEntry, *, personal: bool) -> dict[str, Any]:
    """Where an entry stands; what it is about only where that is wanted."""
    facts: dict[str, Any] = {
        "id": entry.id,
        "owner": entry.owner,
        "version": entry.version,
        "deleted": entry.is_deleted,
        "confidence": entry.confidence.value,
        "processing_method": entry.processing_method.value,
        "source": {"command_id": entry.source.command_id},
    }
    about = {name: str(value) for name in _PERSONAL_OF_ENTRY if (value := getattr(entry, name)) not in (None, ())}
    return facts | {name: value if personal else MASK for name, value in about.items()}


def _envelope(message_id: str, known: Kept, traceparent: str | None) -> Envelope:
    """As much of a message's envelope as its trace follows from."""
    event = known.event
    return Envelope(message_id, "", event.type, event.occurred_at, event.tenant, event.owner, traceparent=traceparent)
