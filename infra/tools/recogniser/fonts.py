"""The fonts lines are drawn with: fetched by the package managers' own clients, cached, never committed.

Every family is under the SIL Open Font License or, for the Debian families, the GPL with the font exception. Some are
held out: the recogniser is never trained on them, and what is published was measured on them alone.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from PIL import ImageFont, features

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_CACHE: Final = Path.home() / ".cache" / "poon-recogniser"

_NPM: Final = (
    "anuphan", "bai-jamjuree", "chakra-petch", "fahkwang", "ibm-plex-sans-thai", "itim", "k2d", "kanit", "krub",
    "niramit", "noto-sans-thai", "noto-serif-thai", "prompt", "sarabun", "sriracha", "taviraj", "trirong",
)  # fmt: skip
_TLWG: Final = (
    "Garuda", "Kinnari", "Laksaman", "Loma", "Norasi", "Purisa", "Sawasdee", "TlwgMono", "TlwgTypewriter",
    "TlwgTypist", "TlwgTypo", "Umpush", "Waree",
)  # fmt: skip
_ARUNDINA: Final = ("ArundinaSans", "ArundinaSansMono", "ArundinaSerif")
_LATIN: Final = ("DejaVuSansMono", "LiberationSans", "LiberationMono")
_DEBIAN: Final = (
    *(f"fonts-tlwg-{family.removeprefix('Tlwg').lower()}-ttf" for family in _TLWG),
    "fonts-arundina",
    "fonts-dejavu-core",
    "fonts-liberation",
)
_WEIGHTS: Final = ("300", "400", "500", "600", "700")
_STYLES: Final = ("", "-Bold", "-Oblique", "-Italic", "-Light")

Share = Literal["train", "choose", "test"]
# Chosen before the first training: sans and serif, with and without loops; Krub, Niramit and Trirong came later, never
# trained on. "choose" served every decision, "test" none.
HELD_OUT: Final[dict[str, Share]] = {
    "Umpush": "choose",
    "taviraj": "choose",
    "krub": "choose",
    "niramit": "choose",
    "trirong": "choose",
    "ibm-plex-sans-thai": "test",
    "Norasi": "test",
    "bai-jamjuree": "test",
}


@dataclass(frozen=True, slots=True)
class Face:
    """A Thai font and the one that Latin letters and digits beside it are set in."""

    thai: Path
    latin: Path

    def runs(self, text: str, size: int) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
        """The parts of a text with the font of each, left to right."""
        for is_thai, characters in groupby(text, key=is_thai_letter):
            yield "".join(characters), load(self.thai if is_thai else self.latin, size)


def is_thai_letter(character: str) -> bool:
    return "\u0e01" <= character <= "\u0e5b"


@cache
def load(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size, pixels; Thai marks are placed by HarfBuzz, which has to be there."""
    if not features.check("raqm"):
        raise RuntimeError(
            "Pillow finds no libfribidi, without which Thai marks are misplaced: apt install libfribidi0"
        )
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)


def faces(share: Share, cache_folder: Path) -> list[Face]:
    """The faces of a share, in a fixed order; `fetch` before."""
    found = [*_web_faces(share, cache_folder / "npm"), *_debian_faces(share, cache_folder / "debian")]
    if not found:
        raise FileNotFoundError(f"no fonts under {cache_folder}: run `python -m infra.tools.recogniser fonts`")
    return found


def fetch(cache_folder: Path) -> None:
    """Download and unpack what is not in the cache yet, with npm and apt-get."""
    for name in _NPM:
        target = cache_folder / "npm" / name
        if not target.exists():
            _fetch_npm(f"@fontsource/{name}", target)
    for package in _DEBIAN:
        target = cache_folder / "debian" / package
        if not target.exists():
            _fetch_debian(package, target)


def _fetch_npm(package: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")


def _fetch_debian(package: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)


def _web_faces(share: Share, folder: Path) -> Iterator[Face]:
    """Web fonts come cut by script, a file for Thai and one for Latin."""
    for name in _NPM:
        if HELD_OUT.get(name, "train") != share:
            continue
        for weight in _WEIGHTS:
            thai, latin = (folder / name / "package" / "files" / f"{name}-{script}-{weight}-normal.woff2"
                           for script in ("thai", "latin"))  # fmt: skip
            if thai.exists() and latin.exists():
                yield Face(thai, latin)


def _debian_faces(share: Share, folder: Path) -> Iterator[Face]:
    latin = {path.stem: path for path in sorted(folder.rglob("*.ttf"))}
    for number, family in enumerate((*_TLWG, *_ARUNDINA)):
        if HELD_OUT.get(family, "train") != share:
            continue
        for style in _STYLES:
            path = latin.get(family + style)
            if path is not None:
                yield Face(path, path)
        # Tills set Thai beside the digits of another font.
        other = latin.get(_LATIN[number % len(_LATIN)]) or latin.get(f"{_LATIN[number % len(_LATIN)]}-Regular")
        if other is not None and family in latin:
            yield Face(latin[family], other)
