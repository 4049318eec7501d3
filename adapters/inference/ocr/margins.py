"""The part of a page that has anything on it.

A receipt on a scanner's glass covers a quarter of the page: what is shown to the detector had better be that quarter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from adapters.inference.ocr.spelling import Pixels

LOOKED_AT: Final = 400
"""Pixels the longer side of the picture that is searched has at least: a line of print is some of them high."""
EDGE: Final = 20
"""How much lighter or darker than its neighbours a pixel of print is; paper, its grain and soft shadows are below."""
WORD: Final = (9, 3)
SPECK: Final = 30
"""Pixels a patch of print has at least, its letters joined: dust has fewer."""
AROUND: Final = 0.02
WORTH_IT: Final = 0.8


def printed_part(page: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all print, with some room around it; the whole page unless that is much larger."""
    import cv2  # noqa: PLC0415  the heavy imports belong to the recognition processes alone

    height, width = page.shape[:2]
    whole = (0, 0, width, height)
    times = max(height, width) // LOOKED_AT
    if times < 1 or min(height, width) < times:
        return whole
    small = (width // times, height // times)
    even = page[: small[1] * times, : small[0] * times]
    grey = cv2.cvtColor(cv2.resize(even, small, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > EDGE
    words = cv2.morphologyEx(edges.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(WORD[::-1], np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(words)
    patches = [patch for patch in found[1:] if patch[cv2.CC_STAT_AREA] >= SPECK]
    if not patches:
        return whole
    room = AROUND * max(height, width)
    left, top = (min(patch[at] for patch in patches) * times - room for at in (0, 1))
    right, bottom = (max(patch[at] + patch[at + 2] for patch in patches) * times + room for at in (0, 1))
    part = (max(0, round(left)), max(0, round(top)), min(width, round(right)), min(height, round(bottom)))
    small_enough = (part[2] - part[0]) * (part[3] - part[1]) < WORTH_IT * width * height
    return part if small_enough else whole
