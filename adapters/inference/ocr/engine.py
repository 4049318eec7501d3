"""What runs inside a recognition process: the PP-OCRv6 models, as wheels carry them.

They know Latin script, digits and Chinese; Thai letters come out as noise with a low confidence. Lines with Thai on
them are read by a recogniser of our own, from the boxes that the same detector found.
"""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw, ImageFont

from adapters.inference.ocr.codes import codes_in
from adapters.inference.ocr.images import DecodedImage, decode_pages
from adapters.inference.ocr.letters import letters_version
from adapters.inference.ocr.model_file import UnusableModelError, model_version
from adapters.inference.ocr.pages import stacked
from adapters.inference.ocr.routing import Reading, chosen, is_doubtful, shows_thai
from adapters.inference.ocr.tiers import READERS, Tier
from workers.ports.errors import ImageError
from workers.ports.inference import Box, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.inference.ocr.detection import Detector
    from adapters.inference.ocr.latin import LatinRecogniser
    from adapters.inference.ocr.thai import ThaiRecogniser
    from contracts.errors import ErrorCode

RUNTIME: Final = f"openvino-{version('openvino')}"
CODES: Final = f"zxing-{version('zxing-cpp')}"


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of an image, top to bottom, and the payloads of its QR codes."""

    lines: tuple[TextLine, ...]
    width: int
    height: int
    media_type: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An image that cannot be used. Sent back as a value: an exception may not survive the way home."""

    code: ErrorCode
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The engine itself failed on an image; sent back as a value likewise, in our words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What an operator may choose.

    Attributes:
        thai_model: ONNX file of a Thai line recogniser to use in the place of the shipped one.
        tier: how well, or how soon, Latin lines are read.
    """

    thai_model: Path | None = None
    tier: Tier = "accurate"


@dataclass(frozen=True, slots=True)
class Engine:
    """The recognisers of this process."""

    detector: Detector
    latin: LatinRecogniser
    thai: ThaiRecogniser


class ThisProcess:
    """The process's one engine, or what the operator's model lacks."""

    engine: Engine | None = None
    unusable: UnusableModelError | None = None


Answer = PageText | Refusal | Failure


def engine_name(choices: Choices) -> str:
    """The name with the version of everything an answer depends on; raises UnusableModelError."""
    latin = f"{READERS[choices.tier].full_name}/{RUNTIME}"
    return f"{latin}+{CODES}+thai-lines-{model_version(choices.thai_model)}+letters-{letters_version()}"


def start_process(choices: Choices) -> None:
    """Prepare this process: the parent alone decides when it ends, and nothing it leaves behind lives on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        ThisProcess.engine = load_engine(choices)
        _warm(ThisProcess.engine)
    except UnusableModelError as unusable:
        ThisProcess.unusable = unusable


def process_id() -> int:
    """The id of this process, once it can read; raises UnusableModelError when it never will."""
    if ThisProcess.unusable is not None:
        raise ThisProcess.unusable
    return os.getpid()


def read_image(data: bytes) -> Answer:
    from adapters.inference.ocr.inference import give_back_memory  # noqa: PLC0415

    try:
        engine = ThisProcess.engine = ThisProcess.engine or load_engine()
        return stacked(_read_page(engine, page) for page in decode_pages(data))
    except ImageError as refused:
        return Refusal(refused.code, refused.reason)
    except Exception as error:  # noqa: BLE001  a vendor's error stays in here: home, it might not even unpickle
        return Failure(f"{type(error).__name__}: {error}"[:200])
    finally:
        give_back_memory()


def _read_page(engine: Engine, page: DecodedImage) -> PageText:
    return replace(_recognise(engine, page), codes=codes_in(page.pixels))


def load_engine(choices: Choices = Choices()) -> Engine:
    """Load what an operator chose; raises UnusableModelError."""
    import cv2  # noqa: PLC0415  the heavy imports belong to the recognition processes alone

    from adapters.inference.ocr.detection import Detector  # noqa: PLC0415
    from adapters.inference.ocr.latin import LatinRecogniser  # noqa: PLC0415
    from adapters.inference.ocr.thai import ThaiRecogniser  # noqa: PLC0415

    cv2.setNumThreads(1)
    reader = READERS[choices.tier]
    return Engine(Detector(reader), LatinRecogniser(reader.recogniser), ThaiRecogniser(choices.thai_model))


def _word() -> Any:  # noqa: ANN401  an array
    import numpy as np  # noqa: PLC0415

    page = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(page).text((20, 20), "TOTAL 65.00", fill="black", font=ImageFont.load_default(40))
    return np.asarray(page)


def _warm(engine: Engine) -> None:
    """Read a word: what cannot be read now would not be read later."""
    from adapters.inference.ocr.inference import give_back_memory  # noqa: PLC0415

    if not _recognise(engine, DecodedImage(Image.fromarray(_word()), "image/png")).lines:
        raise RuntimeError("the recognition models read nothing from a printed word")
    give_back_memory()


def _recognise(engine: Engine, image: DecodedImage) -> PageText:
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    page = np.asarray(cv2.cvtColor(np.asarray(image.pixels), cv2.COLOR_RGB2BGR), dtype=np.uint8)
    boxes, latin = latin_lines(engine, page)
    readings = _with_thai(engine.thai, page, boxes, latin)
    lines = [
        TextLine(text=reading.text, box=_upright_box(corners), confidence=round(reading.confidence, 4))
        for corners, reading in zip(boxes, readings, strict=True)
        if reading.text.strip()
    ]
    lines.sort(key=lambda line: (line.box.top + line.box.bottom, line.box.left))
    return PageText(tuple(lines), image.pixels.width, image.pixels.height, image.media_type)


def latin_lines(engine: Engine, page: Any) -> tuple[list[Any], list[Reading]]:  # noqa: ANN401  arrays
    """Where lines stand on a page of blue, green and red, and what the recogniser of Latin script reads there."""
    boxes = engine.detector(page)
    readings = engine.latin.read(page, boxes)
    seen = [at for at, reading in enumerate(readings) if reading.text.strip()]
    return [boxes[at] for at in seen], [readings[at] for at in seen]


def _with_thai(thai: ThaiRecogniser, page: Any, boxes: Sequence[Any], latin: Sequence[Reading]) -> list[Reading]:  # noqa: ANN401  arrays
    """The readings, Thai where Thai stands. A page without any costs the doubtful lines' second look only."""
    doubtful = {at: _read_thai(thai, page, boxes[at]) for at, line in enumerate(latin) if is_doubtful(line)}
    if not shows_thai((latin[at], reading) for at, reading in doubtful.items()):
        return list(latin)
    return [
        chosen(line, doubtful[at] if at in doubtful else _read_thai(thai, page, boxes[at]))
        for at, line in enumerate(latin)
    ]


def _read_thai(thai: ThaiRecogniser, page: Any, box: Any) -> Reading:  # noqa: ANN401  arrays
    from adapters.inference.ocr.cutting import cuts_of_line  # noqa: PLC0415

    return max((thai.read(cut) for cut in cuts_of_line(page, box)), key=lambda reading: reading.confidence)


def _upright_box(corners: Iterable[Sequence[float]]) -> Box:
    across, down = zip(*((float(corner[0]), float(corner[1])) for corner in corners), strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _end_with_parent() -> None:
    """A killed parent cannot shut its processes down, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
