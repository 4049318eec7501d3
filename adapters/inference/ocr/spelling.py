"""From a cut-out line to the input of a recogniser, and from its answers to a text. The training uses the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Pixels = NDArray[np.uint8]
Values = NDArray[np.float32]

HEIGHT: Final = 40
STRETCH: Final = 1.1  # Thai letters are narrow: a little wider than they are printed, so that each gets its steps
NARROWEST, WIDEST, STEP = 32, 1_600, 8
FAINTEST: Final = 24


def prepare(line: Pixels) -> Values:
    """Ink (1) on paper (0), `[40, width]`, whatever the light was."""
    import cv2  # noqa: PLC0415  belongs to the recognition processes alone

    height, width = line.shape
    wide = round(width * HEIGHT / height * STRETCH)
    size = (min(WIDEST, max(NARROWEST, -(-wide // STEP) * STEP)), HEIGHT)
    way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(line, size, interpolation=way), dtype=np.float32)
    dark, light = (float(value) for value in np.percentile(scaled, (1, 99)))
    ink = np.clip((light - scaled) / max(light - dark, FAINTEST), 0, 1)
    # There is more paper than ink: a line whose middle grey is ink is printed light on dark.
    return np.asarray(1 - ink if np.median(ink) > 0.5 else ink, dtype=np.float32)  # noqa: PLR2004


def spell(chances: Values, characters: Sequence[str]) -> tuple[str, float]:
    """The text of the best class at each step, and the mean probability of its characters.

    Args:
        chances: probabilities `[steps, classes]`; class 0 is the blank, class n is `characters[n - 1]`.
        characters: what the classes stand for.
    """
    best = chances.argmax(axis=-1)
    starts = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    if not len(starts):
        return "", 0.0
    text = "".join(characters[best[at] - 1] for at in starts)
    return text, float(chances[starts, best[starts]].mean())
