"""AI backends that answer what the test told them, and remember what they were asked."""

from contracts.readings import BackendAnswer, Read, ReadingContext, ReceiptReading, TextReading
from contracts.values import Category
from workers.ports.inference import Purchase, RecognisedText

ENGINE = "fake-ocr-1.0/small"


class FakeRecognition:
    """`TextRecognition` with one answer, or one error."""

    def __init__(self, answer: RecognisedText | Exception, engine: str = ENGINE) -> None:
        self._answer = answer
        self._engine = engine
        self.asked: list[bytes] = []

    @property
    def engine(self) -> str:
        return self._engine

    async def recognise(self, image: bytes) -> RecognisedText:
        self.asked.append(image)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class FakeTextExtraction:
    """`TextExtraction` with one answer, or one error."""

    def __init__(self, answer: TextReading | Exception) -> None:
        self._answer = answer
        self.asked: list[tuple[str, ReadingContext]] = []

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        self.asked.append((text, context))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer, (BackendAnswer(capability="text_extraction", backend="fake-rules-1"),)


class FakeReceiptExtraction:
    """`ReceiptExtraction` with one answer, or one error."""

    def __init__(self, answer: ReceiptReading | Exception) -> None:
        self._answer = answer
        self.asked: list[tuple[RecognisedText, ReadingContext]] = []

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        self.asked.append((text, context))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer, (BackendAnswer(capability="receipt_extraction", backend="fake-rules-1"),)


class FakeCategorization:
    """`Categorization` with one answer, or one error."""

    def __init__(self, answer: Read[Category] | Exception) -> None:
        self._answer = answer
        self.asked: list[Purchase] = []

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        self.asked.append(purchase)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer, (BackendAnswer(capability="categorization", backend="fake-rules-1"),)
