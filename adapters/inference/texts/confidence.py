"""How sure an amount and a category are: what is known of the decision, weighed by coefficients that were fitted.

`infra/tools/confidence.py` fits them on labelled texts the rules were never mended on, and writes `confidence.toml`.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.purposes import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.inference.lexicon.purposes import Judgement
    from adapters.inference.lexicon.similarity import Guess

COEFFICIENTS: Final = Path(__file__).with_name("confidence.toml")
_LEAST: Final = 0.02
_MOST: Final = 0.99
_FEW: Final = 3
_LONG: Final = 12

Traits = dict[str, float]


def category_traits(judgement: Judgement, likely: Guess | None) -> Traits:
    """What is known of the judgement of a category, each a number of the size of one."""
    agrees = likely is not None and likely.category is judgement.category
    share = 0.0 if likely is None else likely.share
    return {
        "prior": _odds(judgement.confidence),
        "agreeing_letters": share if agrees else 0.0,
        "other_letters": 0.0 if agrees else share,
        "rivals": min(judgement.rivals, _FEW) / _FEW,
        "length": min(len(judgement.evidence or ""), _LONG) / _LONG,
        "by_likeness": float(judgement.step is Step.LIKENESS),
        "nothing": float(judgement.step is Step.NOTHING),
    }


def amount_traits(prior: float, *, unused: int, parts: int, told: bool, about: bool, contested: bool) -> Traits:
    """What is known of the choice of an amount.

    Args:
        prior: how sure the rule that answered is on its own.
        unused: numbers set aside.
        parts: numbers the amount was computed from.
        told: a currency was said.
        about: it was said to be approximate.
        contested: a number set aside could be the amount as well, and no arithmetic joins the two.
    """
    return {
        "prior": _odds(prior),
        "unused": min(unused, _FEW) / _FEW,
        "parts": min(parts - 1, _FEW) / _FEW,
        "told": float(told),
        "among": float(unused > 0 and not told),
        "about": float(about),
        "contested": float(contested),
    }


def weigh(field: str, traits: Mapping[str, float]) -> float:
    """The probability that a field with these traits is right, kept away from certainty."""
    weights = _coefficients()[field]
    score = weights["constant"] + sum(weights[name] * value for name, value in traits.items())
    return round(min(max(1 / (1 + math.exp(-score)), _LEAST), _MOST), 3)


def _odds(probability: float) -> float:
    """The logarithm of the odds, a quarter of it: of the size of one."""
    return math.log(probability / (1 - probability)) / 4


@cache
def _coefficients() -> dict[str, dict[str, float]]:
    return tomllib.loads(COEFFICIENTS.read_text("utf-8"))
