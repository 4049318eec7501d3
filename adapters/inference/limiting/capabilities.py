"""The capabilities, with a limit on how many calls a backend of theirs has at a time."""

from __future__ import annotations

from adapters.inference.limiting.limiter import ConcurrencyLimiter
from contracts.readings import BackendAnswer, Read, ReadingContext, ReceiptReading, TextReading
from contracts.values import Category
from workers.ports.inference import (
    Categorization,
    Purchase,
    ReceiptExtraction,
    RecognisedText,
    TextExtraction,
    TextRecognition,
)


class LimitedTextRecognition:
    """`TextRecognition` that keeps to a limit."""

    def __init__(self, inner: TextRecognition, limiter: ConcurrencyLimiter) -> None:
        self._inner = inner
        self._limiter = limiter

    @property
    def engine(self) -> str:
        return self._inner.engine

    async def recognise(self, image: bytes) -> RecognisedText:
        return await self._limiter.call(lambda: self._inner.recognise(image))


class LimitedReceiptExtraction:
    """`ReceiptExtraction` that keeps to a limit."""

    def __init__(self, inner: ReceiptExtraction, limiter: ConcurrencyLimiter) -> None:
        self._inner = inner
        self._limiter = limiter

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        return await self._limiter.call(lambda: self._inner.extract(text, context))


class LimitedTextExtraction:
    """`TextExtraction` that keeps to a limit."""

    def __init__(self, inner: TextExtraction, limiter: ConcurrencyLimiter) -> None:
        self._inner = inner
        self._limiter = limiter

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        return await self._limiter.call(lambda: self._inner.extract(text, context))


class LimitedCategorization:
    """`Categorization` that keeps to a limit."""

    def __init__(self, inner: Categorization, limiter: ConcurrencyLimiter) -> None:
        self._inner = inner
        self._limiter = limiter

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        return await self._limiter.call(lambda: self._inner.categorise(purchase))
