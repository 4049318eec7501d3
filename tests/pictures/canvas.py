"""A sheet measured from its upper left corner, and what is drawn on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image
from PIL.PngImagePlugin import PngInfo

INK: Final = "#1f2328"
FAINT: Final = "#57606a"
RULE: Final = "#d8dee4"
PAPER: Final = "#f3f4f6"
PANEL: Final = "#ffffff"
ACCENT: Final = "#1f6fc4"
WASH: Final = "#dbe9f7"
LIMIT: Final = "#d1242f"
# Petroff's ten, which people who see colours differently can tell apart.
LINES: Final = (
    "#3f90da", "#ffa90e", "#bd1f01", "#832db6", "#94a4a2", "#a96b59", "#e76300", "#717581", "#b9ac70", "#92dadd",
)  # fmt: skip

_DOTS_IN_AN_INCH: Final = 72
_STYLE: Final[Mapping[str, Any]] = {"font.family": "DejaVu Sans", "text.parse_math": False}
_GROUNDS, _AXES, _MARKS = 1, 2, 3
"""What lies over what: a panel's ground must not hide its curves."""
_SHADES: Final = 10
_NEARLY: Final = 8
"""From a colour to the ground beneath it; of all colours they are fewer than the 256 a palette holds."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def within(self, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Box:
        """The same with margins."""
        return Box(self.left + left, self.top + top, self.width - left - right, self.height - top - bottom)


class Canvas:
    """The sheet, whose unit is a dot of the picture. Made and drawn on within its style: `with canvas_style(): ...`."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        size = (width / _DOTS_IN_AN_INCH, height / _DOTS_IN_AN_INCH)
        self.figure = Figure(figsize=size, dpi=_DOTS_IN_AN_INCH, facecolor=PAPER)
        self._place = Affine2D().scale(1 / width, -1 / height).translate(0, 1) + self.figure.transFigure

    def ground(self, box: Box) -> None:
        """What a panel lies on."""
        self.figure.add_artist(
            FancyBboxPatch(
                (box.left, box.top),
                box.width,
                box.height,
                "round,pad=0,rounding_size=3",
                facecolor=PANEL,
                edgecolor=RULE,
                linewidth=1,
                transform=self._place,
                zorder=_GROUNDS,
            )
        )

    def text(self, left: float, baseline: float, words: str, size: float, **more: Any) -> None:  # noqa: ANN401  matplotlib's
        """Words that begin there; `more` is what matplotlib's `Text` takes."""
        options = {"color": INK, "transform": self._place, "zorder": _MARKS, **more}
        self.figure.text(left, baseline, words, fontsize=size, **options)

    def stroke(self, left: float, right: float, height: float, **more: Any) -> None:  # noqa: ANN401  matplotlib's
        """A level line; `more` is what `Line2D` takes."""
        line = Line2D((left, right), (height, height), transform=self._place, zorder=_MARKS, **more)
        self.figure.add_artist(line)

    def axes(self, box: Box) -> Axes:
        """Axes whose inner rectangle this is, without a ground of their own."""
        corner = (box.left / self._width, 1 - box.bottom / self._height)
        axes = self.figure.add_axes((*corner, box.width / self._width, box.height / self._height))
        axes.set_zorder(_AXES)
        axes.set_facecolor("none")
        return axes

    def png(self, told: Mapping[str, str]) -> bytes:
        """All of it in few colours; the same bytes for the same drawing.

        Args:
            told: what the file says of itself, by PNG's keywords.
        """
        drawn, packed = BytesIO(), BytesIO()
        self.figure.savefig(drawn, format="png", facecolor=PAPER, pil_kwargs={"compress_level": 1})
        about = PngInfo()
        for keyword, words in told.items():
            about.add_text(keyword, words, zip=True)
        with Image.open(drawn) as picture:
            few = picture.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True, pnginfo=about)
        return packed.getvalue()


def canvas_style() -> AbstractContextManager[None]:
    """Its style, whatever this machine's matplotlibrc says."""
    return style.context(["default", dict(_STYLE)])


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """How far words reach."""
    font = FontProperties(family=[_STYLE["font.family"]], size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return float(width)


def _palette() -> Image.Image:
    """Every colour there is, and what it becomes at an edge."""
    # Chosen here: a palette worked out from the picture would forget the thin lines.
    on_panels = [(colour, PANEL) for colour in (INK, FAINT, RULE, LIMIT, ACCENT, WASH, *LINES)]
    edges = [shade for pair in (*on_panels, (INK, PAPER)) for shade in _shades(*pair) if not _is_nearly_ground(shade)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in dict.fromkeys((PANEL, PAPER, *edges)) for channel in _channels(colour)])
    return palette


def _shades(colour: str, ground: str) -> Iterable[str]:
    pairs = list(zip(_channels(colour), _channels(ground), strict=True))
    for part in range(1, _SHADES + 1):
        mixed = [round(below + (above - below) * part / _SHADES) for above, below in pairs]
        yield f"#{mixed[0]:02x}{mixed[1]:02x}{mixed[2]:02x}"


def _is_nearly_ground(shade: str) -> bool:
    """Whether Pillow, which looks up groups of neighbouring colours, could take a ground for it."""
    return any(
        max(abs(one - other) for one, other in zip(_channels(shade), _channels(ground), strict=True)) <= _NEARLY
        for ground in (PANEL, PAPER)
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
