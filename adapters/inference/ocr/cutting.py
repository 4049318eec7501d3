"""Cutting a line out of a page for the Thai recogniser.

Detectors are trained on scripts whose letters end where their line ends: a box may go through the tones above Thai
letters and the vowels below them. So there is a second cut, grown to the next empty row, if there is one close by:
which of the two holds the line and nothing else, the recogniser's confidence tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from adapters.inference.ocr.spelling import Pixels

Corners = NDArray[np.float32]

MARGIN: Final = 0.3
TALL: Final = 1.5
INK: Final = 0.45
FEWEST_DOTS: Final = 2


def cuts_of_line(page: Pixels, corners: Any) -> list[Pixels]:  # noqa: ANN401  an array of four points
    """The line in a detector's box (top left first, clockwise), upright and grey; if it goes on beyond it, that too."""
    import cv2  # noqa: PLC0415  the heavy imports belong to the recognition processes alone

    box = np.asarray(corners, dtype=np.float32)
    width = max(1, round(float(max(np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[2] - box[3])))))
    height = max(1, round(float(max(np.linalg.norm(box[0] - box[3]), np.linalg.norm(box[1] - box[2])))))
    margin = 0 if height > TALL * width else round(MARGIN * height)
    target = np.array([(0, margin), (width, margin), (width, height + margin), (0, height + margin)], np.float32)
    straight = cv2.getPerspectiveTransform(box, target)
    cut = cv2.warpPerspective(
        page, straight, (width, height + 2 * margin), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    grey = np.asarray(cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if margin == 0:
        return [np.ascontiguousarray(np.rot90(grey)) if height > TALL * width else grey]
    boxed, whole = grey[margin : len(grey) - margin], whole_line(grey, margin)
    return [boxed] if len(whole) == len(boxed) else [boxed, whole]


def whole_line(cut: Pixels, margin: int) -> Pixels:
    """A cut with `margin` rows too many above and below, without those the line does not reach into."""
    inked = _inked_rows(cut)
    top = margin - _reach(inked[:margin][::-1], at_edge=bool(inked[margin]))
    bottom = len(cut) - margin + _reach(inked[len(cut) - margin :], at_edge=bool(inked[len(cut) - margin - 1]))
    return cut[top:bottom]


def _reach(beyond: NDArray[np.bool_], *, at_edge: bool) -> int:
    """How many rows beyond the box belong to it: up to the next empty one; none where a neighbour follows at once."""
    empty = np.flatnonzero(~beyond)
    return int(empty[0]) if at_edge and len(empty) else 0


def _inked_rows(cut: Pixels) -> NDArray[np.bool_]:
    values = cut.astype(np.float32)
    dark, light = (float(value) for value in np.percentile(values, (2, 95)))
    ink = (light - values) / max(light - dark, 1.0)
    return np.asarray((ink > INK).sum(axis=1) >= FEWEST_DOTS, dtype=np.bool_)
