"""AI backends that can be slowed and broken from outside, over the real rules."""

from typing import Final

from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer, Read, ReadingContext, ReceiptReading, TextReading
from contracts.values import Category
from tests.chaos.control import Told
from tests.ledger.commands import HOPELESS_MARK, lines_of
from workers.ports.clock import Clock
from workers.ports.errors import BackendError
from workers.ports.inference import (
    Box,
    Categorization,
    Purchase,
    ReceiptExtraction,
    RecognisedText,
    TextExtraction,
    TextLine,
)

ENGINE: Final = "chaos-ocr/1"
_LINE_HEIGHT: Final = 20.0
_WIDTH: Final = 300.0


class Temper:
    """What all backends have in common: they take as long, or fail, as they are told to."""

    def __init__(self, told: Told, clock: Clock) -> None:
        self._told = told
        self._clock = clock

    async def act(self) -> None:
        """Take the time a call takes now.

        Raises:
            BackendError: backends are broken at the moment.
        """
        mood = self._told.mood
        if mood.delay:
            await self._clock.sleep(mood.delay)
        if mood.broken:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "the conductor broke it")


class MoodyTextExtraction:
    """`TextExtraction` over another one; never answers a text with the mark of the hopeless."""

    def __init__(self, inner: TextExtraction, temper: Temper) -> None:
        self._inner = inner
        self._temper = temper

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        await self._temper.act()
        if HOPELESS_MARK in text:
            raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "hopeless")
        return await self._inner.extract(text, context)


class MoodyReceiptExtraction:
    """`ReceiptExtraction` over another one."""

    def __init__(self, inner: ReceiptExtraction, temper: Temper) -> None:
        self._inner = inner
        self._temper = temper

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        await self._temper.act()
        return await self._inner.extract(text, context)


class MoodyCategorization:
    """`Categorization` over another one."""

    def __init__(self, inner: Categorization, temper: Temper) -> None:
        self._inner = inner
        self._temper = temper

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        await self._temper.act()
        return await self._inner.categorise(purchase)


class MoodyRecognition:
    """`TextRecognition` of the ledger's pictures, which are lines of text: real models would only burn time here."""

    def __init__(self, temper: Temper) -> None:
        self._temper = temper

    @property
    def engine(self) -> str:
        return ENGINE

    async def recognise(self, image: bytes) -> RecognisedText:
        await self._temper.act()
        lines = tuple(
            TextLine(text, Box(0.0, number * _LINE_HEIGHT, _WIDTH, (number + 0.8) * _LINE_HEIGHT), 0.99)
            for number, text in enumerate(lines_of(image))
        )
        answer = BackendAnswer(capability="text_recognition", backend=ENGINE)
        return RecognisedText(lines, int(_WIDTH), int(_LINE_HEIGHT) * len(lines), "image/png", answer)
