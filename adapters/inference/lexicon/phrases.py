"""Finding listed phrases as whole words: every phrase of a book in one walk over the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from adapters.inference.lexicon.prose import Prose, fold, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_END: Final = ""
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
        self._root: dict[str, Any] = {}
        for phrase, value in phrases:
            self._add(phrase, value)

    def find(self, prose: Prose) -> list[Found[T]]:
        """The longest phrases, left to right, none overlapping another."""
        found: list[Found[T]] = []
        free = 0
        for start in range(len(prose.text)):
            if start >= free and start in prose.edges:
                longest = self._longest(prose, start)
                if longest is not None:
                    found.append(longest)
                    free = longest.end
        return found

    def first(self, prose: Prose) -> Found[T] | None:
        return next(iter(self.find(prose)), None)

    def _longest(self, prose: Prose, start: int) -> Found[T] | None:
        longest: Found[T] | None = None
        for end, entry in self._entries(prose, start):
            last = _word_end(prose, end)
            if last is not None and entry.exactly in {None, prose.text[start:end]}:
                longest = Found(start, last, entry.value)
        return longest

    def _entries(self, prose: Prose, start: int) -> Iterator[tuple[int, _Entry[T]]]:
        node = self._root
        for position in range(start, len(prose.folded)):
            node = node.get(prose.folded[position], {})
            if not node:
                return
            if _END in node:
                yield position + 1, node[_END]

    def _add(self, phrase: str, value: T) -> None:
        exactly = normalise(phrase[1:]) if phrase.startswith(EXACT) else None
        spelled = normalise(phrase.removeprefix(EXACT))
        variants = [spelled, spelled.replace(" ", ""), spelled.replace(" ", "-")]
        for variant in dict.fromkeys(one for one in variants if one == spelled or not one.isdecimal()):
            node = self._root
            for char in fold(variant):
                node = node.setdefault(char, {})
            node.setdefault(_END, _Entry(value, exactly and variant))


def _word_end(prose: Prose, end: int) -> int | None:
    """Where the phrase's word ends, an English plural's s included; None in the middle of a word."""
    if end in prose.edges:
        return end
    if not prose.folded[end - 1].isascii():
        return None
    return next(
        (end + len(s) for s in ("s", "es") if prose.folded.startswith(s, end) and end + len(s) in prose.edges), None
    )
