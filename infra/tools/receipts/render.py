"""Print a document: rows of text on clean paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Typeface:
    """The fonts of a look. Thai letters are set in a font that has them."""

    look: Look
    builtin: bool

    def font(self, text: str, *, bold: bool, scale: float = 1.0) -> Font:
        regular, heavy, size = FONTS[self.look]
        thai = any("\u0e00" <= char <= "\u0e7f" for char in text)
        names = THAI_FONTS if thai else (regular, heavy)
        return _load(None if self.builtin else names[bold], round(size * scale))


def render(markup: str, look: Look, *, builtin_fonts: bool = False) -> Image.Image:
    """A grey image of the document; `builtin_fonts` asks for the one font Pillow itself carries (no Thai)."""
    face = Typeface(look, builtin_fonts)
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
        scale = min(1.35, (width - 2 * MARGIN) / max(1.0, face.font(heading, bold=True).getlength(heading)))
        _centred(draw, heading, face.font(heading, bold=True, scale=scale), place)
    elif row.startswith("^ "):
        text = row[2:]
        _centred(draw, text, face.font(text, bold=False), place)
    else:
        bold = row.startswith("! ")
        left, _, right = row.removeprefix("! ").partition(" | ")
        font = face.font(left + right, bold=bold)
        draw.text((MARGIN, top), left.strip(), font=font, fill=INK)
        draw.text((width - MARGIN, top), right.strip(), font=font, fill=INK, anchor="ra")


def _centred(draw: ImageDraw.ImageDraw, text: str, font: Font, place: tuple[int, int]) -> None:
    width, top = place
    draw.text((width // 2, top), text, font=font, fill=INK, anchor="ma")


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
