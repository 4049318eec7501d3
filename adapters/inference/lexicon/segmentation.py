"""Thai words without spaces: the division into the fewest dictionary words, found in linear time.

The library's own tokeniser explores alternatives and may take seconds on hostile input; this one is a
dynamic programme whose work is the length of the text times the longest word.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final

from adapters.inference.lexicon.data import all_thai_phrases, word_list
from adapters.inference.lexicon.openings import lengths_by_opening

LONGEST_WORD: Final = 24
_OPENING: Final = 3
"""Letters by which words are found in the dictionary."""
_MANY_RUNS: Final = 512
_SHORTEST_PART: Final = 4
_KNOWN: Final = 10
_UNKNOWN: Final = 14
_NEVER_FIRST: Final = frozenset("ะัาำิีึืฺุู็่้๊๋์ๅๆฯํ๎")
_NEVER_LAST: Final = frozenset("เแโใไ")
_TWO_WORDS: Final = frozenset(("สองไม้",))
"""Listed as one, but two of something in a spending text."""
_SCALES: Final = ("ร้อย", "พัน", "หมื่น", "แสน", "ล้าน")
"""They end everyday words as well: เรียบร้อย holds no hundred."""
_EXTRA: Final = frozenset(("นึง", "ซาว", "บ.", "มั้ง", "ละ", "ค่า", "ปั๊ม", "แบงค์", "แบงก์"))


@cache
def _common_words() -> frozenset[str]:
    """PyThaiNLP's word list, read as a file: importing the library makes a directory in the user's home."""
    package = find_spec("pythainlp")
    if package is None or package.origin is None:
        msg = "PyThaiNLP is not installed"
        raise ImportError(msg)
    words = Path(package.origin).with_name("corpus").joinpath("words_th.txt").read_text("utf-8").split()
    return frozenset(word for word in words if len(word) <= LONGEST_WORD) - _TWO_WORDS | _EXTRA


@cache
def _dictionary() -> frozenset[str]:
    return _common_words() | all_thai_phrases()


@lru_cache(maxsize=_MANY_RUNS)
def word_starts(run: str) -> tuple[int, ...]:
    """Where the words of a run of Thai letters begin, those inside a listed compound of words included."""
    starts: list[int] = []
    for start, end in _divide(run, _dictionary()):
        starts.append(start)
        starts.extend(start + inner for inner in _starts_inside(run[start:end]))
    return tuple(starts)


@lru_cache(maxsize=4096)
def _starts_inside(word: str) -> tuple[int, ...]:
    """Where words begin inside a compound: a listed one of everyday words, or a listed word with an everyday one.

    บริจาควัด still holds วัด and เติมน้ำมัน holds น้ำมัน, but เซเว่น holds nothing and น้ำใจ holds no น้ำ.
    """
    if word in word_list("number_names"):
        return ()
    common, listed = _common_words(), all_thai_phrases()
    if word in listed and word not in common:
        parts = _divide(word, common)
        return tuple(start for start, _ in parts[1:]) if all(word[a:b] in common for a, b in parts) else ()
    cuts = range(_SHORTEST_PART, len(word))
    heads = [cut for cut in cuts if word[:cut] in listed and word[cut:] in common]
    tails = [len(word) - cut for cut in cuts if word[-cut:] in listed and word[:-cut] in common]
    return tuple(sorted(cut for cut in {*heads, *tails} if not word.endswith(_SCALES) or word[cut:] not in _SCALES))


def _divide(run: str, words: frozenset[str]) -> list[tuple[int, int]]:
    steps = _best_steps(run, words)
    spans, position = [], 0
    while position < len(run):
        spans.append((position, position + steps[position]))
        position += steps[position]
    return spans


def _best_steps(run: str, words: frozenset[str]) -> list[int]:
    """For each place the run may be parted at, the length of the word that begins there in the cheapest division."""
    size, lengths = len(run), _lengths()
    inner = [place for place, (last, first) in enumerate(pairwise(run), 1) if _may_part(last, first)]
    ends = {*inner, size}
    costs = [0] * (size + 1)
    steps = [1] * size
    following = size
    for start in (*reversed(inner), 0) if run else ():
        steps[start], costs[start] = following - start, _UNKNOWN + costs[following]
        known = lengths.get(run[start : start + _OPENING]) or lengths.get(run[start : start + 2])
        for length in known or lengths.get(run[start], ()):
            end = start + length
            if end in ends and _KNOWN + costs[end] <= costs[start] and run[start:end] in words:
                steps[start], costs[start] = length, _KNOWN + costs[end]
        following = start
    return steps


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    return lengths_by_opening((word for word in _dictionary() if len(word) <= LONGEST_WORD), _OPENING)


def _may_part(last: str, first: str) -> bool:
    return first not in _NEVER_FIRST and last not in _NEVER_LAST
