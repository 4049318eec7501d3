"""Fits the second reader of amounts, and tells what it is worth on texts of writers it was not fitted on.

    python -m infra.tools.second_reader fit    write the model where the package carries it
    python -m infra.tools.second_reader held   leave one writer out at a time: rules alone, its own choice, and both

A softmax over the values a text's numbers could make, near no preference at all (a ridge), each value by its hashed
traits. Run it again after a change of the labelled sets: a unit test compares the digest of these texts with the
model's own. The problem is convex and starts from nothing, so the same texts give the same weights.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.extraction import numbers_told, understand
from adapters.inference.texts.opinion import pack
from adapters.inference.texts.second import (
    AFTER,
    BEFORE,
    BUCKETS,
    INNER,
    LONGEST,
    MODEL,
    Candidate,
    candidates,
    places,
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
ROUNDS: Final = 250
RATE: Final = 0.05
SURE: Final = 0.9
UNIT_TESTS: Final = (TESTS / "cases.jsonl", TESTS / "families.jsonl")


class Example(NamedTuple):
    """A text whose amount its numbers can make in more than one way.

    Attributes:
        by: the set, which stands for its writer.
        right: the amount of the label.
        made: all that its numbers could make.
    """

    by: str
    text: str
    right: Decimal
    made: Sequence[Candidate]


class Fitted(NamedTuple):
    """A model not yet packed."""

    weights: np.ndarray

    def weigh(self, candidate: Candidate) -> float:
        return float(self.weights[places(candidate)].sum())


def examples() -> list[Example]:
    """Every labelled text that tells an amount, with all that its numbers could make, where that leaves a choice."""
    found = []
    for path in (*sets(), *written_for_it(), *UNIT_TESTS):
        for case in load(path):
            if case.rejected is None:
                prose = read_prose(case.text)
                made = candidates(prose.folded, numbers_told(prose, case.on))
                right = Decimal(str(case.expected["amount"]))
                if len(made) > 1 and any(one.value == right for one in made):
                    found.append(Example(path.stem, case.text, right, made))
    return found


def fit(told: Sequence[Example]) -> Fitted:
    """Weights by bucket: gradient descent with momentum of both orders, over all texts at once."""
    rows = [(text, places(made), made.value == one.right) for text, one in enumerate(told) for made in one.made]
    traits = np.concatenate([np.array(found, dtype=np.int64) for _, found, _ in rows])
    row = np.repeat(np.arange(len(rows)), [len(found) for _, found, _ in rows])
    texts = np.array([text for text, _, _ in rows])
    right = np.array([float(is_right) for _, _, is_right in rows])
    weights, mean, spread = (np.zeros(BUCKETS) for _ in range(3))
    for turn in range(1, ROUNDS + 1):
        odds = np.exp(np.clip(np.bincount(row, weights[traits], len(rows)), -30, 30))
        wrong = odds / np.bincount(texts, odds)[texts] - right
        slope = np.bincount(traits, wrong[row], BUCKETS) + RIDGE * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
        step = (mean / (1 - 0.9**turn)) / (np.sqrt(spread / (1 - 0.99**turn)) + 1e-6)
        weights = weights - RATE * step
    return Fitted(weights)


def digest_of(told: Sequence[Example]) -> bytes:
    """Tells one training from another: by its texts and by how it goes about them, not by what rules make of them."""
    settings = (RIDGE, ROUNDS, RATE, BUCKETS, BEFORE, AFTER, LONGEST, INNER)
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
            found["chosen"] += max(one.made, key=lambda made: (reader.weigh(made), made.value)).value == one.right
        whole += found
        print(f"{path.stem}: {_told(found)}")
    print(f"all: {_told(whole)}")


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


def _indifferent(_: Candidate) -> float:
    """A reader to whom every value is as good as another, so that it is never sure."""
    return 0.0


def _told(found: Counter[str]) -> str:
    return (
        f"of {found['purchases']} amounts {found['ruled']} right by rules, {found['both']} with the reader"
        f" ({found['ruled, sure and wrong']} and {found['both, sure and wrong']} sure and wrong);"
        f" where there is a choice it alone is right in {found['chosen']} of {found['choices']}"
    )


def write() -> str:
    """Fit the model and write it; what it was trained on, in a line."""
    found = examples()
    MODEL.write_bytes(pack(fit(found).weights.tolist(), 0.0, digest_of(found)))
    return f"{len(found)} texts, written to {MODEL.name}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], __doc__, fit=write, held=lambda: held_out(examples())))
