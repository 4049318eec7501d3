"""What life does to a document and a camera to its picture. Every step draws from one seeded generator."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from infra.tools.receipts.documents import Look

Grey = NDArray[np.float32]
PAPER: Final = (250.0, 247.0, 238.0)
TABLES: Final = ((92.0, 70.0, 52.0), (60.0, 62.0, 66.0), (176.0, 170.0, 160.0))


def age(page: Image.Image, wear: float, rng: np.random.Generator) -> Image.Image:
    """Thermal fade, folds, paper grain and uneven light on the page itself."""
    ink = 1.0 - np.asarray(page, dtype=np.float32) / 255.0
    height, width = ink.shape
    ink *= 1.0 - 0.7 * wear * _blotches((height, width), rng)
    shade = 1.0 - 0.4 * wear * _slope((height, width), rng)
    for _ in range(round(2 * wear)):
        shade *= _fold(height, width, rng)
    grain = rng.normal(0.0, 2.0 + 4.0 * wear, (height, width)).astype(np.float32)
    colours = [np.clip((level * (1.0 - ink)) * shade + grain, 0, 255) for level in PAPER]
    return Image.fromarray(np.stack(colours, axis=-1).astype(np.uint8), "RGB")


def photograph(paper: Image.Image, wear: float, rng: np.random.Generator) -> Image.Image:
    """Lay the page on a table, slightly turned, and take it from an angle, slightly out of focus."""
    border = 24
    table = TABLES[int(rng.integers(len(TABLES)))]
    scene = Image.new("RGB", (paper.width + 2 * border, paper.height + 2 * border), _rgb(table))
    scene.paste(paper, (border, border))
    scene = scene.rotate(
        float(rng.uniform(-1.6, 1.6)) * wear, Image.Resampling.BICUBIC, expand=False, fillcolor=_rgb(table)
    )
    lean = 0.05 * wear
    corners = [(0, 0), (0, scene.height), (scene.width, scene.height), (scene.width, 0)]
    moved = [(x + rng.uniform(-lean, lean) * scene.width, y + rng.uniform(-lean, lean) * 0.5 * scene.height)
             for x, y in corners]  # fmt: skip
    scene = scene.transform(
        scene.size, Image.Transform.PERSPECTIVE, _perspective(corners, moved), Image.Resampling.BICUBIC,
        fillcolor=_rgb(table),
    )  # fmt: skip
    return scene.filter(ImageFilter.GaussianBlur(0.5 + 0.8 * wear))


def screenshot(page: Image.Image, wear: float, rng: np.random.Generator) -> Image.Image:
    """A banking app's screen: a tinted card, passed on through a chat that shrinks pictures."""
    tint = np.array([float(rng.uniform(225, 250)) for _ in range(3)], dtype=np.float32)
    grey = np.asarray(page, dtype=np.float32)[..., None] / 255.0
    card = Image.fromarray((grey * tint).astype(np.uint8), "RGB")
    shrink = 1.0 - 0.4 * wear
    small = card.resize((round(card.width * shrink), round(card.height * shrink)), Image.Resampling.BILINEAR)
    return small.filter(ImageFilter.GaussianBlur(0.6 * wear))


def wear_down(page: Image.Image, look: Look, wear: float, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    if look == "screen":
        return screenshot(page, wear, rng)
    return photograph(age(page, wear, rng), wear, rng)


def encode(image: Image.Image, suffix: str, wear: float) -> bytes:
    """JPEG at a quality that sinks with wear; a PNG keeps a palette of 64 colours."""
    buffer = io.BytesIO()
    if suffix == ".png":
        image.quantize(64).save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "JPEG", quality=round(82 - 27 * wear), optimize=True)
    return buffer.getvalue()


def _rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    return (round(colour[0]), round(colour[1]), round(colour[2]))


def _blotches(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    coarse = Image.fromarray((rng.random((6, 4)) * 255).astype(np.uint8), "L")
    smooth = coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(smooth, dtype=np.float32) / 255.0


def _slope(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    down = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None]
    across = np.linspace(0.0, 1.0, shape[1], dtype=np.float32)[None, :]
    share = float(rng.random())
    plane = share * down + (1.0 - share) * across
    turned = 1.0 - plane if rng.random() < 0.5 else plane  # noqa: PLR2004  a fair coin
    return np.asarray(turned, dtype=np.float32)


def _fold(height: int, width: int, rng: np.random.Generator) -> Grey:
    crease = float(rng.uniform(0.2, 0.8)) * height
    distance = np.arange(height, dtype=np.float32) - crease
    dark = 0.16 * np.exp(-((distance / 5.0) ** 2)) - 0.06 * np.exp(-(((distance - 12.0) / 9.0) ** 2))
    return np.repeat((1.0 - dark)[:, None], width, axis=1).astype(np.float32)


def _perspective(target: list[tuple[int, int]], source: list[tuple[float, float]]) -> tuple[float, ...]:
    """The eight coefficients that map target corners back onto source corners."""
    rows: list[list[float]] = []
    values: list[float] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows), np.array(values)))
