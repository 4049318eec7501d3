"""Whether the prices of one text are of several purchases: a trained opinion beside the rules of `several`.

A logistic regression over hashed n-grams of the text and of what stands between and after its prices, and over traits
of how the prices stand to one another, 8 bits a weight, made by `infra/tools/apart_model.py`. It is asked only where
two numbers or more could be prices, and only refuses: what the rules refuse stays refused. Its card is
`docs/decisions/0059-a-second-opinion-on-several-purchases.md`.
"""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from adapters.inference.lexicon.ngrams import checksums
from adapters.inference.lexicon.purposes import judge
from adapters.inference.texts.opinion import added_up, neutral, unpacked
from adapters.inference.texts.several import parts_of, seller_names
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.terms import Term

    Apart = Callable[[Prose, Sequence[Term]], float]
    """The chance, 0 to 1, that the prices of a text are of several purchases."""

MODEL: Final = Path(__file__).with_name("apart.bin")
BUCKETS: Final = 1 << 14
CLEARLY_APART: Final = 0.6
"""From here on a text is refused that no rule refused."""
SHARE_OF_A_TRAIT: Final = 0.25
"""What a trait counts; all n-grams together count the root of how many they are."""
WORDS: Final = 3
LETTERS: Final = range(2, 6)
WORDS_BETWEEN: Final = 2
MOST_BETWEEN: Final = 200
MOST_PRICES: Final = 12
"""More prices than this are a receipt, and would cost more than they tell."""
_COULD_BE_PRICES: Final = frozenset(Role) - {
    Role.OTHERS, Role.COUNT, Role.PERCENT, Role.DISCOUNT, Role.CHANGE, Role.FACTOR, Role.RANGE, Role.IGNORED,
}  # fmt: skip
_COUNTS: Final = frozenset((Role.COUNT, Role.FACTOR, Role.MAYBE))
_LEAST_BARE: Final = 10
"""A number below it that may count or name is no price."""
_FAR: Final = 10
_NEAR: Final = Decimal(1)
_MANY: Final = 5
_FEW: Final = 3


def chance_apart(prose: Prose, terms: Sequence[Term]) -> float:
    """The chance that the prices of a text are of several purchases; 0 where fewer than two numbers could be prices."""
    grams, standing = traces(prose, terms)
    if not standing:
        return 0.0
    scale, constant, weights = unpacked(MODEL, BUCKETS)
    said = added_up(weights, grams) / max(1, len(grams)) ** 0.5
    score = (said + added_up(weights, standing) * SHARE_OF_A_TRAIT) * scale + constant
    return 1 / (1 + math.exp(-score))


def traces(prose: Prose, terms: Sequence[Term]) -> tuple[list[int], list[int]]:
    """The buckets of the n-grams and those of the traits, each once; none where fewer than two could be prices."""
    prices = [term for term in terms if _could_be_price(term)]
    if not 1 < len(prices) <= MOST_PRICES:
        return [], []
    traits = {crc32(f"#{trait}".encode()) for trait in _standing(prose, terms, prices)}
    return _places(_grams(prose, prices)), _places(traits)


def _could_be_price(term: Term) -> bool:
    return term.role in _COULD_BE_PRICES and (term.role is not Role.MAYBE or term.number.value >= _LEAST_BARE)


def _places(sums: Iterable[int]) -> list[int]:
    return sorted({one % BUCKETS for one in sums})


def _grams(prose: Prose, prices: Sequence[Term]) -> list[int]:
    words, letters = neutral(prose)
    found = checksums(words, 1, WORDS, mark="w", between=" ")
    found += checksums(letters, LETTERS[0], LETTERS[-1], mark="c")
    for left, right in pairwise(prices):
        found += _part(prose, left.number.right, right.number.left, "b")
    return found + _part(prose, prices[-1].number.right, len(prose.text), "a")


def _part(prose: Prose, start: int, end: int, mark: str) -> list[int]:
    words, _ = neutral(prose, start, min(end, start + MOST_BETWEEN))
    return checksums(["^", *words, "$"], 1, WORDS_BETWEEN, mark=mark, between=" ")


def _standing(prose: Prose, terms: Sequence[Term], prices: Sequence[Term]) -> Iterator[str]:
    """How the prices stand to one another, and what each part of the text tells of."""
    yield f"prices {min(len(prices), _MANY)}"
    yield f"lines {min(prose.text.count(chr(10)), _FEW)}"
    yield f"currencies {len({one.number.currency for one in prices} - {None})}"
    yield f"all told {all(one.number.currency is not None for one in prices)}"
    yield from (f"role {term.role.name}" for term in terms)
    roles = ["^", *(one.role.name for one in prices), "$"]
    yield from (f"roles {first} {second}" for first, second in pairwise(roles))
    yield from _arithmetic(terms, [one.number.value for one in prices])
    yield from _told_apart(parts_of(prose, [(one.number.left, one.number.right) for one in prices]))


def _arithmetic(terms: Sequence[Term], values: Sequence[Decimal]) -> Iterator[str]:
    if len(values) > 2 and sum(values) == 2 * max(values):  # noqa: PLR2004  two prices and their total
        yield "closes"
    counts = {term.number.value for term in terms if term.role in _COUNTS and term.number.value > 1}
    if any(abs(less * count - more) < _NEAR for less in values for more in values if less < more for count in counts):
        yield "product"
    for first, second in pairwise(values):
        yield "rises" if first < second else "falls" if first > second else "same"
        if max(first, second) >= _FAR * min(first, second):
            yield "far"


def _told_apart(parts: Sequence[Prose]) -> Iterator[str]:
    judged = map(judge, parts)
    kinds = ["" if one.evidence is None else one.category.name for one in judged]
    yield from (f"kind {kind}" for kind in kinds)
    for first, second in pairwise(kinds):
        yield f"kinds {' '.join(sorted((first, second)))}"
        yield "kinds unknown" if not first or not second else f"kinds same {first == second}"
    sellers = [names for names in map(seller_names, parts) if names]
    apart = min(len(set(sellers)), _FEW)
    yield f"sellers {apart}"
    yield f"sellers {apart} kinds {len(set(kinds))} {'' in kinds}"
    yield f"sellers in {min(len(sellers), _FEW)} of {min(len(parts), _MANY)}"
