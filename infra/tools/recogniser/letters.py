"""Count which Thai letters follow which: ``python -m infra.tools.recogniser.letters [TARGET]``. Takes some seconds.

The lines are words of pythainlp's dictionary alone and joined, as names of shops join them, common words more often
than rare ones, beside shops, people and dishes of the training's vocabulary. Nothing of the documents that reading is
measured on (`infra/tools/receipts/thai_documents.py`) is among them but what the dictionary itself has.
"""

from __future__ import annotations

import random
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pythainlp.corpus import thai_words
from pythainlp.corpus.ttc import word_freqs

from adapters.inference.ocr.letters import START, counted, is_thai, packed
from infra.tools.recogniser import words

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 2568
JOINED: Final = 50_000
MADE_UP: Final = 10_000
FEWEST: Final = 2
TARGET: Final = Path("adapters/inference/ocr/models/thai_letters.bin")


def lines(seed: int = SEED) -> Iterator[tuple[str, int]]:
    """Lines to count in, with how often each counts; the same for the same seed and dictionary."""
    rng = random.Random(seed)
    often = dict(word_freqs())
    known = sorted({word for word in (*thai_words(), *often) if len(word) > 1 and all(map(is_thai, word))})
    known = [word for word in known if "ํา" not in word and "เเ" not in word]
    for word in known:
        yield word, 1
    ends = list(accumulate((1 + often.get(word, 0)) ** 0.5 for word in known))
    for _ in range(JOINED):
        yield "".join(rng.choices(known, cum_weights=ends, k=rng.randint(1, 3))), 1
    for _ in range(MADE_UP):
        said = rng.choice((words.shop, words.shop, words.person, lambda rng: rng.choice(words.DISHES)))(rng)
        for part in "".join(letter if is_thai(letter) else START for letter in said).split():
            yield part, 1


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_bytes(packed(counted(lines(), FEWEST)))


if __name__ == "__main__":
    main()
