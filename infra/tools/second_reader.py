"""Fits the second opinion on amounts, and tells what it is worth on sets it was not fitted on.

    python -m infra.tools.second_reader fit    write the weights, from all labelled sets
    python -m infra.tools.second_reader held   leave one set out at a time: how often its own choice would be right

A softmax over the values a text's numbers could make, near no preference at all (a ridge). The problem is convex and
starts from nothing, so the same texts give the same weights.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import numbers_told
from adapters.inference.texts.second import WEIGHTS, candidates, score
from tests.eval.labelled import load, sets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.texts.second import Candidates

RIDGE: Final = 0.3
ROUNDS: Final = 400
RATE: Final = 0.05
SURE: Final = 0.9
NOTE: Final = "# Written by infra/tools/second_reader.py from tests/eval/data/texts; see docs/accuracy.md.\n"


class Example(NamedTuple):
    """A text whose amount its numbers can make.

    Attributes:
        right: the amount of the label.
    """

    of: str
    right: Decimal
    made: Candidates


def examples() -> list[Example]:
    """Every labelled text that tells an amount, with all that its numbers could make."""
    return [
        Example(path.stem, Decimal(str(case.expected["amount"])), made)
        for path in sets()
        for case in load(path)
        if case.rejected is None and (made := candidates(numbers_told(read_prose(case.text), case.on)))
    ]


def fit(told: Sequence[Example]) -> dict[str, float]:
    """Weights by trait: gradient descent with momentum of both orders, over all texts at once."""
    usable = [one for one in told if one.right in one.made]
    names = sorted({trait for one in usable for traits in one.made.values() for trait in traits})
    place = {name: number for number, name in enumerate(names)}
    rows = [(text, traits, value == one.right) for text, one in enumerate(usable) for value, traits in one.made.items()]
    table = np.zeros((len(rows), len(names)))
    for number, (_, traits, _) in enumerate(rows):
        table[number, [place[trait] for trait in traits]] = 1
    texts = np.array([text for text, _, _ in rows])
    right = np.array([float(is_right) for _, _, is_right in rows])
    weights = _softmax(table, texts, right)
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _softmax(table: np.ndarray, texts: np.ndarray, right: np.ndarray) -> np.ndarray:
    weights, mean, spread = (np.zeros(table.shape[1]) for _ in range(3))
    for turn in range(1, ROUNDS + 1):
        odds = np.exp(np.clip(table @ weights, -30, 30))
        shares = odds / np.bincount(texts, odds)[texts]
        slope = table.T @ (shares - right) + RIDGE * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
        step = (mean / (1 - 0.9**turn)) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-6)
        weights = weights - RATE * step
    return weights


def held_out(told: Sequence[Example]) -> None:
    """What the reader would choose on each set, fitted on all others."""
    for name in sorted({one.of for one in told}):
        weights = fit([one for one in told if one.of != name])
        chosen = [(*_choice(weights, one.made), one.right) for one in told if one.of == name]
        right = sum(value == expected for value, _, expected in chosen)
        sure = sum(share >= SURE and value != expected for value, share, expected in chosen)
        print(f"{name}: {right} of {len(chosen)} right, {sure} sure and wrong")


def _choice(weights: dict[str, float], made: Candidates) -> tuple[Decimal, float]:
    scores = {value: score(weights, traits) for value, traits in made.items()}
    best = max(scores, key=lambda value: (scores[value], value))
    return best, 1 / sum(float(np.exp(one - scores[best])) for one in scores.values())


def main(arguments: list[str]) -> int:
    if arguments == ["fit"]:
        lines = (f"{name} = {weight}" for name, weight in fit(examples()).items())
        WEIGHTS.write_text(NOTE + "\n[weights]\n" + "\n".join(lines) + "\n", "utf-8")
    elif arguments == ["held"]:
        held_out(examples())
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
