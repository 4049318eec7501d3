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
_PARTS: Final = frozenset((Role.AMOUNT, Role.PAID, Role.TENDERED, Role.MAYBE))
_FOR_ONE: Final = frozenset((Role.FINAL, Role.UNIT, Role.OWN))
_ANY_KIND: Final = frozenset(
    (
        *("", "x", "things", "heads", "คน", "ท่าน", "ห้อง", "คืน", "วัน", "เดือน", "เที่ยว", "ครั้ง", "โหล"),
        *("people", "persons", "of us", "rooms", "room", "nights", "night", "days", "day", "months", "times"),
        *("lessons", "sessions", "dozen", "ways"),
    )
)
"""What may be counted beside any price: pieces of another kind than the price's are another thing's."""
_TOTALS: Final = frozenset((Role.AMOUNT, Role.PAID, Role.FINAL))
_RATES: Final = (Decimal("1.07"), Decimal("1.1"), Decimal("1.177"), Decimal("1.03"))
"""What tax, a service charge, both, and the fee of a card make of a price."""
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


def opened_total(terms: list[Term], *, by_two: bool) -> Term | None:
    """The first number, where all the money told after it makes it: 712, of which 300 in cash and 412 by card.

    Args:
        terms: all numbers of the text.
        by_two: whether two purses are told, so that what is left was paid too.
    """
    money = [term for term in terms if term.role in _ADDED or term.role in {Role.DISCOUNT, Role.TENDERED}]
    if len(money) <= _LEAST_PARTS or len(money) > _MOST_PARTS or money[0].role not in _TOTALS:
        return None
    parted = all(_sign(term) > 0 and (by_two or term.role in _PARTS) for term in money[1:])
    return money[0] if parted and abs(_signed(money[1:]) - money[0].number.value) <= TOLERANCE else None


def closed_product(terms: list[Term]) -> Term | None:
    """The last price, which a price for one, so many times, and what was put on it make: three at 100, 40, 340."""
    money = _money(terms)
    last = money[-1] if money else None
    if last is None or last.role not in _TOTALS or len(terms) > _MOST_PARTS:
        return None
    units = of(terms, Role.UNIT)
    if len(units) == 1 and units[0].number.value and last.role is not Role.AMOUNT and not _counts(terms, units[0]):
        times, rest = divmod(last.number.value, units[0].number.value)
        return last if not rest and 1 < times <= _MOST_PARTS and units[0].number.start < last.number.start else None
    made = {one.number.value * times for one in _multiplied_by(terms, last) for times in _times(terms, one)}
    if len(units) == 1:
        beside = _signed(money[:-1])
        counts = of(terms, Role.COUNT, Role.MAYBE) if beside > 0 else []
        made |= {beside + units[0].number.value * count.number.value for count in counts if count.number.value > 1}
    return last if any(abs(whole - last.number.value) <= TOLERANCE for whole in made) else None


def _multiplied_by(terms: list[Term], last: Term) -> list[Term]:
    """Prices before the last that it may be a multiple of; a bare one only where words say that the last was paid."""
    paid = last.role is not Role.AMOUNT
    before = [one for one in terms if one.number.start < last.number.start]
    return [one for one in before if one.role in _FOR_ONE or (paid and one.role in _PARTS)]


def _times(terms: list[Term], price: Term) -> set[Decimal]:
    """By what a price may be multiplied: counts, two of them, there and back."""
    counts = [one.number.value for one in _counts(terms, price)]
    return {count * other for count in counts for other in (*counts, Decimal(1), Decimal(2))}


def _counts(terms: list[Term], price: Term) -> list[Term]:
    """Counts of the price's own kind, of heads, of time or of nothing that is named."""
    counts = [one for one in of(terms, Role.COUNT, Role.MAYBE, Role.FACTOR) if one.number.value > 1]
    return [one for one in counts if price.role is not Role.UNIT or one.unit in _ANY_KIND | {price.unit}]


def taxed_total(terms: list[Term]) -> Term | None:
    """The second of two prices, which is the first with value added tax, a service charge or both, to the satang."""
    money = _money(terms)
    if len(money) != _LEAST_PARTS or money[1].role not in _TOTALS | {Role.EXTRA} or money[0].role not in _TOTALS:
        return None
    bare, whole = (term.number.value for term in money)
    exact = whole != whole.to_integral_value()
    return money[1] if exact and any(abs(bare * rate - whole) <= TOLERANCE for rate in _RATES) else None


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
