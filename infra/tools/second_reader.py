"""Fits the second reader of amounts, and tells what it is worth on texts of writers it was not fitted on.

    python -m infra.tools.second_reader fit    write the model where the package carries it
    python -m infra.tools.second_reader held   leave one writer out at a time: rules alone, its own choice, and both

A softmax over the ways to make an amount of a text's numbers, near no preference at all (a ridge, a steeper one for
letters). A label tells the amount and not the way, so all ways that make it count as right together. Run it again after
a change of the labelled sets: a unit test compares the digest of these texts with the model's own. The descent starts
from nothing, so the same texts give the same weights.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import numbers_told, understand
from adapters.inference.texts.makings import Part, makings
from adapters.inference.texts.opinion import pack
from adapters.inference.texts.second import (
    AFTER,
    BEFORE,
    BUCKETS,
    INNER,
    LONGEST,
    MODEL,
    ROWS,
    Choice,
    choice_of,
    scores_by,
)
from contracts.readings import ReadingContext
from infra.tools.spent_model import TESTS, written_for_it
from infra.tools.trained import run
from tests.eval.labelled import load, sets
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.texts.second import Weigher
    from tests.eval.labelled import Labelled

RIDGE: Final = 1.0
RIDGE_OF_LETTERS: Final = 4.0
ROUNDS: Final = 120
RATE: Final = 0.05
SURE: Final = 0.9
UNIT_TESTS: Final = (TESTS / "cases.jsonl", TESTS / "families.jsonl")


class Example(NamedTuple):
    """A text whose amount its numbers can make in more than one way.

    Attributes:
        by: the set, which stands for its writer.
        right: the amount of the label.
        choice: all that its numbers could make.
    """

    by: str
    text: str
    right: Decimal
    choice: Choice


class Fitted(NamedTuple):
    """A model not yet packed: a row of weights for each part, and one for the sorts of ways."""

    weights: np.ndarray

    def weigh(self, choice: Choice) -> list[float]:
        return scores_by(choice, lambda table, rows: float(self.weights[table, list(rows)].sum()))


def examples() -> list[Example]:
    """Every labelled text that tells an amount, with all that its numbers could make, where that leaves a choice."""
    found = []
    for path in (*sets(), *written_for_it(), *UNIT_TESTS):
        for case in load(path):
            if case.rejected is None:
                prose = read_prose(case.text)
                terms = numbers_told(prose, case.on)
                ways = makings(prose.folded, terms)
                right = Decimal(str(case.expected["amount"]))
                if len(ways) > 1 and any(way.value == right for way in ways):
                    found.append(Example(path.stem, case.text, right, choice_of(prose, terms, ways)))
    return found


class _Cells(NamedTuple):
    """All texts as arrays of places: which rows each number has, which cells (a number in a part) each way has."""

    rows: np.ndarray
    number_of_row: np.ndarray
    numbers: int
    cells: np.ndarray
    way_of_cell: np.ndarray
    own: np.ndarray
    way_of_own: np.ndarray
    text_of_way: np.ndarray
    right: np.ndarray


def fit(told: Sequence[Example]) -> Fitted:
    """The weights: gradient descent with momentum of both orders, over all texts at once."""
    cells = _cells(told)
    starts = np.searchsorted(cells.text_of_way, np.arange(len(told)))
    ridge = np.where(np.arange(ROWS) % 2, RIDGE_OF_LETTERS, RIDGE)
    weights, mean, spread = (np.zeros((len(Part) + 1, ROWS)) for _ in range(3))
    for turn in range(1, ROUNDS + 1):
        slope = _slope(cells, starts, weights, len(told)) + ridge * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
        step = (mean / (1 - 0.9**turn)) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-6)
        weights = weights - RATE * step
    return Fitted(weights)


def _slope(cells: _Cells, starts: np.ndarray, weights: np.ndarray, texts: int) -> np.ndarray:
    ways, parts = len(cells.text_of_way), len(Part)
    of_numbers = np.stack(
        [np.bincount(cells.number_of_row, weights[part][cells.rows], cells.numbers) for part in Part], axis=1
    )
    scores = np.bincount(cells.way_of_cell, of_numbers.ravel()[cells.cells], ways)
    scores += np.bincount(cells.way_of_own, weights[parts][cells.own], ways)
    odds = np.exp(np.maximum(scores - np.maximum.reduceat(scores, starts)[cells.text_of_way], -60))
    whole, right = (np.bincount(cells.text_of_way, one, texts)[cells.text_of_way] for one in (odds, odds * cells.right))
    wrong = odds / whole - odds * cells.right / right
    of_cells = np.bincount(cells.cells, wrong[cells.way_of_cell], cells.numbers * parts).reshape(-1, parts)
    slopes = [np.bincount(cells.rows, of_cells[cells.number_of_row, part], ROWS) for part in Part]
    return np.stack([*slopes, np.bincount(cells.own, wrong[cells.way_of_own], ROWS)])


def _cells(told: Sequence[Example]) -> _Cells:
    ways = [(text, one, place) for text, one in enumerate(told) for place in range(len(one.choice.ways))]
    before = np.cumsum([0, *(len(one.choice.of_numbers) for one in told)]).tolist()
    numbers = [sorted(rows) for one in told for rows in one.choice.of_numbers]
    parts = [one.choice.ways[place].parts for _, one, place in ways]
    own = [one.choice.of_ways[place] for _, one, place in ways]
    return _Cells(
        rows=np.array([row for rows in numbers for row in rows]),
        number_of_row=np.repeat(np.arange(len(numbers)), [len(rows) for rows in numbers]),
        numbers=len(numbers),
        cells=np.array(
            [
                (before[text] + place) * len(Part) + part
                for (text, _, _), of_way in zip(ways, parts, strict=True)
                for place, part in enumerate(of_way)
            ]
        ),
        way_of_cell=np.repeat(np.arange(len(ways)), [len(of_way) for of_way in parts]),
        own=np.array([row for rows in own for row in rows]),
        way_of_own=np.repeat(np.arange(len(ways)), [len(rows) for rows in own]),
        text_of_way=np.array([text for text, _, _ in ways]),
        right=np.array([one.choice.ways[place].value == one.right for _, one, place in ways]),
    )


def digest_of(told: Sequence[Example]) -> bytes:
    """Tells one training from another: by its texts and by how it goes about them, not by what rules make of them."""
    settings = (RIDGE, RIDGE_OF_LETTERS, ROUNDS, RATE, BUCKETS, BEFORE, AFTER, LONGEST, INNER)
    texts = [(one.by, one.text, str(one.right)) for one in told]
    return sha256(json.dumps((settings, texts), ensure_ascii=False).encode()).digest()[:16]


def held_out(told: Sequence[Example]) -> None:
    """What rules and a reader fitted on other writers make of each writer's texts, apart and together."""
    whole: Counter[str] = Counter()
    for path in (*sets(), *written_for_it()):
        reader = fit([one for one in told if one.by != path.stem])
        found = sum((_verdicts(case, reader.weigh) for case in load(path)), Counter[str]())
        for one in (one for one in told if one.by == path.stem):
            found["choices"] += 1
            found["chosen"] += _chosen(one.choice, reader) == one.right
        whole += found
        print(f"{path.stem}: {_told(found)}")
    print(f"all: {_told(whole)}")


def _chosen(choice: Choice, reader: Fitted) -> Decimal:
    """The value that all ways to make it make the likeliest."""
    odds: defaultdict[Decimal, float] = defaultdict(float)
    for way, score in zip(choice.ways, reader.weigh(choice), strict=True):
        odds[way.value] += math.exp(score)
    return max(odds, key=lambda value: (odds[value], value))


def _verdicts(case: Labelled, reader: Weigher) -> Counter[str]:
    """Whether the amount is right by rules and with the reader, and whether a wrong one is sure."""
    found = Counter(purchases=int(case.rejected is None))
    for name, second in (("ruled", _indifferent), ("both", reader)):
        try:
            amount = understand(case.text, ReadingContext(reference_date=case.on), second=second).reading.amount
        except RejectionError:
            continue
        right = case.rejected is None and amount.value.amount == Decimal(str(case.expected["amount"]))
        found[name] += right
        found[f"{name}, sure and wrong"] += not right and amount.confidence.value >= SURE
    return found


def _indifferent(choice: Choice) -> list[float]:
    """A reader to whom every way is as good as another, so that it is hardly ever sure."""
    return [0.0] * len(choice.ways)


def _told(found: Counter[str]) -> str:
    return (
        f"of {found['purchases']} amounts {found['ruled']} right by rules, {found['both']} with the reader"
        f" ({found['ruled, sure and wrong']} and {found['both, sure and wrong']} sure and wrong);"
        f" where there is a choice it alone is right in {found['chosen']} of {found['choices']}"
    )


def write() -> str:
    """Fit the model and write it; what it was trained on, in a line."""
    found = examples()
    MODEL.write_bytes(pack(fit(found).weights.ravel().tolist(), 0.0, digest_of(found)))
    return f"{len(found)} texts, written to {MODEL.name}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], __doc__, fit=write, held=lambda: held_out(examples())))
