"""Finding the lines of a page.

What is printed on a page is scaled to one of a few sheets, all with about the same number of pixels and of different
proportions. So a page costs the same whatever its size, and the runtime meets few shapes: what it prepares for one
serves the next page.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from adapters.inference.ocr.inference import HALF, Network, read_model, taking_pictures
from adapters.inference.ocr.margins import printed_part

if TYPE_CHECKING:
    from adapters.inference.ocr.spelling import Pixels
    from adapters.inference.ocr.tiers import Reader

Corners = NDArray[np.float32]

STEP: Final = 32
"""Sides are multiples of it: the detector halves a picture five times."""
PROPORTIONS: Final = tuple(1.18**step for step in range(-7, 8))
"""Width by height: from 1 : 3.2 to 3.2 : 1, the next one at most 9 % away."""
LARGEST: Final = 1.7
"""How many times larger than it is a page may get: more shows the detector nothing new."""
LARGE_SHEET: Final = 1.6
"""What a page of fine print gets, compared with the others."""


class Detector:
    """Finds lines. Belongs to a recognition process."""

    def __init__(self, reader: Reader) -> None:
        """Load the weights; raises UnusableModelError when they are not installed."""
        from rapidocr.ch_ppocr_det.utils import DBPostProcess  # noqa: PLC0415  belongs to recognition processes alone

        model = taking_pictures(read_model(reader.detector.path), HALF, HALF)
        self._network = Network(model)
        self._sheet, self._least_scale = reader.sheet, reader.least_scale
        self._outlines = DBPostProcess(thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True)

    def __call__(self, page: Pixels) -> list[Corners]:
        """The corners of each line of a page `[height, width, 3]`, top left first and clockwise."""
        import cv2  # noqa: PLC0415

        left, top, right, bottom = printed_part(page)
        part = _proportioned(page[top:bottom, left:right])
        height, width = part.shape[:2]
        sheet = sheet_for(width, height, self._sheet, self._least_scale)
        scaled = np.asarray(cv2.resize(_halved(part, sheet), sheet), dtype=np.uint8)
        (chances,) = self._network(scaled[None])
        boxes, _ = self._outlines(chances, (height, width))
        corners = np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)
        corners = np.clip(corners + np.array((left, top), np.float32), 0, np.array(page.shape[1::-1], np.float32))
        return list(_in_reading_order(corners))


def sheet_for(width: int, height: int, millions: float, least_scale: float = 0.0) -> tuple[int, int]:
    """Width and height of the sheet a page is shown on.

    Args:
        width: of the page, pixels.
        height: of the page, pixels.
        millions: pixels the sheet is to have, about.
        least_scale: a page that would be scaled below it gets a larger sheet.
    """
    proportion = min(PROPORTIONS, key=lambda known: abs(math.log(known * height / width)))
    pixels = millions * 1e6
    if pixels < least_scale**2 * width * height:
        pixels *= LARGE_SHEET
    pixels = min(pixels, LARGEST**2 * width * height)
    return _whole(math.sqrt(pixels * proportion)), _whole(math.sqrt(pixels / proportion))


def _proportioned(page: Pixels) -> Pixels:
    """The page, with white below or beside it where it is too flat or too thin for any sheet."""
    import cv2  # noqa: PLC0415

    height, width = page.shape[:2]
    below = math.ceil(width / PROPORTIONS[-1]) - height
    beside = math.ceil(height * PROPORTIONS[0]) - width
    if max(below, beside) <= 0:
        return page
    bordered = cv2.copyMakeBorder(page, 0, max(0, below), 0, max(0, beside), cv2.BORDER_CONSTANT, value=(255, 255, 255))
    return np.asarray(bordered, dtype=np.uint8)


def _halved(page: Pixels, sheet: tuple[int, int]) -> Pixels:
    """The page as often halved as it is twice as large as the sheet: finer print would be skipped, not averaged."""
    import cv2  # noqa: PLC0415

    while page.shape[1] >= 2 * sheet[0] and page.shape[0] >= 2 * sheet[1]:
        width, height = page.shape[1] // 2, page.shape[0] // 2
        even = page[: 2 * height, : 2 * width]
        page = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return page


def _whole(side: float) -> int:
    return max(STEP, round(side / STEP) * STEP)


def _in_reading_order(boxes: Any) -> Any:  # noqa: ANN401  arrays
    from rapidocr.ch_ppocr_det.main import TextDetector  # noqa: PLC0415

    return TextDetector.sorted_boxes(boxes)
