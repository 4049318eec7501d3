"""Print a document: rows of text on clean paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.tools.receipts.documents import Look

FONT_FOLDERS: Final = (Path("/usr/share/fonts/truetype"), Path("/usr/share/fonts"))
FONTS: Final[dict[Look, tuple[str, str, int]]] = {
    "till": ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", 22),
    "printed": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", 23),
    "screen": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", 25),
}
THAI_FONTS: Final = ("Garuda.ttf", "Garuda-Bold.ttf")
WIDTHS: Final[dict[Look, int]] = {"till": 560, "printed": 680, "screen": 640}
MARGIN: Final = 32
INK: Final = 35

Font = ImageFont.FreeTypeFont
Run = tuple[str, Font]


class Typeface(Protocol):
    """What rows are set in."""

    def runs(self, text: str, *, bold: bool, scale: float = 1.0) -> Sequence[Run]:
        """The parts of a text with the font of each, left to right."""
        ...


@dataclass(frozen=True, slots=True)
class DemoTypeface:
    """The fonts of a look. A row with Thai letters is set in a font that has them."""

    look: Look
    builtin: bool

    def runs(self, text: str, *, bold: bool, scale: float = 1.0) -> Sequence[Run]:
        regular, heavy, size = FONTS[self.look]
        thai = any("\u0e00" <= char <= "\u0e7f" for char in text)
        names = THAI_FONTS if thai else (regular, heavy)
        return ((text, _load(None if self.builtin else names[bold], round(size * scale))),)


def render(markup: str, look: Look, *, builtin_fonts: bool = False) -> Image.Image:
    """A grey image of the document; `builtin_fonts` asks for the one font Pillow itself carries (no Thai)."""
    return render_in(DemoTypeface(look, builtin_fonts), markup, look)


def render_in(face: Typeface, markup: str, look: Look) -> Image.Image:
    """A grey image of the document, set in the typeface."""
    rows = markup.splitlines()
    pitch = round(FONTS[look][2] * 1.55)
    width = WIDTHS[look]
    page = Image.new("L", (width, pitch * (len(rows) + 3)), 255)
    draw = ImageDraw.Draw(page)
    for number, row in enumerate(rows):
        _draw_row(draw, face, row, (width, round(pitch * (number + 1.5))))
    return page


def _draw_row(draw: ImageDraw.ImageDraw, face: Typeface, row: str, place: tuple[int, int]) -> None:
    width, top = place
    if row == "---":
        draw.line((MARGIN, top + 14, width - MARGIN, top + 14), fill=INK, width=2)
    elif row.startswith("# "):
        heading = row[2:]
        scale = min(1.35, (width - 2 * MARGIN) / max(1.0, _length(face.runs(heading, bold=True))))
        _print(draw, face.runs(heading, bold=True, scale=scale), (width // 2, top), "m")
    elif row.startswith("^ "):
        _print(draw, face.runs(row[2:], bold=False), (width // 2, top), "m")
    else:
        bold = row.startswith("! ")
        left, _, right = row.removeprefix("! ").partition(" | ")
        _print(draw, face.runs(left.strip(), bold=bold), (MARGIN, top), "l")
        _print(draw, face.runs(right.strip(), bold=bold), (width - MARGIN, top), "r")


def _length(runs: Sequence[Run]) -> float:
    return sum(font.getlength(part) for part, font in runs)


def _print(draw: ImageDraw.ImageDraw, runs: Sequence[Run], place: tuple[int, int], align: str) -> None:
    """Print from, around or up to a place: fonts that stand side by side share a base line."""
    across, top = place
    if len(runs) == 1:
        draw.text((across, top), runs[0][0], font=runs[0][1], fill=INK, anchor=f"{align}a")
        return
    base = top + max((font.getmetrics()[0] for _, font in runs), default=0)
    at = across - _length(runs) * {"l": 0.0, "m": 0.5, "r": 1.0}[align]
    for part, font in runs:
        draw.text((at, base), part, font=font, fill=INK, anchor="ls")
        at += font.getlength(part)


@lru_cache(maxsize=64)
def _load(name: str | None, size: int) -> Font:
    if name is None:
        font = ImageFont.load_default(size)
        if not isinstance(font, ImageFont.FreeTypeFont):
            msg = "Pillow was built without FreeType"
            raise TypeError(msg)
        return font
    for folder in FONT_FOLDERS:
        for path in sorted(folder.rglob(name)):
            return ImageFont.truetype(path, size)
    msg = f"font {name} is missing; Debian has it in fonts-dejavu, fonts-liberation or fonts-thai-tlwg"
    raise FileNotFoundError(msg)
