"""The AI capabilities handlers use. Each may be one engine or a chain of them; the handler does not know.

All of them raise, besides what each says, CapabilityOutageError when every backend is known to be out, and
BackendBusyError when none is free.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from contracts.readings import BackendAnswer, Read, ReadingContext, ReceiptReading, TextReading
from contracts.values import Category


class Box(NamedTuple):
    """Where a line stands: the upright rectangle around it, pixels from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One recognised line of text with the engine's own confidence (0..1)."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognisedText:
    """The text of an image, in reading order.

    Attributes:
        width: of the image as it was read (after orientation and scaling), pixels.
        height: likewise.
        media_type: found by content, for instance image/jpeg.
        answer: which engine answered.
        codes: the payloads of the QR codes in the image, as they stand: what a stranger wrote, not what is true.
        others: the shares of engines that were asked, or were to be asked, besides.
    """

    lines: tuple[TextLine, ...]
    width: int
    height: int
    media_type: str
    answer: BackendAnswer
    codes: tuple[str, ...] = ()
    others: tuple[BackendAnswer, ...] = ()


class TextRecognition(Protocol):
    """Image to text."""

    @property
    def engine(self) -> str:
        """The engine asked first, with the version of everything its answers depend on; a key for caching.

        Equal to `RecognisedText.answer.backend` whenever that engine gave the answer.
        """
        ...

    async def recognise(self, image: bytes) -> RecognisedText:
        """Read an image; may take seconds, never blocks the event loop.

        Raises:
            ImageError: image_unreadable, image_unsupported or image_too_large.
            NothingFoundError: no_text_found.
            BackendError: no engine could answer.
        """
        ...


class ReceiptExtraction(Protocol):
    """Recognised lines to fields."""

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        """Understand a receipt or slip; also says which backends had a share in it.

        Raises:
            NothingFoundError: no_total_found.
            BackendError: no backend could answer.
        """
        ...


class TextExtraction(Protocol):
    """A spending text to fields."""

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        """Understand a text; also says which backends had a share in it.

        Raises:
            RejectionError: no_amount, several_purchases, negative_amount or amount_out_of_range.
            BackendError: no backend could answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is known of a purchase whose category is wanted."""

    text: str
    merchant: str | None = None


class Categorization(Protocol):
    """A purchase to its category."""

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        """Judge the category; Miscellaneous with a low confidence where nothing speaks for another.

        Also says which backends had a share in it.

        Raises:
            BackendError: no backend could answer.
        """
        ...
