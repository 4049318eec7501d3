"""A second opinion on the amount: every number and every likely sum weighed by what is known of it.

The rules decide, since they explain themselves; this reader says how likely the value they found is among all that the
numbers of the text could make. Where it would have chosen another, the rules are less sure; where they are not sure and
it is, its own choice counts. A softmax over hashed traits, 8 bits a weight: what the rules made of each number, where
it stands, and the letters beside it. `infra/tools/second_reader.py` fits it on labelled texts; its card is
`docs/decisions/0060-a-second-reader-that-chooses.md`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from adapters.inference.texts.answers import of, total
from adapters.inference.texts.opinion import added_up, unpacked
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapters.inference.texts.terms import Term

    Weigher = Callable[["Candidate"], float]
    """The logarithm of the odds of a candidate, up to what all of them have in common."""

MODEL: Final = Path(__file__).with_name("second.bin")
BUCKETS: Final = 1 << 14
SURE: Final = 0.8
"""From here on the reader is sure of its choice."""
BEFORE: Final = 16
AFTER: Final = 12
LONGEST: Final = 8
INNER: Final = (3, 4)
"""Letters beside a number that count: so many on each side, n-grams that touch it up to a length, others of a few."""
_MOST_TERMS: Final = 16
"""More numbers than this are doubtful anyway, and would cost the square."""
_MANY: Final = 4
_SAME: Final = Decimal("0.01")
_WINDOW: Final = 24
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_HALF: Final = re.compile(r"ครึ่ง|\bhalf\b|\bhalves\b|50[/-]50|\bsplit\b")
_SHARED: Final = re.compile(r"(?<!อา)หาร|แชร์|แบ่ง|เฉลี่ย|ช่วยกัน|ลงขัน|\bsplit|\bshare|\bdivided?\b|\bdutch\b")
_PRICES: Final = (
    Role.AMOUNT, Role.PAID, Role.FINAL, Role.EXTRA, Role.LIST_PRICE, Role.DEPOSIT, Role.UNIT, Role.MAYBE,
    Role.TENDERED, Role.FEE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value the numbers could make.

    Attributes:
        traits: what is known of it, by name.
        terms: the numbers it is made of, in the first way that makes it.
    """

    value: Decimal
    traits: frozenset[str]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How likely each value is; the shares of all candidates make one."""

    shares: Sequence[tuple[Candidate, float]]

    def doubt(self, value: Decimal) -> float:
        """How likely another value is than this one, 0 to 1."""
        agreed = sum(share for one, share in self.shares if abs(one.value - value) <= _SAME)
        return round(1 - agreed, 4)

    def instead_of(self, value: Decimal) -> Candidate | None:
        """Another value the reader is sure of."""
        best, share = max(self.shares, key=lambda one: (one[1], one[0].value), default=(None, 0.0))
        return best if best is not None and share >= SURE and abs(best.value - value) > _SAME else None


def weighed(folded: str, terms: list[Term], weigher: Weigher | None = None) -> Weighed:
    """Every value the numbers of a text could make, with how likely it is.

    Args:
        folded: the text, as its numbers' places count in it.
        terms: its numbers.
        weigher: the model, if not the package's own.
    """
    found = candidates(folded, terms)
    scores = list(map(weigher or _own_weight, found)) if len(found) > 1 else [0.0] * len(found)
    odds = [math.exp(one - max(scores)) for one in scores]
    return Weighed([(one, odd / sum(odds)) for one, odd in zip(found, odds, strict=True)])


def candidates(folded: str, terms: list[Term]) -> list[Candidate]:
    """Every value that could be the amount: each number, the sums, the products, what is left, the shares."""
    if len(terms) > _MOST_TERMS:
        return []
    traits: dict[Decimal, set[str]] = {}
    parts: dict[Decimal, tuple[Term, ...]] = {}
    made = (*_single(folded, terms), *_sums(terms), *_made_of_two(folded, terms), *_halves(folded, terms))
    for value, named, made_of in made:
        if value > 0:
            traits.setdefault(value, set()).update(named)
            parts.setdefault(value, made_of)
    return [Candidate(value, frozenset(named), parts[value]) for value, named in traits.items()]


def places(candidate: Candidate) -> list[int]:
    """The buckets of a candidate's traits."""
    return [crc32(trait.encode()) % BUCKETS for trait in candidate.traits]


def _own_weight(candidate: Candidate) -> float:
    scale, _, weights = unpacked(MODEL, BUCKETS)
    return added_up(weights, places(candidate)) * scale


_Made = tuple[Decimal, set[str], tuple["Term", ...]]


def _single(folded: str, terms: list[Term]) -> Iterator[_Made]:
    values = [term.number.value for term in terms]
    for place, term in enumerate(terms):
        where = "first" if place == 0 else "last" if place == len(terms) - 1 else "middle"
        size = "largest" if term.number.value == max(values) else "smaller"
        many = min(len(terms), _MANY + 1)
        traits = {"single", f"role_{term.role.name.lower()}", where, f"{size}_of_{min(len(terms), _MANY)}"}
        traits |= {f"single_of_{many}", f"{where}_of_{many}"}
        told = {
            "currency": term.number.currency is not None,
            "priced": term.number.priced,
            "spelled": term.number.spelled,
            "about": term.about,
            "repeated": values.count(term.number.value) > 1,
            "sum_of_those_before": (summed := _ends_a_sum(values[:place], term.number.value)),
            f"no_sum_as_{place}_of_{many}": 1 < place < _MANY and not summed,
        }
        letters = _letters_beside(folded, term) if len(terms) > 1 else set()
        yield term.number.value, traits | {name for name, holds in told.items() if holds} | letters, (term,)


def _letters_beside(folded: str, term: Term) -> set[str]:
    """The n-grams of letters that touch a number, and the short ones near it; every number is the same one."""
    start, end = term.number.left, term.number.right
    left = _NUMBER.sub("0", folded[max(0, start - _WINDOW) : start])[-BEFORE:]
    right = _NUMBER.sub("0", folded[end : end + _WINDOW])[:AFTER]
    found = {f"before {left[-size:]}" for size in range(1, min(LONGEST, len(left)) + 1)}
    found |= {f"after {right[:size]}" for size in range(1, min(LONGEST, len(right)) + 1)}
    for size in INNER:
        found |= {f"left {left[place : place + size]}" for place in range(len(left) - size + 1)}
        found |= {f"right {right[place : place + size]}" for place in range(len(right) - size + 1)}
    return found


def _ends_a_sum(before: list[Decimal], value: Decimal) -> bool:
    return any(sum(before[-count:]) == value for count in range(2, len(before) + 1))


def _sums(terms: list[Term]) -> Iterator[_Made]:
    many = min(len(terms), _MANY + 1)
    for name, roles in (
        ("sum_of_items", (Role.AMOUNT, Role.PAID, Role.UNIT)),
        ("sum_with_extras", (Role.AMOUNT, Role.PAID, Role.EXTRA)),
        ("total_with_extras", (Role.FINAL, Role.EXTRA)),
    ):
        parts = of(terms, *roles)
        if len(parts) > 1:
            yield total(parts), {name, f"{name}_of_{many}"}, tuple(parts)


def _halves(folded: str, terms: list[Term]) -> Iterator[_Made]:
    if _HALF.search(folded) is not None:
        for price in of(terms, *_PRICES):
            yield price.number.value / 2, {"half", f"half_of_{price.role.name.lower()}"}, (price,)


def _made_of_two(folded: str, terms: list[Term]) -> Iterator[_Made]:
    many = min(len(terms), _MANY + 1)
    shared = _SHARED.search(folded) is not None
    for price in of(terms, *_PRICES):
        for other in terms:
            if other is not price and other.number.value > 0:
                for value, traits in _of_pair(price.number.value, price, other):
                    (kind, *_) = sorted(traits)
                    more = {f"{kind}_of_{many}", f"{kind}_shared" if shared else f"{kind}_not_shared"}
                    yield value, traits | more, (price, other)


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
    elif other.role is Role.OTHERS:
        yield value - second, {"less_others"}
    elif other.role is Role.CHANGE:
        yield value - second, {"less_change", f"change_of_{price.role.name.lower()}"}
    elif other.role is Role.PERCENT:
        yield value * (100 - second) / 100, {f"percent_{other.unit or 'told'}_off"}
        yield value * (100 + second) / 100, {f"percent_{other.unit or 'told'}_on"}
