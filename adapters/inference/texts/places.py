"""Which places of a text have been understood already; telling takes no longer the more they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Taken:
    """The taken places of one text; spans are from their first place up to, not with, their last."""

    def __init__(self, length: int, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._places = bytearray(length)
        for start, end in spans:
            self.take(start, end)

    def take(self, start: int, end: int) -> None:
        self._places[start:end] = b"\1" * (end - start)

    def touches(self, start: int, end: int) -> bool:
        """Whether any place of a span is taken."""
        return self._places.find(1, start, end) >= 0

    def blanked(self, text: str) -> str:
        """The text with a blank at every taken place."""
        return "".join(" " if taken else char for taken, char in zip(self._places, text, strict=True))
