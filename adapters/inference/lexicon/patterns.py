"""Many patterns sought in one text: only those are tried that can be in it, by letters every match of them holds.

Of a hundred patterns for days, codes and cues a text has three. Which letters a pattern cannot do without is read from
the pattern itself, so that none can be forgotten in a list beside it: the standard library's own parser tells its
parts. Where it tells nothing, the pattern is always tried.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as parts  # type: ignore[attr-defined]  # the parser and its names are the library's own
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from adapters.inference.lexicon.prose import A_FEW_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")
_OPENING: Final = 3
_MOST_LETTERS: Final = 8
"""Of a choice of single letters that tells anything."""
_ZERO_WIDTH: Final = frozenset((parts.AT, parts.ASSERT_NOT))
_REPEATS: Final = frozenset((parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT))
Letters = frozenset[str]
"""Strings of which every match holds one; none are known where this is empty."""


class Patterns(Generic[T]):
    """Patterns in an order that matters, with what each is for.

    Attributes:
        rows: all of them.
    """

    def __init__(self, rows: Iterable[tuple[re.Pattern[str], T]]) -> None:
        self.rows = tuple(rows)
        self._always: set[int] = set()
        self._short: dict[str, set[int]] = {}
        self._long: dict[str, dict[str, set[int]]] = {}
        for place, (pattern, _) in enumerate(self.rows):
            needed = letters_of(pattern)
            self._always.update(() if needed else {place})
            for letters in needed:
                opening = letters[:_OPENING]
                known = self._short if len(letters) < _OPENING else self._long.setdefault(opening, {})
                known.setdefault(letters, set()).add(place)

    def likely(self, text: str) -> list[tuple[re.Pattern[str], T]]:
        """Those that may match somewhere in a text, in their order; no other one matches."""
        places = set(self._always)
        for letters in filter(text.__contains__, self._short):
            places |= self._short[letters]
        for opening in self._long.keys() & _threes(text):
            for letters, rows in self._long[opening].items():
                if letters in text:
                    places |= rows
        return [self.rows[place] for place in sorted(places)]


class Sought:
    """One pattern, tried only where a text has letters it needs."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._letters = tuple(letters_of(self._pattern))

    def search(self, text: str) -> re.Match[str] | None:
        """As that of a pattern."""
        return self._pattern.search(text) if self._may_be_in(text) else None

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """As that of a pattern."""
        return self._pattern.finditer(text) if self._may_be_in(text) else ()

    def _may_be_in(self, text: str) -> bool:
        return not self._letters or any(map(text.__contains__, self._letters))


@lru_cache(maxsize=A_FEW_TEXTS)
def _threes(text: str) -> set[str]:
    """Every three letters of a text that stand together."""
    return {text[start : start + _OPENING] for start in range(len(text) - _OPENING + 1)}


def letters_of(pattern: re.Pattern[str]) -> Letters:
    """Strings of which every match of a pattern holds at least one."""
    if pattern.flags & re.IGNORECASE:
        return frozenset()
    return _needed(_parser.parse(pattern.pattern, pattern.flags))


def _needed(sequence: Iterable[tuple[Any, Any]]) -> Letters:
    """The most telling of what each part of a sequence needs; neighbouring letters are one string."""
    found: list[Letters] = []
    together = ""
    for kind, what in sequence:
        if kind is parts.LITERAL:
            together += chr(what)
        elif kind is parts.ASSERT:
            found.append(_needed(what[1]))
        elif kind not in _ZERO_WIDTH:
            found += [_one(together), _needed_by(kind, what)]
            together = ""
    return max([*found, _one(together)], key=_telling)


def _one(letters: str) -> Letters:
    return frozenset((letters,)) if letters else frozenset()


def _needed_by(kind: object, what: Any) -> Letters:  # noqa: ANN401  as many types as there are kinds
    if kind in _REPEATS:
        least, _, repeated = what
        return _needed(repeated) if least else frozenset()
    if kind is parts.SUBPATTERN:
        _, added, _, inner = what
        return frozenset() if added & re.IGNORECASE else _needed(inner)
    if kind is parts.ATOMIC_GROUP:
        return _needed(what)
    if kind is parts.BRANCH:
        return _any_of([_needed(branch) for branch in what[1]])
    if kind is parts.IN and len(what) <= _MOST_LETTERS:
        return _any_of([_one(chr(char)) if is_letter is parts.LITERAL else _one("") for is_letter, char in what])
    return frozenset()


def _any_of(choices: Sequence[Letters]) -> Letters:
    """What one of several needs: nothing is known where nothing is known of one of them."""
    return frozenset().union(*choices) if all(choices) else frozenset()


def _telling(letters: Letters) -> tuple[int, int]:
    """Longer strings tell more, and fewer of them."""
    return min(_OPENING, *map(len, letters), _OPENING) if letters else 0, -len(letters)
