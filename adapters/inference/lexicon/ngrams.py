"""The n-grams of a text as numbers: checksums, each continued from the one of the n-gram it goes on from."""

from __future__ import annotations

from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final, TypeVar
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")
_UNSIGNED: Final = bytes(value ^ 0x80 for value in range(256))
NOUGHT: Final = 128
"""What a weight of nothing is among the weights as `unsigned` gives them."""


def checksums(parts: Sequence[str], shortest: int, longest: int, *, mark: str = "", between: str = "") -> list[int]:
    """The CRC-32 of every n-gram, with `mark` before it and `between` its parts: that of "wbread and" for two words.

    One that comes again is told again.

    Args:
        parts: letters or words, in order.
        shortest: how many parts an n-gram has at least.
        longest: and at most.
        mark: what every n-gram begins with.
        between: what stands between its parts.
    """
    begun = crc32(mark.encode())
    sums = [crc32(part.encode(), begun) for part in parts]
    following = [(between + part).encode() for part in parts]
    found = sums if shortest == 1 else []
    for size in range(2, longest + 1):
        sums = list(map(crc32, islice(following, size - 1, None), sums))
        if size >= shortest:
            found = found + sums
    return found


def chosen(table: Sequence[T], places: Sequence[int]) -> tuple[T, ...]:
    """What stands at some places of a table."""
    return itemgetter(*places)(table) if len(places) > 1 else tuple(table[place] for place in places)


def unsigned(weights: Iterable[int]) -> bytes:
    """Signed bytes as unsigned ones, `NOUGHT` more each: a sum of them is the sum of the weights and so many noughts.

    A byte without a sign is read in half the time, and is a number Python has ready.
    """
    return bytes(weights).translate(_UNSIGNED)
