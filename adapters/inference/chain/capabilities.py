"""The capabilities, each answered by a chain of backends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.inference.chain.chain import Given, Step, first_sure

if TYPE_CHECKING:
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


class TextExtractionChain:
    """`TextExtraction` by the first backend that is sure enough."""

    def __init__(self, steps: Sequence[Step[TextExtraction]]) -> None:
        self._steps = tuple(steps)

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        async def ask(backend: TextExtraction) -> Given[TextReading]:
            reading, shares = await backend.extract(text, context)
            return Given(reading, reading.confidence.value, shares)

        chosen = await first_sure("text_extraction", self._steps, ask)
        return chosen.value, (*chosen.own, *chosen.others)


class ReceiptExtractionChain:
    """`ReceiptExtraction` by the first backend that is sure enough."""

    def __init__(self, steps: Sequence[Step[ReceiptExtraction]]) -> None:
        self._steps = tuple(steps)

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        async def ask(backend: ReceiptExtraction) -> Given[ReceiptReading]:
            reading, shares = await backend.extract(text, context)
            return Given(reading, reading.confidence.value, shares)

        chosen = await first_sure("receipt_extraction", self._steps, ask)
        return chosen.value, (*chosen.own, *chosen.others)


class CategorizationChain:
    """`Categorization` by the first backend that is sure enough."""

    def __init__(self, steps: Sequence[Step[Categorization]]) -> None:
        self._steps = tuple(steps)

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        async def ask(backend: Categorization) -> Given[Read[Category]]:
            category, shares = await backend.categorise(purchase)
            return Given(category, category.confidence.value, shares)

        chosen = await first_sure("categorization", self._steps, ask)
        return chosen.value, (*chosen.own, *chosen.others)


class TextRecognitionChain:
    """`TextRecognition` by the first backend that is sure enough of what it read."""

    def __init__(self, steps: Sequence[Step[TextRecognition]]) -> None:
        self._steps = tuple(steps)

    @property
    def engine(self) -> str:
        return self._steps[0].backend.engine

    async def recognise(self, image: bytes) -> RecognisedText:
        codes: dict[str, None] = {}  # an engine that reads the print better may be one that reads no codes

        async def ask(backend: TextRecognition) -> Given[RecognisedText]:
            text = await backend.recognise(image)
            codes.update(dict.fromkeys(text.codes))
            return Given(text, sureness(text), (text.answer, *text.others))

        chosen = await first_sure("text_recognition", self._steps, ask)
        return replace(chosen.value, codes=tuple(codes), others=(*chosen.value.others, *chosen.others))


def sureness(text: RecognisedText) -> float:
    """How sure an engine is of all it read: the mean over letters, so that a long line counts more than a spot."""
    letters = sum(len(line.text) for line in text.lines)
    if not letters:
        return 0.0
    return sum(len(line.text) * line.confidence for line in text.lines) / letters
