"""Every amount the numbers of a text could make, and what each number would be in it.

Apart from what rules say a number is: "nappies 2 packs 598, milk 429" could be 429, 598, 1,027 or 1,625, and each of
these gives every number another part. The second reader weighs them.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from adapters.inference.texts.terms import Term

_MOST_TERMS: Final = 16
"""More numbers than this are doubtful anyway."""
_FEW: Final = 5
"""Up to so many numbers any of them may be added; of more only neighbours."""
_HIGHEST_COUNT: Final = 1000
_NEAR: Final = 2
_HALF: Final = re.compile(r"ครึ่ง|\bhalf\b|\bhalves\b|50[/-]50|\bsplit\b")
_NEVER_ADDED: Final = frozenset((Role.COUNT, Role.PERCENT, Role.FACTOR, Role.RANGE, Role.CHANGE, Role.DISCOUNT))
_MAY_DIVIDE: Final = frozenset((Role.COUNT, Role.MAYBE, Role.OTHERS))
_MOST_HEADS: Final = 20


class Part(IntEnum):
    """What a number is in one way to make the amount."""

    LEFT_OUT = 0
    ALONE = 1
    ADDED = 2
    TAKEN_OFF = 3
    PRICE_OF_ONE = 4
    COUNT = 5
    DIVIDES = 6
    PERCENT_OFF = 7
    PERCENT_ON = 8
    HALVED = 9


_LEFT_OUT: Final = Part.LEFT_OUT
"""Looked up once: there are many ways."""


class Making(NamedTuple):
    """One way to make an amount.

    Attributes:
        kind: the sort of way, for those that compare ways.
        parts: what each number of the text is in it, in their order.
    """

    kind: str
    value: Decimal
    parts: tuple[Part, ...]

    def terms(self, terms: Sequence[Term]) -> tuple[Term, ...]:
        """The numbers it is made of."""
        return tuple(term for term, part in zip(terms, self.parts, strict=True) if part is not _LEFT_OUT)


def makings(folded: str, terms: Sequence[Term]) -> list[Making]:
    """Every way to make an amount above nothing of the numbers of a text, in one order.

    Each number alone; sums; a price times a count, with others added; of these less another number, divided by one,
    halved where the text speaks of halves, less or more by a percentage. Of more than 16 numbers none.

    Args:
        folded: the text, as its numbers' places count in it.
        terms: its numbers.
    """
    if len(terms) > _MOST_TERMS:
        return []
    plain = [*_alone(terms), *_sums(terms), *_products(terms)]
    simple = [one for one in plain if _is_simple(one, terms)]
    halves = _halves(terms) if _HALF.search(folded) is not None else ()
    changed = (other for one in simple for other in _changed(one, terms))
    return [one for one in (*plain, *changed, *halves) if one.value > 0]


def _made(kind: str, value: Decimal, terms: Sequence[Term], parts: dict[int, Part]) -> Making:
    whole = [_LEFT_OUT] * len(terms)
    for place, part in parts.items():
        whole[place] = part
    return Making(kind, value, tuple(whole))


def _numbers(terms: Sequence[Term]) -> list[int]:
    return [place for place, term in enumerate(terms) if not term.number.percent]


def _alone(terms: Sequence[Term]) -> Iterator[Making]:
    for place in _numbers(terms):
        yield _made("alone", terms[place].number.value, terms, {place: Part.ALONE})


def _halves(terms: Sequence[Term]) -> Iterator[Making]:
    for place in _numbers(terms):
        yield _made("half", terms[place].number.value / 2, terms, {place: Part.HALVED})


def _addable(terms: Sequence[Term], *, but: tuple[int, ...] = ()) -> list[int]:
    return [place for place in _numbers(terms) if terms[place].role not in _NEVER_ADDED and place not in but]


def _sums(terms: Sequence[Term]) -> Iterator[Making]:
    places = _addable(terms)
    for added in _any_of(places, 2) if len(terms) <= _FEW else _neighbours(places):
        value = _total(terms, added)
        yield _made("sum", value, terms, dict.fromkeys(added, Part.ADDED))


def _any_of(places: list[int], least: int) -> Iterator[tuple[int, ...]]:
    for many in range(least, len(places) + 1):
        yield from combinations(places, many)


def _neighbours(places: list[int]) -> Iterator[tuple[int, ...]]:
    for start, end in combinations(range(len(places) + 1), 2):
        if end - start > 1:
            yield tuple(places[start:end])


def _total(terms: Sequence[Term], places: Sequence[int]) -> Decimal:
    first, *others = (terms[place].number.value for place in places)
    return sum(others, first)


def _products(terms: Sequence[Term]) -> Iterator[Making]:
    few = len(terms) <= _FEW
    pairs = [(price, count) for price in _numbers(terms) for count in _counts_near(terms, price, _NEAR if few else 1)]
    for price, count in pairs:
        value = terms[price].number.value * terms[count].number.value
        parts = {price: Part.PRICE_OF_ONE, count: Part.COUNT}
        yield _made("product", value, terms, parts)
        if few:
            for added in _any_of(_addable(terms, but=(price, count)), 1):
                more = parts | dict.fromkeys(added, Part.ADDED)
                yield _made("product_and_more", value + _total(terms, added), terms, more)
            yield from _two_products(terms, pairs, price, count)


def _counts_near(terms: Sequence[Term], price: int, reach: int) -> list[int]:
    near = range(max(0, price - reach), min(len(terms), price + reach + 1))
    return [place for place in near if place != price and _counts(terms[place])]


def _counts(term: Term) -> bool:
    return not term.number.percent and term.number.is_count and 1 < term.number.value <= _HIGHEST_COUNT


def _two_products(terms: Sequence[Term], pairs: list[tuple[int, int]], price: int, count: int) -> Iterator[Making]:
    value = terms[price].number.value * terms[count].number.value
    for other, times in pairs:
        apart = len({price, count, other, times}) == 4  # noqa: PLR2004  two pairs
        if other > price and apart and abs(price - count) == abs(other - times) == 1:
            both = value + terms[other].number.value * terms[times].number.value
            parts = {price: Part.PRICE_OF_ONE, count: Part.COUNT, other: Part.PRICE_OF_ONE, times: Part.COUNT}
            yield _made("products", both, terms, parts)


def _is_simple(one: Making, terms: Sequence[Term]) -> bool:
    """Whether something may still be taken off it, or on: of many numbers of one alone, else of three at the most."""
    if one.kind in {"products", "product_and_more"}:
        return False
    used = len(terms) - one.parts.count(_LEFT_OUT)
    return used == 1 if len(terms) > _FEW else used <= 3  # noqa: PLR2004


def _changed(one: Making, terms: Sequence[Term]) -> Iterator[Making]:
    for place, term in enumerate(terms):
        if one.parts[place] is not _LEFT_OUT:
            continue
        number = term.number.value
        if term.number.percent:
            if one.kind != "sum":
                yield _with(one, "off", one.value * (100 - number) / 100, place, Part.PERCENT_OFF)
                yield _with(one, "on", one.value * (100 + number) / 100, place, Part.PERCENT_ON)
            continue
        if number < one.value:
            yield _with(one, "less", one.value - number, place, Part.TAKEN_OFF)
        if number > 1 and (term.role is Role.FACTOR or (one.kind == "alone" and _may_divide(term))):
            yield _with(one, "divided", one.value / number, place, Part.DIVIDES)


def _may_divide(term: Term) -> bool:
    return term.role in _MAY_DIVIDE or (term.number.is_count and term.number.value <= _MOST_HEADS)


def _with(one: Making, kind: str, value: Decimal, place: int, part: Part) -> Making:
    return Making(f"{one.kind}_{kind}", value, (*one.parts[:place], part, *one.parts[place + 1 :]))
