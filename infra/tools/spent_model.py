"""Trains the second opinion on whether money was spent, and tells what it is worth on texts of writers left out.

    python -m infra.tools.spent_model fit    write the model where the package carries it
    python -m infra.tools.spent_model held   leave one writer out at a time: rules alone, and rules with the opinion

It learns from the labelled sets, those written to tell money spent from money that was not (`tests/eval/data/spent`),
those of the unit tests and the sentences of `tests/eval/data/spent.jsonl`.
Run it again after a change of any of them: a unit test compares the digest of these texts with the model's own. The
problem is convex and starts from nothing, so the same texts give the same file, byte for byte.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts.apart import chance_apart
from adapters.inference.texts.extraction import understand
from adapters.inference.texts.opinion import (
    BUCKETS,
    CLEARLY_SPENT,
    DOUBTFUL,
    LONGEST,
    MODEL,
    MOST_LETTERS,
    SHORTEST,
    WORDS,
    pack,
    traces,
)
from contracts.readings import ReadingContext
from infra.tools.logistic import LEAST_TIMES, RATE, fitted
from infra.tools.trained import run
from tests.eval.labelled import load, sets
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.apart import Apart
    from adapters.inference.texts.opinion import Opinion
    from infra.tools.logistic import Fitted, Row
    from tests.eval.labelled import Labelled

RIDGE: Final = 0.1
ROUNDS: Final = 60
WEIGHT_OF_UNSPENT: Final = 3.0
"""There are ten texts of a purchase to one of money not spent."""
SURE: Final = 0.9
TESTS: Final = Path("tests/unit/adapters/inference/texts")
SENTENCES: Final = Path("tests/eval/data/spent.jsonl")
WRITTEN_FOR_IT: Final = Path("tests/eval/data/spent")
SAME_WRITER: Final = {"2026-11-27-z": "2026-11-27-y"}
NO_NUMBER: Final = "no number"


class Example(NamedTuple):
    """A text that tells an amount.

    Attributes:
        by: the set, which stands for its writer.
        unspent: whether nobody spent it.
    """

    by: str
    text: str
    unspent: bool


def examples() -> list[Example]:
    """Every labelled text that tells an amount; wrong signs and sizes aside, which say nothing of spending."""
    labelled = [(writer_of(path), case) for path in (*sets(), *written_for_it()) for case in load(path)]
    labelled += [(name, case) for name in ("cases", "families") for case in load(TESTS / f"{name}.jsonl")]
    found = [
        Example(by, case.text, case.rejected == "no_amount")
        for by, case in labelled
        if case.rejected in {None, "several_purchases"} or (case.rejected == "no_amount" and _tells_a_number(case))
    ]
    rows = map(json.loads, SENTENCES.read_text("utf-8").splitlines())
    return found + [Example("sentences", row["text"], not row["spent"]) for row in rows]


def written_for_it() -> list[Path]:
    """The sets of which half and more is money not spent, each by a writer of its own."""
    return sorted(WRITTEN_FOR_IT.glob("*.jsonl"))


def _neutral(_: Prose) -> float:
    """An opinion that changes nothing."""
    return (CLEARLY_SPENT + DOUBTFUL) / 2


def writer_of(path: Path) -> str:
    """Who wrote a set: one of its sets stands for the writer."""
    return SAME_WRITER.get(path.stem, path.stem)


def _tells_a_number(case: Labelled) -> bool:
    """Whether rules alone found an amount in it, or a reason why it was not spent."""
    try:
        understand(case.text, ReadingContext(reference_date=case.on), opinion=_neutral)
    except RejectionError as refused:
        return NO_NUMBER not in str(refused)
    return True


def fit(told: Sequence[Example]) -> Fitted:
    rows = [row_of(read_prose(one.text)) for one in told]
    unspent = np.array([float(one.unspent) for one in told])
    counted = np.where(unspent > 0, WEIGHT_OF_UNSPENT, 1.0)
    return fitted(rows, unspent, counted, buckets=BUCKETS, ridge=RIDGE, rounds=ROUNDS)


def row_of(prose: Prose) -> Row:
    """A text's traces; all of them together count the root of how many they are."""
    places = traces(prose)
    return np.array(places, dtype=np.int64), np.full(len(places), len(places) ** -0.5)


def digest_of(told: Sequence[Example]) -> bytes:
    """Tells one training from another: by its texts and by how it goes about them."""
    settings = (RIDGE, ROUNDS, RATE, WEIGHT_OF_UNSPENT, LEAST_TIMES, BUCKETS, SHORTEST, LONGEST, WORDS, MOST_LETTERS)
    return sha256(json.dumps((settings, told), ensure_ascii=False).encode()).digest()[:16]


def held_out(told: Sequence[Example]) -> None:
    """What rules alone and rules with an opinion of other writers make of each writer's texts."""
    alone, beside = Counter[str](), Counter[str]()
    by: dict[str, list[Labelled]] = {}
    for path in (*sets(), *written_for_it()):
        by.setdefault(writer_of(path), []).extend(load(path))
    for writer, cases in by.items():
        model = fit([one for one in told if one.by != writer])
        ruled = tally(cases, _neutral)
        both = tally(cases, partial(_chance, model))
        alone += ruled
        beside += both
        print(f"{writer}: rules {told_in_short(ruled)}; with the opinion {told_in_short(both)}")
    print(f"all: rules {told_in_short(alone)}; with the opinion {told_in_short(beside)}")


def _chance(model: Fitted, prose: Prose) -> float:
    return model.chance(row_of(prose))


def tally(cases: Iterable[Labelled], opinion: Opinion = _neutral, apart: Apart = chance_apart) -> Counter[str]:
    """How many refusals and amounts are right, refused wrongly, and sure and wrong."""
    return sum((Counter(_verdicts(case, opinion, apart)) for case in cases), Counter())


def _verdicts(case: Labelled, opinion: Opinion, apart: Apart) -> list[str]:
    context = ReadingContext(reference_date=case.on)
    try:
        amount = understand(case.text, context, opinion=opinion, apart=apart).reading.amount
    except RejectionError as refused:
        if case.rejected is None:
            return ["purchases", "refused wrongly"]
        return ["to refuse", *(["refused"] if str(refused.code) == case.rejected else [])]
    right = case.rejected is None and amount.value.amount == Decimal(str(case.expected["amount"]))
    sure = ["sure and wrong"] if not right and amount.confidence.value >= SURE else []
    return [*(["purchases", *(["right"] if right else [])] if case.rejected is None else ["to refuse"]), *sure]


def told_in_short(counts: Counter[str]) -> str:
    """A tally in a line."""
    return (
        f"{counts['refused']} of {counts['to refuse']} refusals, {counts['right']} of {counts['purchases']} amounts, "
        f"{counts['refused wrongly']} refused wrongly, {counts['sure and wrong']} sure and wrong"
    )


def write() -> str:
    """Fit the model and write it; what it was trained on, in a line."""
    found = examples()
    model = fit(found)
    MODEL.write_bytes(pack(model.weights.tolist(), model.constant, digest_of(found)))
    return f"{len(found)} texts, {sum(one.unspent for one in found)} of money not spent, written to {MODEL.name}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], __doc__, fit=write, held=lambda: held_out(examples())))
