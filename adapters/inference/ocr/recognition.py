"""Text recognition on this machine, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.inference.ocr.engine import Choices, Refusal, engine_name
from adapters.inference.ocr.images import image_format
from adapters.inference.ocr.model_file import UnusableModelError
from adapters.inference.ocr.pool import RecognitionPool
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from workers.ports.errors import ImageError, NothingFoundError, UnavailableError
from workers.ports.inference import RecognisedText

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from adapters.inference.ocr.tiers import Tier


MAX_RESIDENT_BYTES: Final = 1_500_000_000


class LocalTextRecognition:
    """`TextRecognition` by PP-OCRv6 in a pool of processes; `start` before the first image, `close` at the end.

    Each process uses one processor and half to one GB, and reads an image in about a second. One that holds more than
    `max_resident_bytes` after an image makes room for a new one.
    """

    def __init__(
        self,
        processes: int = 1,
        timeout_seconds: float = 60.0,
        thai_model: Path | None = None,
        max_resident_bytes: int = MAX_RESIDENT_BYTES,
        *,
        tier: Tier = "accurate",
    ) -> None:
        """Choose the processes; `thai_model` is an ONNX line recogniser to read Thai with instead of the shipped one.

        Raises:
            UnavailableError: there is no such model file, or the tier's models are not installed.
        """
        choices = Choices(thai_model, tier)
        try:
            self._engine = engine_name(choices)
        except UnusableModelError as unusable:
            raise UnavailableError(f"text recognition cannot start: {unusable}") from unusable
        self._pool = RecognitionPool(processes, timeout_seconds, choices, max_resident_bytes)

    @property
    def engine(self) -> str:
        return self._engine

    async def start(self) -> list[int]:
        """Start and warm the processes; their ids.

        Raises:
            UnavailableError: the Thai model is damaged or no line recogniser.
            BackendError: a process could not start.
        """
        return await self._pool.start()

    async def close(self) -> None:
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def recognise(self, image: bytes) -> RecognisedText:
        image_format(image)
        page = await self._pool.read(image)
        if isinstance(page, Refusal):
            raise ImageError(page.code, page.reason)
        if not page.lines and not page.codes:
            raise NothingFoundError(ErrorCode.NO_TEXT_FOUND, "no text was found in the image")
        answer = BackendAnswer(capability="text_recognition", backend=self._engine)
        return RecognisedText(page.lines, page.width, page.height, page.media_type, answer, page.codes)
