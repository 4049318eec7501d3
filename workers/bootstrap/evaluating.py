"""Wires the reading of texts and pictures for `poon eval`: the fleet's own, without a broker and a database.

What owners taught is in the database, so nothing is taught here. Answers of models are remembered for one evaluation
and no longer, and budgets are counted for it alone: it must neither be answered by what was asked before nor use up
what the fleet may spend.
"""

from __future__ import annotations

import hashlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Final, cast
from uuid import UUID

from adapters.cache.memory import MemoryCache
from adapters.clock import SystemClock
from adapters.inference.mappings import SortedLayer
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.receipts import ReceiptExtracted
from contracts.events.texts import TextParsed
from contracts.mappings import MappingMatch
from contracts.money import Currency
from contracts.readings import Processing
from contracts.values import MAX_IMAGE_BYTES, Category, Confidence, ImageReference
from workers.bootstrap.heartbeat import peak_megabytes
from workers.bootstrap.models import Backends
from workers.bootstrap.readers import open_readers, recognition_processes
from workers.config import Settings
from workers.domain.mappings import CategoryMapping
from workers.evaluation.cases import Answer, Said
from workers.evaluation.readings import said_in_receipt, said_in_text
from workers.handlers.books import Books
from workers.handlers.receipts import extract_receipt
from workers.handlers.texts import parse_text
from workers.ports.cache import Cache
from workers.ports.clock import Clock
from workers.ports.errors import ImageError, RejectionError, TransientError, UnavailableError
from workers.ports.handling import CommandContext
from workers.ports.images import ImageStore
from workers.ports.mappings import MappingVersions

WHO: Final = "evaluation"
"""The tenant and the owner the readings are for."""


class NothingTaught:
    """`MappingRepository` of nobody."""

    async def versions(self, tenant: str, owner: str) -> MappingVersions:
        del tenant, owner
        return MappingVersions()

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        del tenant, owner
        return ()

    async def get(self, tenant: str, mapping_id: UUID) -> CategoryMapping | None:
        del tenant, mapping_id
        return None

    async def votes(self, tenant: str, key: str, match: MappingMatch, besides: str) -> Mapping[Category, int]:
        del tenant, key, match, besides
        return {}


class OnePicture:
    """`ImageStores` and `ImageStore` in one, of a picture at hand; as large as a fleet's store would give out."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def reference(self) -> ImageReference:
        """What a command names the picture by."""
        return ImageReference(key="evaluation", sha256=hashlib.sha256(self._data).hexdigest())

    async def of(self, tenant: str, owner: str) -> ImageStore:
        del tenant, owner
        return self

    async def load(self, reference: ImageReference) -> bytes:
        del reference
        if len(self._data) > MAX_IMAGE_BYTES:
            raise ImageError(ErrorCode.IMAGE_TOO_LARGE, f"an image has at most {MAX_IMAGE_BYTES} bytes")
        return self._data

    async def save(self, key: str, data: bytes) -> ImageReference:
        raise NotImplementedError


Reading = tuple[Mapping[str, Said], Confidence, Processing]
"""What a handler read, how sure it is of the whole, and how that came about."""


class Pipeline:
    """Reads as a worker does: by the handlers themselves, with what they are given there."""

    def __init__(self, backends: Backends, cache: Cache, clock: Clock) -> None:
        self._backends = backends
        self._cache = cache
        self._clock = clock
        self._books = Books(NothingTaught(), SortedLayer)

    async def read_text(self, command: ParseText) -> Answer:
        """What becomes of a text; see `_answer` for what is raised."""

        async def read(context: CommandContext) -> Reading:
            texts = self._backends.texts
            decision = await parse_text(command, context, extraction=texts, books=self._books, clock=self._clock)
            parsed = cast("TextParsed", decision.events[-1].payload)
            return said_in_text(parsed), parsed.confidence, parsed.processing

        return await self._answer(read)

    async def read_picture(self, data: bytes, day: date | None, currency: Currency) -> Answer:
        """What becomes of a picture; see `_answer` for what is raised.

        Args:
            data: its bytes.
            day: when it was handed in; today if None.
            currency: of a total that has none.
        """

        async def read(context: CommandContext) -> Reading:
            picture = OnePicture(data)
            decision = await extract_receipt(
                ExtractReceipt(image=picture.reference, reference_date=day, default_currency=currency),
                context,
                images=picture,
                recognition=self._backends.recognition,
                extraction=self._backends.receipts,
                categorization=self._backends.categories,
                books=self._books,
                cache=self._cache,
                clock=self._clock,
            )
            extracted = cast("ReceiptExtracted", decision.events[-1].payload)
            return said_in_receipt(extracted, extracted.category), extracted.confidence, extracted.processing

        return await self._answer(read)

    async def _answer(self, read: Callable[[CommandContext], Awaitable[Reading]]) -> Answer:
        """Read, and tell apart what is refused from what nobody could answer; defects are raised as they are."""
        now, started = self._clock.now(), self._clock.monotonic()
        try:
            said, confidence, processing = await read(CommandContext(WHO, WHO, WHO, WHO, now, now))
        except RejectionError as refused:
            return Answer(refused=str(refused.code), seconds=self._clock.monotonic() - started)
        except (TransientError, UnavailableError) as failed:
            return Answer(failure=str(failed), seconds=self._clock.monotonic() - started)
        return Answer(
            said=said,
            confidence=confidence.value,
            seconds=self._clock.monotonic() - started,
            shares=processing.backends,
            degraded=processing.degraded,
        )


@asynccontextmanager
async def reading_pipeline(settings: Settings, *, pictures: bool, at_once: int = 1) -> AsyncIterator[Pipeline]:
    """The fleet's own reading, opened for as long as the context lasts.

    Args:
        settings: the fleet's.
        pictures: whether pictures are read, and not texts alone.
        at_once: how many of them at a time: no more processes are started than these can keep busy.

    Raises:
        UnavailableError: a model that is to be used is missing.
        BackendError: a process could not start.
    """
    clock = SystemClock()
    processes = min(at_once, recognition_processes(settings))
    few = settings.model_copy(update={"ocr": settings.ocr.model_copy(update={"processes": processes})})
    async with AsyncExitStack() as stack:
        cache = MemoryCache(clock)
        stack.push_async_callback(cache.close)
        readers = await open_readers(few, cache, clock, stack, pictures=pictures)
        yield Pipeline(readers.backends, cache, clock)


def memory_peaks() -> tuple[int, int]:
    """The most memory that this process, and the largest of its processes that have ended, had so far, megabytes."""
    return peak_megabytes(), peak_megabytes(resource.RUSAGE_CHILDREN)
