"""Text recognition on this machine, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.inference.ocr.engine import NAME, Refusal
from adapters.inference.ocr.images import image_format
from adapters.inference.ocr.pool import RecognitionPool
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from workers.ports.errors import ImageError, NothingFoundError
from workers.ports.inference import RecognisedText

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class LocalTextRecognition:
    """`TextRecognition` by RapidOCR in a pool of processes; `start` before the first image, `close` at the end.

    Each process uses one processor and roughly 1 GB, and reads an image in about a second or two.
    """

    def __init__(self, processes: int = 1, timeout_seconds: float = 60.0) -> None:
        self._pool = RecognitionPool(processes, timeout_seconds)

    @property
    def engine(self) -> str:
        return NAME

    async def start(self) -> list[int]:
        """Start and warm the processes; their ids."""
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
        answer = BackendAnswer(capability="text_recognition", backend=NAME)
        return RecognisedText(page.lines, page.width, page.height, page.media_type, answer, page.codes)
