"""How long the words of a list are that begin with the same letters, so that few are looked up where a text goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def lengths_by_opening(words: Iterable[str], letters: int) -> dict[str, tuple[int, ...]]:
    """The lengths, shortest first, by the first letters of the words.

    A word with fewer letters counts for every opening that begins with it, and is an opening itself.

    Args:
        words: the list; an empty word is none.
        letters: of an opening.
    """
    known = {word for word in words if word}
    found: dict[str, set[int]] = {}
    for word in known:
        found.setdefault(word[:letters], set()).add(len(word))
    for opening, lengths in found.items():
        lengths.update(size for size in range(1, len(opening)) if opening[:size] in known)
    return {opening: tuple(sorted(lengths)) for opening, lengths in found.items()}
