"""Guessing a category by the letters of a text: for misspelled and unlisted words, where the lexicon knows nothing.

A softmax regression over hashed n-grams of letters, 8 bits a weight, made by `infra/tools/category_model.py`.
"""

from __future__ import annotations

import math
import re
import struct
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.inference.lexicon.ngrams import NOUGHT, checksums, chosen, unsigned
from adapters.inference.lexicon.prose import A_FEW_TEXTS
from contracts.values import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL: Final = Path(__file__).with_name("data") / "categories.bin"
BUCKETS: Final = 1 << 14
CATEGORIES: Final = tuple(Category)
SHORTEST: Final = 2
LONGEST: Final = 5
_MOST_LETTERS: Final = 200
_MOST_WORDS: Final = 12
_NO_LETTERS: Final = re.compile(r"[^a-zก-๎]+")
_SAID_OF_MONEY: Final = re.compile(r"บาท|สตางค์|(?<![a-z])(?:baht|thb|paid|spent|for|the|and|with|by)(?![a-z])")
_HEADER: Final = struct.Struct("<If16s")


class Guess(NamedTuple):
    """A category and the share of the model's belief it has."""

    category: Category
    share: float


def grams(text: str) -> list[int]:
    """The buckets of a text's n-grams, each once."""
    words = _NO_LETTERS.sub(" ", _SAID_OF_MONEY.sub(" ", text.lower())).strip()[:_MOST_LETTERS]
    marked = f" {words} " if words else ""
    return sorted({gram % BUCKETS for gram in checksums(marked, SHORTEST, LONGEST)})


@lru_cache(maxsize=A_FEW_TEXTS)
def guess(text: str) -> Guess | None:
    """The likeliest category by letters alone; None for a text without letters."""
    scores = _scores(text)
    if not scores:
        return None
    odds = _odds(scores)
    best = odds.index(max(odds))
    return Guess(CATEGORIES[best], odds[best])


def telling_word(text: str, category: Category) -> str | None:
    """The word that speaks most for a category, as it stands between blanks."""
    place = CATEGORIES.index(category)
    scored = [(_odds(scores)[place], word) for word in text.split()[:_MOST_WORDS] if (scores := _scores(word))]
    return max(scored, key=lambda one: one[0])[1] if scored else None


def _odds(scores: list[float]) -> list[float]:
    """Shares that make one."""
    top = max(scores)
    odds = [math.exp(score - top) for score in scores]
    whole = sum(odds)
    return [one / whole for one in odds]


def _scores(text: str) -> list[float]:
    """How much the letters speak for each category; empty for a text without letters."""
    places = grams(text)
    if not places:
        return []
    scale, weights = _weights()
    noughts, root = NOUGHT * len(places), len(places) ** 0.5
    return [(sum(column) - noughts) * scale / root for column in zip(*chosen(weights, places), strict=True)]


def pack(weights: Sequence[Sequence[float]], digest: bytes) -> bytes:
    """The file of a model: how many buckets, the scale, what it was trained on, one signed byte a weight."""
    scale = max(abs(weight) for row in weights for weight in row) / 127
    body = bytes(round(weight / scale) & 0xFF for row in weights for weight in row)
    return _HEADER.pack(len(weights), scale, digest) + body


def trained_on() -> bytes:
    """The digest, 16 bytes, of what the model was trained on; it tells a model older than the lexicon."""
    _, _, digest = _HEADER.unpack_from(MODEL.read_bytes())
    return bytes(digest)


@cache
def _weights() -> tuple[float, tuple[bytes, ...]]:
    """The scale, and for each bucket what it says of every category."""
    content = MODEL.read_bytes()
    buckets, scale, _ = _HEADER.unpack_from(content)
    if buckets != BUCKETS:
        msg = f"{MODEL.name} has {buckets} buckets, not {BUCKETS}"
        raise ValueError(msg)
    weights, width = unsigned(content[_HEADER.size :]), len(CATEGORIES)
    return scale, tuple(weights[place * width : (place + 1) * width] for place in range(BUCKETS))
