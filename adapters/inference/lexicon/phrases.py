"""Finding listed phrases as whole words: every phrase of a book in one walk over the words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from adapters.inference.lexicon.openings import lengths_by_opening
from adapters.inference.lexicon.prose import A_FEW_TEXTS, Prose, fold, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
_OPENING: Final = 3
"""Letters by which phrases are found."""
EXACT: Final = "="
"""Before a phrase: only with these very capitals, since in small letters it is an everyday word."""


class Found(NamedTuple, Generic[T]):
    """A phrase in a text."""

    start: int
    end: int
    value: T

    def within(self, prose: Prose) -> str:
        """The words as they stand."""
        return prose.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    exactly: str | None


class PhraseBook(Generic[T]):
    """Phrases with what each means.

    A space in a phrase also stands for a hyphen, and for nothing unless that leaves a bare number.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._entries: dict[str, _Entry[T]] = {}
        for phrase, value in phrases:
            self._add(phrase, value)
        self._lengths = lengths_by_opening(self._entries, _OPENING)

    def find(self, prose: Prose) -> list[Found[T]]:
        """The longest phrases, left to right, none overlapping another."""
        found: list[Found[T]] = []
        free = 0
        begun = _openings(prose)
        openings = sorted(self._lengths.keys() & begun.keys(), key=len)  # of one place the longest counts, the last
        lengths = {start: self._lengths[opening] for opening in openings for start in begun[opening]}
        for start in sorted(lengths):
            longest = self._longest(prose, start, lengths[start]) if start >= free else None
            if longest is not None:
                found.append(longest)
                free = longest.end
        return found

    def first(self, prose: Prose) -> Found[T] | None:
        return next(iter(self.find(prose)), None)

    def _longest(self, prose: Prose, start: int, lengths: tuple[int, ...]) -> Found[T] | None:
        for length in reversed(lengths):
            end = start + length
            entry = self._entries.get(prose.folded[start:end])
            if entry is None or end > len(prose.folded) or entry.exactly not in {None, prose.text[start:end]}:
                continue
            last = _word_end(prose, end)
            if last is not None:
                return Found(start, last, entry.value)
        return None

    def _add(self, phrase: str, value: T) -> None:
        exactly = normalise(phrase[1:]) if phrase.startswith(EXACT) else None
        spelled = normalise(phrase.removeprefix(EXACT))
        variants = [spelled, spelled.replace(" ", ""), spelled.replace(" ", "-")]
        for variant in dict.fromkeys(one for one in variants if one == spelled or not one.isdecimal()):
            self._entries.setdefault(fold(variant), _Entry(value, exactly and variant))


@lru_cache(maxsize=A_FEW_TEXTS)
def _openings(prose: Prose) -> dict[str, list[int]]:
    """Where the words of a text begin, by their first letter, first two and so on."""
    found: dict[str, list[int]] = {}
    for start in prose.places:
        for end in range(start + 1, start + _OPENING + 1):
            found.setdefault(prose.folded[start:end], []).append(start)
    return found


def _word_end(prose: Prose, end: int) -> int | None:
    """Where the phrase's word ends, an English plural's s included; None in the middle of a word."""
    if end in prose.edges:
        return end
    if not prose.folded[end - 1].isascii():
        return None
    return next(
        (end + len(s) for s in ("s", "es") if prose.folded.startswith(s, end) and end + len(s) in prose.edges), None
    )
