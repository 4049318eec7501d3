"""Printed lines as a camera sees them: drawn, worn, photographed, cut out. One seed and number give one line."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from infra.tools.recogniser import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.tools.recogniser.fonts import Face

Grey = NDArray[np.uint8]
Ink = NDArray[np.float32]
EDGE: Final = 12
ALL, HALF, SOME, FEW, RARE = 0.75, 0.5, 0.3, 0.15, 0.06


@dataclass(frozen=True, slots=True)
class Line:
    """A cut-out line, grey, and what it says."""

    pixels: Grey
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """How bad a print and its photograph may be.

    Attributes:
        hardness: 0 (fresh print, scanned) to 1 (worn, a bad photograph).
        crowded: whether the rows above and below come so close that the cut takes them in.
    """

    hardness: float = 1.0
    crowded: bool = True


def line(seed: int, number: int, faces: Sequence[Face], trouble: Trouble) -> Line:
    """The line of that number."""
    rng = random.Random(f"{seed}/{number}")
    noise = np.random.default_rng((seed, number))
    hardness = trouble.hardness
    text = words.line(rng)
    ink = _draw(text, rng.choice(faces), rng.randint(22, 40), rng, crowded=trouble.crowded)
    ink = _bend(_fade(ink, rng, noise, hardness), rng, hardness)
    ink = _crop(ink, rng)
    return Line(_photograph(ink, rng, noise, hardness), text)


def _draw(text: str, face: Face, size: int, rng: random.Random, *, crowded: bool) -> Ink:
    """Ink (1) on paper (0), with what a neighbouring row may leave at the edges of the cut."""
    runs = list(face.runs(text, size))
    width = sum(font.getlength(part) for part, font in runs)
    page = Image.new("L", (int(width) + 2 * EDGE + size, size * 3), 0)
    draw = ImageDraw.Draw(page)
    _print(draw, runs, (EDGE + size // 4, size * 2))
    box = page.getbbox() or (0, 0, page.width, page.height)
    for rows in (-1, 1):
        if rng.random() < (SOME if crowded else FEW):
            pitch = rng.uniform(0.95 if crowded else 1.35, 1.7) * size * rows
            other = round(size * rng.uniform(0.65, 1.1)) if crowded else size
            _print(draw, list(face.runs(words.line(rng), other)), (EDGE - rng.randint(0, 80), round(size * 2 + pitch)))
    left, right = max(0, box[0] - EDGE), min(page.width, box[2] + EDGE)
    top, bottom = max(0, box[1] - EDGE), min(page.height, box[3] + EDGE)
    ink = np.asarray(page.crop((left, top, right, bottom)), dtype=np.float32) / 255.0
    squeeze = rng.uniform(0.78, 1.25) if rng.random() < HALF else 1.0
    return _scaled(ink, squeeze, 1.0)


def _print(
    draw: ImageDraw.ImageDraw, runs: Sequence[tuple[str, ImageFont.FreeTypeFont]], place: tuple[int, int]
) -> None:
    across, base = place
    at = float(across)
    for part, font in runs:
        draw.text((at, base), part, font=font, fill=255, anchor="ls")
        at += font.getlength(part)


def _scaled(ink: Ink, across: float, down: float) -> Ink:
    size = (max(8, round(ink.shape[1] * across)), max(8, round(ink.shape[0] * down)))
    way = cv2.INTER_AREA if min(across, down) < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=way), dtype=np.float32)


def _fade(ink: Ink, rng: random.Random, noise: np.random.Generator, hardness: float) -> Ink:
    """Thermal paper: pale patches, dead columns of the print head, ink that ran or did not take."""
    if rng.random() < HALF * hardness:
        coarse = noise.random((3, max(2, ink.shape[1] // 60))).astype(np.float32)
        ink = ink * (1 - rng.uniform(0.1, 0.65) * cv2.resize(coarse, ink.shape[::-1], interpolation=cv2.INTER_CUBIC))
    if rng.random() < FEW * hardness:
        row = rng.randrange(ink.shape[0])
        ink[row : row + rng.randint(1, 2)] *= rng.uniform(0, 0.6)
    if rng.random() < FEW * hardness:
        ink = ink * (noise.random(ink.shape) > rng.uniform(0.02, 0.2))
    if rng.random() < FEW:
        kernel = np.ones((2, 2), np.uint8)
        ran = rng.random() < HALF
        spread: Any = cv2.dilate(ink, kernel) if ran else cv2.erode(ink, kernel)
        ink = np.asarray(spread if ran else spread * 0.5 + ink * 0.5, dtype=np.float32)
    return np.clip(ink, 0, 1).astype(np.float32)


def _bend(ink: Ink, rng: random.Random, hardness: float) -> Ink:
    """Held at an angle and not quite flat."""
    height, width = ink.shape
    if rng.random() < ALL * hardness:
        lean = 0.10 * height
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        moved = corners + np.array([(rng.uniform(-lean, lean), rng.uniform(-lean, lean)) for _ in corners], np.float32)
        turn = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
        ink = np.asarray(cv2.warpPerspective(ink, turn, (width, height), flags=cv2.INTER_LINEAR), dtype=np.float32)
    if rng.random() < SOME * hardness:
        across = np.arange(width, dtype=np.float32)
        wave = rng.uniform(0.5, 0.06 * height) * np.sin(across / width * rng.uniform(1, 5) + rng.uniform(0, 6))
        columns, rows = np.meshgrid(across, np.arange(height, dtype=np.float32))
        ink = np.asarray(cv2.remap(ink, columns, rows + wave[None].astype(np.float32), cv2.INTER_LINEAR), np.float32)
    return ink


def _crop(ink: Ink, rng: random.Random) -> Ink:
    """A detector's box: loose, sometimes so tight that it touches the marks."""
    rows, columns = np.where(ink.max(axis=1) > HALF)[0], np.where(ink.max(axis=0) > HALF)[0]
    if not len(rows) or not len(columns):
        return ink
    top = max(0, rows[0] - rng.randint(-1, EDGE - 2))
    bottom = min(ink.shape[0], rows[-1] + 1 + rng.randint(-1, EDGE - 2))
    left, right = max(0, columns[0] - rng.randint(0, EDGE)), min(ink.shape[1], columns[-1] + 1 + rng.randint(0, EDGE))
    return ink[top:bottom, left:right]


def _photograph(ink: Ink, rng: random.Random, noise: np.random.Generator, hardness: float) -> Grey:
    target = rng.randint(round(48 - 26 * hardness), 56) if rng.random() < ALL else 48
    ink = _scaled(ink, target / ink.shape[0], target / ink.shape[0])
    dark, paper = rng.uniform(0, 120), rng.uniform(170, 255)
    if rng.random() < RARE:
        dark, paper = paper, dark  # an app's coloured heading
    picture: Any = paper + (dark - paper) * ink
    picture = picture * _light(picture.shape, rng, hardness)
    if rng.random() < ALL:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.3 + 0.9 * hardness))
    if rng.random() < FEW * hardness:
        length = rng.choice((3, 3, 5))
        shake = np.zeros((length, length), np.float32)
        shake[length // 2, :] = 1 / length
        picture = cv2.filter2D(picture, -1, shake if rng.random() < HALF else shake.T)
    picture = picture + noise.normal(0, rng.uniform(0, 14 * hardness), picture.shape)
    grey: Grey = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < HALF:
        quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(round(85 - 55 * hardness), 92)]
        grey = np.asarray(cv2.imdecode(cv2.imencode(".jpg", grey, quality)[1], cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return grey


def _light(shape: tuple[int, ...], rng: random.Random, hardness: float) -> Ink:
    """Light from one side, and the shadow of a fold."""
    across = np.linspace(1, rng.uniform(1 - 0.4 * hardness, 1), shape[1], dtype=np.float32)[None]
    down = np.linspace(1, rng.uniform(1 - 0.25 * hardness, 1), shape[0], dtype=np.float32)[:, None]
    light = (across if rng.random() < HALF else across[:, ::-1]) * down
    if rng.random() < FEW * hardness:
        down_distance = np.arange(shape[0], dtype=np.float32)[:, None] - rng.uniform(0, shape[0])
        light = light * (1 - rng.uniform(0.1, 0.35) * np.exp(-((down_distance / rng.uniform(1.5, 5)) ** 2)))
    return np.asarray(light, dtype=np.float32)
