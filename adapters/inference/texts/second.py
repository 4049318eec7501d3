"""A second opinion on the amount: every number and every likely sum weighed by what is known of it.

The rules decide, since they explain themselves; this reader only says how likely the value they found is among all
that the numbers of the text could make. Where it would have chosen another, the rules are less sure. Its weights are
fitted on labelled texts by `infra/tools/second_reader.py`.
"""

from __future__ import annotations

import math
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.inference.texts.answers import of, total
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.inference.texts.terms import Term

WEIGHTS: Final = Path(__file__).with_name("second.toml")
_MOST_TERMS: Final = 16
"""More numbers than this are doubtful anyway, and would cost the square."""
_MANY: Final = 4
_SAME: Final = Decimal("0.01")
_PRICES: Final = (
    Role.AMOUNT, Role.PAID, Role.FINAL, Role.EXTRA, Role.LIST_PRICE, Role.DEPOSIT, Role.UNIT, Role.MAYBE,
    Role.TENDERED, Role.FEE,
)  # fmt: skip

Candidates = dict[Decimal, frozenset[str]]
"""Each value the numbers could make, with its traits by name."""


def doubt(terms: list[Term], value: Decimal) -> float:
    """How likely another value is than this one, 0 to 1."""
    scores = {made: score(_weights(), traits) for made, traits in candidates(terms).items()}
    if not scores:
        return 1.0
    best = max(scores.values())
    odds = {made: math.exp(one - best) for made, one in scores.items()}
    agreed = sum(one for made, one in odds.items() if abs(made - value) <= _SAME)
    return round(1 - agreed / sum(odds.values()), 4)


def score(weights: Mapping[str, float], traits: frozenset[str]) -> float:
    """The logarithm of the odds of a candidate; names in order, so that the sum is the same everywhere."""
    return sum(weights.get(trait, 0.0) for trait in sorted(traits))


def candidates(terms: list[Term]) -> Candidates:
    """Every value that could be the amount: each number, the sums, the products, what is left, the shares."""
    if len(terms) > _MOST_TERMS:
        return {}
    found: dict[Decimal, set[str]] = {}
    for value, traits in (*_single(terms), *_sums(terms), *_made_of_two(terms)):
        if value > 0:
            found.setdefault(value, set()).update(traits)
    return {value: frozenset(traits) for value, traits in found.items()}


@cache
def _weights() -> dict[str, float]:
    return dict(tomllib.loads(WEIGHTS.read_text("utf-8"))["weights"])


def _single(terms: list[Term]) -> Iterator[tuple[Decimal, set[str]]]:
    values = [term.number.value for term in terms]
    for place, term in enumerate(terms):
        where = "first" if place == 0 else "last" if place == len(terms) - 1 else "middle"
        size = "largest" if term.number.value == max(values) else "smaller"
        traits = {"single", f"role_{term.role.name.lower()}", where, f"{size}_of_{min(len(terms), _MANY)}"}
        told = {
            "currency": term.number.currency is not None,
            "priced": term.number.priced,
            "spelled": term.number.spelled,
            "about": term.about,
            "repeated": values.count(term.number.value) > 1,
            "sum_of_those_before": _ends_a_sum(values[:place], term.number.value),
        }
        yield term.number.value, traits | {name for name, holds in told.items() if holds}


def _ends_a_sum(before: list[Decimal], value: Decimal) -> bool:
    return any(sum(before[-count:]) == value for count in range(2, len(before) + 1))


def _sums(terms: list[Term]) -> Iterator[tuple[Decimal, set[str]]]:
    for name, roles in (
        ("sum_of_items", (Role.AMOUNT, Role.PAID, Role.UNIT)),
        ("sum_with_extras", (Role.AMOUNT, Role.PAID, Role.EXTRA)),
        ("total_with_extras", (Role.FINAL, Role.EXTRA)),
    ):
        parts = of(terms, *roles)
        if len(parts) > 1:
            yield total(parts), {name}


def _made_of_two(terms: list[Term]) -> Iterator[tuple[Decimal, set[str]]]:
    for price in of(terms, *_PRICES):
        value = price.number.value
        for other in terms:
            if other is not price and other.number.value > 0:
                yield from _of_pair(value, price, other)


def _of_pair(value: Decimal, price: Term, other: Term) -> Iterator[tuple[Decimal, set[str]]]:
    second = other.number.value
    if price.role is Role.UNIT and other.role in {Role.COUNT, Role.MAYBE}:
        yield value * second, {"product", "product_same_unit" if price.unit == other.unit else "product_other_unit"}
    elif other.role is Role.FACTOR:
        yield value / second, {"divided"}
    elif other.role is Role.COUNT and second > 1:
        yield value / second, {"divided_by_count"}
    elif other.role is Role.DISCOUNT:
        yield value - second, {"less_discount"}
    elif other.role is Role.CHANGE:
        yield value - second, {"less_change", f"change_of_{price.role.name.lower()}"}
    elif other.role is Role.PERCENT:
        yield value * (100 - second) / 100, {f"percent_{other.unit or 'told'}_off"}
        yield value * (100 + second) / 100, {f"percent_{other.unit or 'told'}_on"}
