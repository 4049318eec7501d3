"""An image to lines, by a model that sees: where the local engine finds nothing, or is not sure."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, UnidentifiedImageError

from adapters.inference.models.asking import NoAnswerError, Picture, Question, without_answer
from adapters.inference.models.confidence import trusted
from adapters.inference.models.forms import TranscriptForm
from adapters.inference.models.prompts import PICTURE
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from contracts.values import MAX_IMAGE_BYTES, ProcessingMethod
from workers.ports.errors import ImageError, NothingFoundError
from workers.ports.inference import Box, RecognisedText, TextLine

if TYPE_CHECKING:
    from adapters.inference.models.asking import Asker

CAPABILITY: Final = "text_recognition"
MAX_TOKENS: Final = 2_000
MAX_PIXELS: Final = 40_000_000
SENT_AS_IT_IS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""What model servers take. An image is not decoded here: hostile ones are the business of a process of its own."""

_FILLED: Final = 0.8
"""Share of a line's height that its letters take; lines are laid out evenly, for a model tells no places."""


class ModelTextRecognition:
    """`TextRecognition` by a vision model.

    Args:
        asker: the model server.
        trust: how often its lines are right, 0..1; there is nothing here to check them against.
    """

    def __init__(self, asker: Asker, trust: float) -> None:
        self._asker = asker
        self._trust = trust

    @property
    def engine(self) -> str:
        return self._asker.backend

    async def recognise(self, image: bytes) -> RecognisedText:
        """See `TextRecognition.recognise`.

        Raises:
            NoAnswerError: the model gave no answer.
        """
        seen = await asyncio.to_thread(_look, image)
        if seen is None:  # other engines may read it, so that is no verdict on the image
            raise self._not_asked(f"takes {', '.join(SENT_AS_IT_IS)} only")
        question = Question(
            CAPABILITY, PICTURE, "The picture:", TranscriptForm, MAX_TOKENS, Picture(image, seen.media_type)
        )
        answered = await self._asker.ask(question)
        words = [" ".join(line.split()) for line in answered.form.lines]
        lines = [line for line in words if line]
        if not lines:
            raise NothingFoundError(ErrorCode.NO_TEXT_FOUND, "the model saw no text in the image")
        sure = round(trusted(self._trust, answered.certainty), 3)
        return RecognisedText(_laid_out(lines, seen, sure), seen.width, seen.height, seen.media_type, answered.share)

    def _not_asked(self, reason: str) -> NoAnswerError:
        share = BackendAnswer(capability=CAPABILITY, backend=self.engine, calls=0, method=ProcessingMethod.MODEL)
        return NoAnswerError(ErrorCode.BACKEND_UNAVAILABLE, reason, without_answer(share, reason))


class _Seen(NamedTuple):
    width: int
    height: int
    media_type: str


def _look(image: bytes) -> _Seen | None:
    """What an image's header tells, its pixels stay unread; None for a kind that models do not take."""
    if len(image) > MAX_IMAGE_BYTES:
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, f"the image has more than {MAX_IMAGE_BYTES} bytes")
    try:
        with Image.open(BytesIO(image), formats=list(SENT_AS_IT_IS)) as opened:
            media_type = SENT_AS_IT_IS[opened.format or ""]
            width, height = opened.size
    except UnidentifiedImageError:
        return None
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError):
        raise ImageError(ErrorCode.IMAGE_UNREADABLE, "the image is damaged") from None
    if width * height > MAX_PIXELS:
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, f"the image has more than {MAX_PIXELS} pixels")
    return _Seen(width, height, media_type)


def _laid_out(lines: list[str], seen: _Seen, sure: float) -> tuple[TextLine, ...]:
    step = seen.height / len(lines)
    return tuple(
        TextLine(text, Box(0.0, number * step, float(seen.width), (number + _FILLED) * step), sure)
        for number, text in enumerate(lines)
    )
