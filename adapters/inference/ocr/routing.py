"""Which recogniser's answer counts for a line: the Latin one's or the Thai one's, and what of both where they mix.

The Latin recogniser has no Thai letters and answers Thai with look-alikes ("รวม" as "sาu"), mostly unsure. The Thai one
knows digits and Latin letters too, but reads them worse. So a line with Thai letters is the Thai one's, with the
numbers and Latin words in it taken from the Latin one; every other line stays exactly as the Latin one read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Chosen on held-out fonts and on English receipts, see docs/decisions/0021-thai-line-recogniser.md.
LATIN_SURE: Final = 0.9
THAI_SURE: Final = 0.75
THAI_LIKELY: Final = 0.5
CLEAR_LETTERS: Final = 4
FEWEST_LETTERS: Final = 1
ALIKE: Final = 0.6

_LETTER: Final = re.compile("[ก-ฮ]")
# The S of INSURANCE is read as ร where the page has Thai.
_LOOK_ALIKE: Final = re.compile(r"(?<=[A-Za-z])[ก-๎]{1,2}(?![ก-๎])|(?<![ก-๎])[ก-๎]{1,2}(?=[A-Za-z])")
# Vowels and tones stand on a consonant; elsewhere a speck of dirt was read as one.
_STRAY_MARK: Final = re.compile(r"(?<![ก-ฮัิีึืฺุู็-๎])[ัิีึืฺุู็-๎]+")
_TOKEN: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.,:/\-*#&'@+]*[0-9A-Za-z])?%?")
_DIGIT: Final = re.compile("[0-9]")
_AMOUNT: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*\.[0-9]{2}")
_FIGURES: Final = re.compile(r"(?<![A-Za-z0-9.,:/\-])[0-9](?:[0-9 .,:/\-]*[0-9])?(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one recogniser made of a line, with its own confidence (0..1)."""

    text: str
    confidence: float


def is_doubtful(latin: Reading) -> bool:
    """Whether a page that shows no Thai yet needs the Thai recogniser's view of the line."""
    return latin.confidence < LATIN_SURE


def shows_thai(pairs: Iterable[tuple[Reading, Reading]]) -> bool:
    """Whether a page has Thai on it: a line that one recogniser cannot read and the other can."""
    return any(is_doubtful(latin) and _is_clear(thai) for latin, thai in pairs)


def chosen(latin: Reading, thai: Reading) -> Reading:
    """The line of a page that shows Thai."""
    text = tidy(thai.text)
    letters = len(_LETTER.findall(_LOOK_ALIKE.sub("", text)))
    needed = THAI_SURE if not is_doubtful(latin) else THAI_LIKELY
    if letters < FEWEST_LETTERS or thai.confidence < needed:
        return latin
    return Reading(merged(latin.text, text), thai.confidence)


def tidy(text: str) -> str:
    """The text without vowels and tones that stand on nothing."""
    return " ".join(_STRAY_MARK.sub("", text).split())


def merged(latin: str, thai: str) -> str:
    """The Thai reading with the Latin one's numbers and words, where both tell which they are."""
    figures, own = _only_figures(latin), _only_figures(thai)
    if figures and own:
        figures = _first_digits(figures, len(_digits(own)))
        if _agree(_digits(figures), _digits(own)) and not _AMOUNT.fullmatch(own):
            thai = thai.replace(own, figures)
    return _with_tokens(thai, _TOKEN.findall(latin))


def _is_clear(thai: Reading) -> bool:
    return thai.confidence >= THAI_SURE and len(_LETTER.findall(thai.text)) >= CLEAR_LETTERS


def _only_figures(text: str) -> str | None:
    """The one stretch of numbers in a text: a date with its time, an amount. None when there are several or none."""
    found = _FIGURES.findall(text)
    return found[0] if len(found) == 1 else None


def _digits(figures: str) -> str:
    return "".join(_DIGIT.findall(figures))


def _first_digits(figures: str, count: int) -> str:
    """Up to the last of so many digits: a Thai letter after a number may have been read as one more."""
    places = [match.end() for match in _DIGIT.finditer(figures)]
    return figures[: places[count - 1]] if 0 < count <= len(places) else figures


def _with_tokens(thai: str, tokens: Sequence[str]) -> str:
    """Put the Latin reading's tokens, in their order, in the place of those they resemble."""
    left = list(tokens)

    def better(match: re.Match[str]) -> str:
        own = match.group()
        for at, other in enumerate(left):
            if _kind(own) == _kind(other) and _agree(own, other):
                del left[: at + 1]
                return other
        return own

    return _TOKEN.sub(better, thai)


def _agree(left: str, right: str) -> bool:
    """Whether two readings are of the same characters: most of them are equal, place by place."""
    equal = sum(a == b for a, b in zip(left, right, strict=False))
    return len(left) == len(right) and equal >= ALIKE * len(left)


def _kind(token: str) -> tuple[bool, bool]:
    return any(character.isdigit() for character in token), any(character.isalpha() for character in token)
