"""Which Thai letter may follow which, and how likely it does: what a recogniser's eyes do not tell.

`can_follow` is orthography: a tone stands on a consonant or its vowel, a leading vowel before a consonant. `Letters`
counts letters after up to four others, in words of a dictionary; it knows spelling habits and no list of names, so a
name it never saw costs no more than its rarest letter.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHIPPED: Final = "models/thai_letters.bin"
ORDER: Final = 5
START: Final = " "
VERSION_DIGITS: Final = 8
REMEMBERED: Final = 20_000

_CONSONANTS: Final = frozenset(map(chr, range(0x0E01, 0x0E2F)))
_TONES: Final = frozenset("่้๊๋")
_CARRIERS: Final[dict[str, frozenset[str]]] = (
    dict.fromkeys("ัิีึื็ํฺุู", _CONSONANTS)
    | dict.fromkeys(_TONES, _CONSONANTS | frozenset("ัิีึืุู"))
    | dict.fromkeys("าำ", _CONSONANTS | _TONES)
    | {"์": _CONSONANTS | frozenset("ิุ"), "ะ": _CONSONANTS | _TONES | {"า"}, "ๅ": frozenset("ฤฦ")}
)
"""What stands right before a mark or a vowel that cannot stand alone."""
_BEFORE_CONSONANTS: Final = frozenset("เแโไใ็ัื")


def is_thai(character: str) -> bool:
    return "\u0e01" <= character <= "\u0e5b"


@cache
def can_follow(before: str, after: str) -> bool:
    """Whether print can have the one character directly after the other, as Thai is stored; `before` may be empty."""
    carriers = _CARRIERS.get(after)
    if carriers is not None:
        return before in carriers
    return before not in _BEFORE_CONSONANTS or after in _CONSONANTS


class Letters:
    """How likely a Thai letter is after others, by counts of up to five in a row (Witten and Bell's interpolation)."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._totals: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        for letters, count in counts.items():
            self._totals[letters[:-1]] += count
            self._kinds[letters[:-1]] += 1
        self._known: dict[str, float] = {}

    def log_chance(self, letters: str) -> float:
        """Natural logarithm of the probability of the last letter after those before it."""
        letters = letters[-ORDER:]
        known = self._known.get(letters)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[letters] = math.log(self._chance(letters))
        return known

    def _chance(self, letters: str) -> float:
        before = letters[:-1]
        if not before:
            return (self._counts.get(letters, 0) + 1) / (self._totals[""] + len(_THAI))
        total = self._totals.get(before, 0)
        shorter = self._chance(letters[1:])
        if not total:
            return shorter
        kinds = self._kinds[before]
        return (self._counts.get(letters, 0) + kinds * shorter) / (total + kinds)


_THAI: Final = [chr(code) for code in range(0x0E01, 0x0E5C)]


def counted(lines: Iterable[tuple[str, int]], fewest: int) -> dict[str, int]:
    """Counts of one to five letters in a row in weighted lines, without long rows seen fewer times than that."""
    counts: Counter[str] = Counter()
    for line, weight in lines:
        padded = START + line
        for end in range(2, len(padded) + 1):
            if is_thai(padded[end - 1]):
                for size in range(1, min(ORDER, end) + 1):
                    counts[padded[end - size : end]] += weight
    return {letters: count for letters, count in counts.items() if len(letters) < 3 or count >= fewest}  # noqa: PLR2004


def packed(counts: Mapping[str, int]) -> bytes:
    """The counts as a file: the same counts give the same bytes."""
    return zlib.compress("\n".join(f"{letters}{count}" for letters, count in sorted(counts.items())).encode(), 9)


def unpacked(content: bytes) -> Letters:
    counts = {}
    for line in zlib.decompress(content).decode().split("\n"):
        letters = line.rstrip("0123456789")
        counts[letters] = int(line[len(letters) :])
    return Letters(counts)


def shipped_content() -> bytes:
    return files("adapters.inference.ocr").joinpath(SHIPPED).read_bytes()


def letters_version() -> str:
    """Short name of the counts' exact content, a part of cache keys."""
    return hashlib.sha256(shipped_content()).hexdigest()[:VERSION_DIGITS]
