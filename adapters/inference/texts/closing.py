"""A total that the numbers before it make: items and charges, less discounts, are the price told after them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.texts.answers import TOLERANCE, of
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from adapters.inference.texts.terms import Term

_ADDED: Final = frozenset(
    (Role.AMOUNT, Role.PAID, Role.FINAL, Role.EXTRA, Role.FEE, Role.LIST_PRICE, Role.MAYBE, Role.DEPOSIT)
)
_TOTALS: Final = frozenset((Role.AMOUNT, Role.PAID, Role.FINAL))
_LEAST_PARTS: Final = 2
_MOST_PARTS: Final = 24
"""More numbers than this before a total are a list nobody writes in a spending text, and would cost the square."""


def closed_total(terms: list[Term]) -> Term | None:
    """The last number that those directly before it make, unless a total is told after it once more."""
    money = _money(terms)
    for place in range(len(money) - 1, _LEAST_PARTS - 1, -1):
        term = money[place]
        if term.role in _TOTALS and not term.number.negative and _makes(money[:place], term.number.value):
            return term if _nothing_else_after(money[place + 1 :], term) else None
    return None


def closed_twice(terms: list[Term]) -> bool:
    """Whether two totals each close prices of their own: two receipts in one text."""
    money = _money(terms)
    ends = [place for place, term in enumerate(money) if term.role is Role.FINAL]
    starts = [0, *(end + 1 for end in ends)]
    closed = [
        start < end and abs(_signed(money[start:end]) - money[end].number.value) <= TOLERANCE
        for start, end in zip(starts, ends, strict=False)
    ]
    return len(closed) > 1 and all(closed)


def _money(terms: list[Term]) -> list[Term]:
    return [term for term in terms if term.role in _ADDED or term.role is Role.DISCOUNT]


def _makes(parts: list[Term], whole: Decimal) -> bool:
    """Whether the last of these numbers, two at least, add up to the whole."""
    made = Decimal(0)
    for count, term in enumerate(reversed(parts[-_MOST_PARTS:]), 1):
        made += _sign(term) * term.number.value
        if count >= _LEAST_PARTS and _sign(term) > 0 and abs(made - whole) <= TOLERANCE:
            return True
    return False


def _signed(terms: list[Term]) -> Decimal:
    return sum((_sign(term) * term.number.value for term in terms), Decimal(0))


def _sign(term: Term) -> int:
    return -1 if term.role is Role.DISCOUNT or term.number.negative else 1


def _nothing_else_after(later: list[Term], closed: Term) -> bool:
    """A total of another value after it is another's, or comes after more was put on."""
    return all(term.number.value == closed.number.value for term in of(later, Role.FINAL))
