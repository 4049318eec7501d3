"""A limited capability answers as the one inside does, and asks it through the limit."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from adapters.inference.limiting import (
    ConcurrencyLimiter,
    LimitBounds,
    LimitedCategorization,
    LimitedReceiptExtraction,
    LimitedTextExtraction,
    LimitedTextRecognition,
)
from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.readings import BackendAnswer, Read, ReadingContext
from contracts.values import Category, Confidence
from tests.fakes.clock import FakeClock
from tests.fakes.inference import FakeCategorization, FakeReceiptExtraction, FakeRecognition, FakeTextExtraction
from workers.ports.errors import BackendBusyError, BackendError
from workers.ports.inference import (
    Categorization,
    Purchase,
    ReceiptExtraction,
    RecognisedText,
    TextExtraction,
    TextRecognition,
)

GONE = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone")
TEXT = RecognisedText((), 1, 1, "image/png", BackendAnswer(capability="text_recognition", backend="fake-ocr-1.0/small"))
CONTEXT = ReadingContext(reference_date=date(2026, 3, 2), time_zone="Asia/Bangkok", default_currency=Currency.THB)


@pytest.fixture
def limiter() -> ConcurrencyLimiter:
    return ConcurrencyLimiter("fake", LimitBounds(1, 8, 8), FakeClock(), patience=0.0)


async def test_text_recognition_answers_as_its_engine_and_has_its_name(limiter: ConcurrencyLimiter) -> None:
    inner = FakeRecognition(TEXT)
    limited: TextRecognition = LimitedTextRecognition(inner, limiter)
    assert await limited.recognise(b"image") is TEXT
    assert inner.asked == [b"image"]
    assert limited.engine == inner.engine


async def test_categorization_answers_as_the_one_inside(limiter: ConcurrencyLimiter) -> None:
    judged = Read[Category](value=Category.FOOD, confidence=Confidence(0.9))
    limited: Categorization = LimitedCategorization(FakeCategorization(judged), limiter)
    assert (await limited.categorise(Purchase("coffee")))[0] is judged


async def test_every_capability_keeps_to_the_limit() -> None:
    limiter = ConcurrencyLimiter("fake", LimitBounds(1, 1, 1), FakeClock(), patience=0.0)
    inner = (
        FakeRecognition(GONE),
        FakeReceiptExtraction(GONE),
        FakeTextExtraction(GONE),
        FakeCategorization(GONE),
    )
    receipts: ReceiptExtraction = LimitedReceiptExtraction(inner[1], limiter)
    texts: TextExtraction = LimitedTextExtraction(inner[2], limiter)
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: LimitedTextRecognition(inner[0], limiter).recognise(b"image"),
        lambda: receipts.extract(TEXT, CONTEXT),
        lambda: texts.extract("coffee 65", CONTEXT),
        lambda: LimitedCategorization(inner[3], limiter).categorise(Purchase("coffee")),
    ]

    async def meanwhile() -> None:
        for call in calls:
            with pytest.raises(BackendBusyError):
                await call()

    await limiter.call(meanwhile)
    assert [fake.asked for fake in inner] == [[], [], [], []]
    for call in calls:
        with pytest.raises(BackendError):
            await call()
    assert [len(fake.asked) for fake in inner] == [1, 1, 1, 1]
