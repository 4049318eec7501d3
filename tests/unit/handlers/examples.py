"""Commands, readings and images to start from."""

from collections.abc import Awaitable
from datetime import UTC, date, datetime

from contracts.money import Money
from contracts.readings import BackendAnswer, LineItem, Read, ReceiptReading, TextReading
from contracts.values import Category, Confidence, Language
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.inference import ENGINE
from workers.ports.handling import CommandContext, Decision
from workers.ports.inference import Box, RecognisedText, TextLine

SURE = Confidence(0.9)


async def made(decision: Decision | Awaitable[Decision]) -> Decision:
    """A handler's decision, whether it decided at once or has to be awaited."""
    return decision if isinstance(decision, Decision) else await decision


TODAY = date(2026, 3, 2)

CONTEXT = CommandContext(
    command_id="c-1",
    correlation_id="c-1",
    tenant="acme",
    owner="nok",
    sent_at=NOON,
    now=datetime(2027, 1, 1, tzinfo=UTC),
)
"""Sent at noon of 2 March in Bangkok, handled much later."""

TEXT_READING = TextReading(
    language=Language.ENGLISH,
    amount=Read[Money](value=Money.of("65"), confidence=SURE, evidence="65"),
    category=Read[Category](value=Category.FOOD, confidence=SURE),
    spent_on=Read[date](value=TODAY, confidence=SURE),
    note="coffee",
    confidence=SURE,
)

RECEIPT_READING = ReceiptReading(
    total=Read[Money](value=Money.of("107"), confidence=SURE, evidence="TOTAL 107.00"),
    merchant=Read(value="CAFE AMAZON PTT", confidence=SURE),
    merchant_canonical="Cafe Amazon",
    items=(
        LineItem(description="Iced latte", amount=Money.of("65")),
        LineItem(description="Croissant", amount=Money.of("42")),
    ),
    confidence=SURE,
)

CATEGORY = Read[Category](value=Category.FOOD, confidence=SURE)

RECOGNISED = RecognisedText(
    lines=(
        TextLine("CAFE AMAZON PTT", Box(1.25, 2, 30, 4), 0.9731),
        TextLine("รวม 107.00", Box(1, 5, 30, 7.1), 1 / 3),
    ),
    width=640,
    height=960,
    media_type="image/png",
    answer=BackendAnswer(capability="text_recognition", backend=ENGINE),
    codes=("004000060000010103002021900021231231212000115102TH91049C30",),
)


class TickingClock(FakeClock):
    """A clock that every look moves by a quarter of a second."""

    def monotonic(self) -> float:
        self.jump(0.25)
        return super().monotonic()
