"""The reliability diagrams as a PNG. Drawn with Pillow, which reading pictures needs anyway."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from workers.entrypoints.failures import InputError
from workers.evaluation.measures import BINS, Bin
from workers.evaluation.summary import Calibration

SIDE: Final = 400
LEFT: Final = 60
TOP: Final = 60
BOTTOM: Final = 70
PANEL: Final = LEFT + SIDE + 30

INK: Final = "#18181b"
FAINT: Final = "#a1a1aa"
BAR: Final = "#93c5fd"
SAID: Final = "#c2410c"


def save_diagrams(file: Path, calibrations: Mapping[str, Calibration]) -> None:
    """Draw one diagram for each field, side by side.

    Raises:
        InputError: the file cannot be written.
    """
    image = Image.new("RGB", (PANEL * len(calibrations), TOP + SIDE + BOTTOM), "white")
    draw = ImageDraw.Draw(image)
    for number, (name, calibration) in enumerate(calibrations.items()):
        _panel(draw, number * PANEL + LEFT, name, calibration)
    try:
        image.save(file, "PNG")
    except OSError as error:
        raise InputError(f"--png: {file}: {error.strerror or 'cannot be written'}") from None


def _panel(draw: ImageDraw.ImageDraw, left: int, name: str, calibration: Calibration) -> None:
    title = f"{name}: ECE {calibration.error:.3f}, {calibration.answers} answers"
    draw.text((left, 14), title, fill=INK, font=ImageFont.load_default(18))
    draw.text((left, 38), "share right by confidence; the mark is what was said", fill=FAINT, font=_small())
    for one in calibration.bins:
        _column(draw, left, one)
    draw.line([(left, TOP + SIDE), (left + SIDE, TOP)], fill=FAINT)
    draw.rectangle([left, TOP, left + SIDE, TOP + SIDE], outline=INK)
    for tick in range(0, BINS + 1, 2):
        place = tick * SIDE // BINS
        draw.text((left + place, TOP + SIDE + 22), f"{tick / BINS:.1f}", fill=INK, font=_small(), anchor="mt")
        draw.text((left - 8, TOP + SIDE - place), f"{tick / BINS:.1f}", fill=INK, font=_small(), anchor="rm")
    draw.text((left + SIDE // 2, TOP + SIDE + 44), "confidence", fill=INK, font=_small(), anchor="mt")


def _column(draw: ImageDraw.ImageDraw, left: int, one: Bin) -> None:
    if one.said is None or one.right.value is None:
        return
    first, last = left + round(one.low * SIDE), left + round(one.high * SIDE)
    floor = TOP + SIDE
    draw.rectangle([first + 2, floor - round(one.right.value * SIDE), last - 2, floor], fill=BAR)
    said = floor - round(one.said * SIDE)
    draw.line([(first + 2, said), (last - 2, said)], fill=SAID, width=3)
    draw.text(((first + last) // 2, floor + 6), str(one.right.of), fill=FAINT, font=_small(), anchor="mt")


def _small() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(12)
