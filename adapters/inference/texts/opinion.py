"""A second opinion on whether money was spent: a trained one, beside the words of `unspent`.

A logistic regression over hashed n-grams of letters and words, 8 bits a weight, made by `infra/tools/spent_model.py`.
Rules and opinion overrule one another only where the opinion is sure; in between it takes certainty away. Its card is
`docs/decisions/0056-a-second-opinion-on-what-was-spent.md`.
"""

from __future__ import annotations

import math
import re
import struct
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.ngrams import NOUGHT, checksums, chosen, unsigned
from adapters.inference.lexicon.prose import PLAIN_NUMBER, has_number_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.inference.lexicon.prose import Prose

    Opinion = Callable[[Prose], float]
    """The chance, 0 to 1, that a text tells of money nobody spent."""

MODEL: Final = Path(__file__).with_name("opinion.bin")
BUCKETS: Final = 1 << 16
SHORTEST: Final = 2
LONGEST: Final = 6
WORDS: Final = 3
MOST_LETTERS: Final = 400
CLEARLY_UNSPENT: Final = 0.6
"""From here on a text is refused that no rule refused."""
CLEARLY_SPENT: Final = 0.06
"""Below this a text is read that a rule refused."""
DOUBTFUL: Final = 0.2
"""From here on the amount is less sure."""
_READS_UNSPENT: Final = "the text reads like one of money that was not spent"
_DIGITS: Final = re.compile(r"\d[\d.,:/]*")
_NUMBER: Final = re.compile(rf"{_DIGITS.pattern}|(?:{PLAIN_NUMBER.pattern})")
_HEADER: Final = struct.Struct("<Iff16s")


def chance_unspent(prose: Prose) -> float:
    """The chance that the text tells of money nobody spent; the same text gives the same one everywhere."""
    places = tuple(_buckets(prose))
    scale, constant, weights = unpacked(MODEL, BUCKETS)
    total = added_up(weights, places) * scale
    return 1 / (1 + math.exp(-(total / len(places) ** 0.5 + constant)))


def both_opinions(reason: str | None, chance: float) -> str | None:
    """Why nothing was spent when rules and opinion both spoke, None where something was.

    Args:
        reason: what a rule found, None where it found nothing.
        chance: that of the opinion.
    """
    if reason is not None:
        return None if chance < CLEARLY_SPENT else reason
    return _READS_UNSPENT if chance >= CLEARLY_UNSPENT else None


def chance_of_whole(whole: float, part: float | None) -> float:
    """The chance for a text of which one part tells of money spent, unless the whole clearly tells of none.

    Args:
        whole: of the whole text.
        part: of the part the amount stands in; None where the amount stands in all of it.
    """
    return whole if part is None or whole >= CLEARLY_UNSPENT else part


def doubt_by(chance: float) -> float:
    """The chance as far as it counts: below a bound a text raises no doubt."""
    return 0.0 if chance < DOUBTFUL else chance


def lessened(sure: float, doubt: float) -> float:
    """How sure an amount is that perhaps nobody spent."""
    return round(sure * (1 - doubt), 3) if doubt else sure


def traces(prose: Prose) -> list[int]:
    """The buckets of a text's n-grams of letters and of words, each once; every number is the same one."""
    return sorted(_buckets(prose))


def _buckets(prose: Prose) -> set[int]:
    words, letters = neutral(prose)
    found = checksums(letters, SHORTEST, LONGEST, mark="c") + checksums(words, 1, WORDS, mark="w", between=" ")
    return {trace % BUCKETS for trace in found}


def neutral(prose: Prose, start: int = 0, end: int = MOST_LETTERS) -> tuple[list[str], str]:
    """The words of a text, or of a part of it, and its letters; a nought for every number."""
    words, parts = [], []
    end = min(end, len(prose.folded))
    edges = [edge for edge in prose.places if start <= edge <= end]
    numbers = _NUMBER if has_number_words(prose.folded) else _DIGITS
    for number in (*numbers.finditer(prose.folded, start, end), None):
        until = number.start() if number else end
        inner = [edge for edge in edges if start < edge < until]
        words += [
            word for left, right in pairwise([start, *inner, until]) if (word := prose.folded[left:right].strip())
        ]
        parts.append(prose.folded[start:until])
        if number:
            words.append("0")
            parts.append("0")
            start = number.end()
    return words, f" {' '.join(''.join(parts).split())} "


def pack(weights: Sequence[float], constant: float, digest: bytes) -> bytes:
    """The file of a model: buckets, scale, the constant, what it was trained on, one signed byte a weight."""
    scale = max(map(abs, weights)) / 127
    body = bytes(round(weight / scale) & 0xFF for weight in weights)
    return _HEADER.pack(len(weights), scale, constant, digest) + body


def trained_on(model: Path = MODEL) -> bytes:
    """The digest, 16 bytes, of what a model was trained on; it tells a model older than its texts."""
    digest: bytes = _HEADER.unpack_from(model.read_bytes())[3]
    return digest


@cache
def unpacked(model: Path, buckets: int) -> tuple[float, float, bytes]:
    """The scale, the constant and the weights of a file that `pack` made, the weights as `unsigned` gives them.

    Raises:
        ValueError: it has another number of buckets.
    """
    content = model.read_bytes()
    found, scale, constant, _ = _HEADER.unpack_from(content)
    if found != buckets:
        msg = f"{model.name} has {found} buckets, not {buckets}"
        raise ValueError(msg)
    return scale, constant, unsigned(content[_HEADER.size :])


def added_up(weights: bytes, places: Sequence[int]) -> int:
    """The sum of the weights at some places."""
    return sum(chosen(weights, places)) - NOUGHT * len(places)
