"""Ready-made records of commands for tests of the runtime."""

from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.events.texts import TextParsed
from contracts.money import Currency, Money
from contracts.readings import Processing, Read
from contracts.topics import TopicRole, topic_name
from contracts.values import Category, Confidence, Language, ProcessingMethod
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from workers.ports.handling import Decision, NewEvent

TEXT_COMMANDS = topic_name("texts", TopicRole.COMMANDS)


def envelope(command_id: str, owner: str = "nok", message_type: str = ParseText.type) -> Envelope:
    return Envelope(id=command_id, source="/test", type=message_type, time=NOON, tenant="acme", owner=owner)


def text_record(
    offset: int, command_id: str | None = None, owner: str = "nok", partition: int = 0, text: str = "coffee 65"
) -> FakeRecord:
    """The record of a ParseText command."""
    about = envelope(command_id or f"c-{partition}-{offset}", owner)
    return FakeRecord(
        topic=TEXT_COMMANDS,
        partition=partition,
        offset=offset,
        key=about.key.encode(),
        value=encode(ParseText(text=text)),
        headers=about.headers(),
    )


def parsed(amount: str = "65.00") -> TextParsed:
    """A success of the area *texts*."""
    sure = Confidence(0.9)
    return TextParsed(
        language=Language.ENGLISH,
        amount=Read[Money](value=Money.of(amount, Currency.THB), confidence=sure),
        category=Read[Category](value=Category.FOOD, confidence=sure),
        spent_on={"value": NOON.date(), "confidence": sure},  # type: ignore[arg-type]
        confidence=sure,
        processing=Processing(method=ProcessingMethod.RULES, duration_ms=1),
    )


def decision(amount: str = "65.00") -> Decision:
    """A decision with one success."""
    return Decision((NewEvent(parsed(amount)),))
