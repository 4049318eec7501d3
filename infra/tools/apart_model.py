"""Trains the opinion on whether prices are of several purchases, and tells what it is worth on texts of others.

    python -m infra.tools.apart_model fit    write the model where the package carries it
    python -m infra.tools.apart_model held   leave one writer out at a time: without it, and with it

It learns from the labelled texts in which two numbers or more could be prices: those of the sets, those written for the
opinions (`tests/eval/data/spent`) and those of the unit tests. Run it again after a change of any of them: a unit test
compares the digest of these texts with the model's own.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts import apart
from adapters.inference.texts.apart import BUCKETS, MODEL, SHARE_OF_A_TRAIT, traces
from adapters.inference.texts.extraction import numbers_told
from adapters.inference.texts.opinion import pack
from contracts.values import Language
from infra.tools.logistic import LEAST_TIMES, RATE, Fitted, fitted
from infra.tools.spent_model import TESTS, tally, told_in_short, writer_of, written_for_it
from infra.tools.trained import run
from tests.eval.labelled import Labelled, load, sets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.terms import Term
    from infra.tools.logistic import Row

RIDGE: Final = 0.03
ROUNDS: Final = 80
WEIGHT_OF_SEVERAL: Final = 2.0
"""There are three texts of one purchase with several numbers to one of several purchases."""
SEVERAL: Final = "several_purchases"
SENTENCES: Final = Path("tests/eval/data/apart.jsonl")
ANY_DAY: Final = date(2026, 11, 28)
_LEARNT_FROM: Final = frozenset((None, SEVERAL, "no_amount"))


class Example(NamedTuple):
    """A text in which two numbers or more could be prices.

    Attributes:
        by: the set, which stands for its writer.
    """

    by: str
    case: Labelled
    row: Row

    @property
    def several(self) -> bool:
        return self.case.rejected == SEVERAL


def examples() -> list[Example]:
    """Every labelled text with several numbers that could be prices; those not spent among them, as not several."""
    labelled = [(writer_of(path), case) for path in (*sets(), *written_for_it()) for case in load(path)]
    labelled += [(name, case) for name in ("cases", "families") for case in load(TESTS / f"{name}.jsonl")]
    labelled += [("sentences", case) for case in _sentences()]
    found = (
        Example(by, case, _row(prose, numbers_told(prose, case.on)))
        for by, case in labelled
        if case.rejected in _LEARNT_FROM
        for prose in (read_prose(case.text),)
    )
    return [one for one in found if len(one.row[0])]


def _sentences() -> Iterator[Labelled]:
    """What one counter takes money for, and what is paid apart."""
    for number, line in enumerate(SENTENCES.read_text("utf-8").splitlines()):
        row = json.loads(line)
        expected = {"rejected": SEVERAL} if row["several"] else {}
        yield Labelled(f"apart-{number}", "", Language.of(row["text"]), row["text"], ANY_DAY, expected)


def _row(prose: Prose, terms: Sequence[Term]) -> Row:
    grams, standing = traces(prose, terms)
    shares = [max(1, len(grams)) ** -0.5] * len(grams) + [SHARE_OF_A_TRAIT] * len(standing)
    return np.array(grams + standing, dtype=np.int64), np.array(shares)


def fit(told: Sequence[Example]) -> Fitted:
    several = np.array([float(one.several) for one in told])
    counted = np.where(several > 0, WEIGHT_OF_SEVERAL, 1.0)
    return fitted([one.row for one in told], several, counted, buckets=BUCKETS, ridge=RIDGE, rounds=ROUNDS)


def digest_of(told: Sequence[Example]) -> bytes:
    """Tells one training from another: by its texts and by how it goes about them."""
    learnt = (apart.WORDS, *apart.LETTERS, apart.WORDS_BETWEEN, apart.MOST_PRICES, apart.MOST_BETWEEN)
    settings = (RIDGE, ROUNDS, RATE, WEIGHT_OF_SEVERAL, LEAST_TIMES, BUCKETS, SHARE_OF_A_TRAIT, learnt)
    texts = [(one.by, one.case.text, str(one.case.on), one.several) for one in told]
    return sha256(json.dumps((settings, texts), ensure_ascii=False).encode()).digest()[:16]


def held_out(told: Sequence[Example]) -> None:
    """What rules make of each writer's texts with several prices, and what with an opinion trained on other writers."""
    without, beside = Counter[str](), Counter[str]()
    for writer in dict.fromkeys(one.by for one in told if one.by != "sentences"):
        cases = [one.case for one in told if one.by == writer]
        model = fit([one for one in told if one.by != writer])
        ruled = tally(cases, apart=lambda *_: 0.0)
        both = tally(cases, apart=partial(_chance, model))
        without += ruled
        beside += both
        print(f"{writer}: without {told_in_short(ruled)}; with it {told_in_short(both)}", flush=True)
    print(f"all: without {told_in_short(without)}; with it {told_in_short(beside)}")


def _chance(model: Fitted, prose: Prose, terms: Sequence[Term]) -> float:
    row = _row(prose, terms)
    return model.chance(row) if len(row[0]) else 0.0


def write() -> str:
    """Fit the model and write it; what it was trained on, in a line."""
    found = examples()
    model = fit(found)
    MODEL.write_bytes(pack(model.weights.tolist(), model.constant, digest_of(found)))
    return f"{len(found)} texts, {sum(one.several for one in found)} of several purchases, written to {MODEL.name}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], __doc__, fit=write, held=lambda: held_out(examples())))
