"""What runs inside a recognition process: RapidOCR with the PP-OCRv6 models of its own wheel.

The models know Latin script, digits and Chinese; Thai letters come out as noise with a low confidence.
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
from adapters.inference.ocr.pages import stacked
from workers.ports.errors import ImageError
from workers.ports.inference import Box, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rapidocr import RapidOCR

    from contracts.errors import ErrorCode

NAME: Final = f"rapidocr-{version('rapidocr')}/pp-ocrv6-small+zxing-{version('zxing-cpp')}"


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


class ThisProcess:
    """The process's one engine."""

    engine: RapidOCR | None = None


Answer = PageText | Refusal | Failure


def start_process() -> None:
    """Prepare this process: the parent alone decides when it ends, and nothing it leaves behind lives on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    ThisProcess.engine = load_engine()
    _warm(ThisProcess.engine)


def process_id() -> int:
    return os.getpid()


def read_image(data: bytes) -> Answer:
    try:
        engine = ThisProcess.engine = ThisProcess.engine or load_engine()
        return stacked(_read_page(engine, page) for page in decode_pages(data))
    except ImageError as refused:
        return Refusal(refused.code, refused.reason)
    except Exception as error:  # noqa: BLE001  a vendor's error stays in here: home, it might not even unpickle
        return Failure(f"{type(error).__name__}: {error}"[:200])


def _read_page(engine: RapidOCR, page: DecodedImage) -> PageText:
    return replace(_recognise(engine, page), codes=codes_in(page.pixels))


def load_engine() -> RapidOCR:
    """Load the models by path: given a name only, the library would download what it does not find."""
    import cv2  # noqa: PLC0415  the heavy imports belong to the recognition processes alone
    import rapidocr  # noqa: PLC0415

    cv2.setNumThreads(1)
    models = Path(rapidocr.__file__).parent / "models"
    parameters: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.text_score": 0.0,
        "Global.use_cls": False,
        # One line at a time: padding six lines to the longest costs more than a batch saves on one processor.
        "Rec.rec_batch_num": 1,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
        "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
    }
    return rapidocr.RapidOCR(params=parameters)


def _warm(engine: RapidOCR) -> None:
    """Read a word, because the library loads a model when it first needs it."""
    page = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(page).text((20, 20), "TOTAL 65.00", fill="black", font=ImageFont.load_default(40))
    if not _recognise(engine, DecodedImage(page, "image/png")).lines:
        raise RuntimeError("the recognition models read nothing from a printed word")


def _recognise(engine: RapidOCR, image: DecodedImage) -> PageText:
    import numpy as np  # noqa: PLC0415

    blue_green_red = np.asarray(image.pixels)[:, :, ::-1]
    found: Any = engine(blue_green_red)
    boxes = () if found.boxes is None else found.boxes
    lines = [
        TextLine(text=text, box=_upright_box(corners), confidence=round(float(score), 4))
        for corners, text, score in zip(boxes, found.txts or (), found.scores or (), strict=True)
        if text.strip()
    ]
    lines.sort(key=lambda line: (line.box.top + line.box.bottom, line.box.left))
    return PageText(tuple(lines), image.pixels.width, image.pixels.height, image.media_type)


def _upright_box(corners: Iterable[Sequence[float]]) -> Box:
    across, down = zip(*((float(corner[0]), float(corner[1])) for corner in corners), strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _end_with_parent() -> None:
    """A killed parent cannot shut its processes down, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
