"""Ready-made outcomes for tests of what is shown."""

from contracts.base import Event
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.texts import TextRejected
from contracts.topics import TopicRole, topic_name
from tests.fakes.clock import NOON
from workers.ports.messages import Partition
from workers.ports.outcomes import Outcome


def outcome(event: Event, command_id: str = "c-1", event_id: str | None = None, correlation_id: str = "c-1") -> Outcome:
    envelope = Envelope(
        id=event_id or f"{command_id}-outcome",
        source="/test",
        type=event.type,
        time=NOON,
        tenant="demo",
        owner="anong",
        correlation_id=correlation_id,
        causation_id=command_id,
    )
    partition = Partition(topic_name(event.area, TopicRole.EVENTS), 0)
    return Outcome(partition=partition, offset=0, timestamp=NOON, envelope=envelope, event=event)


def unreadable(problem: str = "header ce_id: is missing") -> Outcome:
    partition = Partition("poon.texts.events", 0)
    return Outcome(partition=partition, offset=9, timestamp=NOON, envelope=None, event=None, problem=problem)


def rejected(command_id: str = "c-1", field: str | None = None) -> TextRejected:
    return TextRejected(
        command_type="poon.text.parse.v1",
        command_id=command_id,
        code=ErrorCode.NO_AMOUNT,
        message=LocalizedText.of(ErrorCode.NO_AMOUNT),
        field=field,
        reason="no number",
    )
