"""Which numbers make the amount: own share, change, total, division, unit prices, items, discounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.purposes import sellers_in, words_in
from adapters.inference.texts.several import are_several
from adapters.inference.texts.terms import Role, Term
from contracts.errors import ErrorCode
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.noise import Span

_TOLERANCE: Final = Decimal("0.01")
_UNCONFIRMED_SUM: Final = 0.75
"""Prices added up with no total to confirm it: most wrong amounts of texts never seen before were such sums."""
_THE_REST: Final = re.compile(r"ที่เหลือ|\brest\b")
_INSTALMENTS: Final = re.compile(r"ผ่อน|instal")
_SMALL: Final = Decimal(31)
_DIVIDED: Final = re.compile(r"(?<!อา)หาร")
_PEOPLE: Final = frozenset(("คน", "ท่าน", "people", "persons", "friends", "pax"))
_HALF: Final = re.compile(
    r"(?:หาร|แบ่ง|แชร์)(?:กัน)?(?:คนละ)?ครึ่ง|ออกคนละครึ่ง"
    r"|\bsplit (?:it |the bill )?(?:in half|50|evenly with)|\bhalf each\b|\bwent halves\b"
)
_GIVEN_BACK: Final = re.compile(r"\s*(?:แล้ว)?\s*(?:ได้)?(?:รับ)?คืน|\s*(?:was |got )?(?:returned|refunded|back)")
_NOTES: Final = frozenset(map(Decimal, (20, 50, *range(100, 1001, 100))))
_PRICE_OF: Final = re.compile(r"ค่า[ก-๎]{0,12}\s?$")
_KEEP_IT: Final = re.compile(r"ไม่(?:ต้อง|เอา|รับ)(?:เงิน)?ทอน|keep the change")
_CONVERTED: Final = re.compile(r"ตัด(?:บัตร|จริง|ไป)|หักบัญชี|charged|คิดเป็นเงินไทย\s*จ่าย")


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, the numbers it comes from, and how sure that is."""

    value: Decimal
    terms: tuple[Term, ...]
    sure: float


def decide(prose: Prose, terms: list[Term]) -> Answer:
    """The answer of the first rule that has one.

    Raises:
        RejectionError: no_amount or several_purchases.
    """
    for rule in _RULES:
        answer = rule(prose, terms)
        if answer is not None:
            return answer
    raise RejectionError(ErrorCode.NO_AMOUNT, "no number in the text is an amount of money", field="text")


def _of(terms: list[Term], *roles: Role) -> list[Term]:
    return [term for term in terms if term.role in roles]


def _one(term: Term, sure: float) -> Answer:
    return Answer(term.number.value, (term,), sure)


def _own_share(_: Prose, terms: list[Term]) -> Answer | None:
    own = _of(terms, Role.OWN)
    return _one(own[-1], 0.95) if own else None


def _change(_: Prose, terms: list[Term]) -> Answer | None:
    """Paid 500, change 120: 380 was spent, and a price of 380 confirms it."""
    change = _of(terms, Role.CHANGE)
    if not change:
        return None
    back = change[-1].number.value
    price = _price_before_change(terms, back)
    if price is not None:
        return _one(price, 0.9)
    given = [
        term
        for term in _of(terms, Role.TENDERED, Role.PAID, Role.AMOUNT, Role.FINAL, Role.MAYBE)
        if term.number.value > back
    ]
    prices = {term.number.value: term for term in terms if term.role is not Role.CHANGE}
    for term in sorted(given, key=lambda one: one.role is not Role.TENDERED):
        price = prices.get(term.number.value - back)
        if price is not None:
            return _one(price, 0.97)
    if not given:
        return None
    tendered = max(given, key=lambda term: (term.role in {Role.TENDERED, Role.PAID}, term.number.value))
    return Answer(tendered.number.value - back, (tendered, change[-1]), 0.93)


def _price_before_change(terms: list[Term], back: Decimal) -> Term | None:
    """The only number besides the change, when both together make a bank note: medicine 85, got 15 back."""
    others = [term for term in terms if term.role is not Role.CHANGE]
    lone = len(others) == 1 and others[0].role is Role.AMOUNT
    return others[0] if lone and others[0].number.value + back in _NOTES else None


def _change_left(prose: Prose, terms: list[Term]) -> Answer | None:
    """Given a hundred and told to keep the change: the hundred was spent."""
    given = _of(terms, Role.TENDERED, Role.PAID, Role.AMOUNT, Role.MAYBE)
    if not given or _KEEP_IT.search(prose.folded) is None:
        return None
    return _one(max(given, key=lambda term: term.number.value), 0.9)


def _final(_: Prose, terms: list[Term]) -> Answer | None:
    final = _of(terms, Role.FINAL)
    if not final or _of(terms, Role.FACTOR, Role.OTHERS):
        return None
    extras = _extras_after(terms, final[-1])
    return _one(final[-1], 0.96) if not extras else _sum((final[-1], *extras), 0.9)


def _extras_after(terms: list[Term], base: Term) -> list[Term]:
    return [term for term in _of(terms, Role.EXTRA) if term.number.start > base.number.start]


def _shared(prose: Prose, terms: list[Term]) -> Answer | None:
    """Divided by so many people."""
    factors = [term for term in _of(terms, Role.FACTOR) if term.number.value > 1 or term.unit == "others"]
    if not factors and _DIVIDED.search(prose.folded) and len(_of(terms, Role.AMOUNT, Role.PAID)) == 1:
        factors = [term for term in _of(terms, Role.COUNT) if term.unit in _PEOPLE]
    totals = _of(terms, Role.FINAL) or _of(terms, Role.AMOUNT, Role.PAID)
    if factors and not totals:
        return _share_of(_units(prose, terms), factors[-1])
    if not factors:
        return None
    total = max(totals, key=lambda term: term.number.value)
    people = factors[-1].number.value + (1 if factors[-1].unit == "others" else 0)
    return Answer(total.number.value / people, (total, factors[-1]), 0.88)


def _share_of(whole: Answer | None, factor: Term) -> Answer | None:
    """Two sets at 329, divided by three."""
    return whole and Answer(whole.value / factor.number.value, (*whole.terms, factor), 0.85)


def _halved(prose: Prose, terms: list[Term]) -> Answer | None:
    totals = _of(terms, Role.FINAL) or _of(terms, Role.AMOUNT, Role.PAID)
    if not totals or _HALF.search(prose.folded) is None:
        return None
    total = max(totals, key=lambda term: term.number.value)
    return Answer(total.number.value / 2, (total,), 0.85)


def _less_others(_: Prose, terms: list[Term]) -> Answer | None:
    others = _of(terms, Role.OTHERS)
    totals = _of(terms, Role.FINAL, Role.AMOUNT, Role.PAID)
    if not others or not totals:
        return None
    total = max(totals, key=lambda term: term.number.value)
    left = total.number.value - sum(term.number.value for term in others)
    return Answer(left, (total, *others), 0.88) if left > 0 else None


def _units(prose: Prose, terms: list[Term]) -> Answer | None:
    """Quantities times unit prices, and single prices beside them."""
    units = _of(terms, Role.UNIT)
    if not units:
        return None
    instalments = _INSTALMENTS.search(prose.folded) is not None
    counts = (
        []
        if instalments
        else [term for term in terms if term.role is Role.COUNT or (term.role is Role.MAYBE and term.unit == "things")]
    )
    parts, used = [], []
    for unit in units:
        count = _count_for(unit, [one for one in counts if one not in used])
        used += [] if count is None else [count]
        factor = Decimal(1) if count is None else count.number.value
        parts.append((factor * unit.number.value, (unit,) if count is None else (count, unit)))
    product = sum((value for value, _ in parts), Decimal(0))
    amounts = _of(terms, Role.AMOUNT, Role.PAID)
    for term in amounts:
        if abs(term.number.value - product) <= _TOLERANCE:
            return _one(term, 0.98)
    if amounts and not used:
        return None
    extra = [*amounts, *_of(terms, Role.EXTRA)]
    total = product + sum((term.number.value for term in extra), Decimal(0))
    named = tuple(term for _, pair in parts for term in pair)
    return _discounted(Answer(total, (*named, *extra), 0.93 if used else 0.9), terms)


def _count_for(unit: Term, counts: list[Term]) -> Term | None:
    """The count a unit price belongs to: of the same classifier, else the nearest of another kind of thing."""
    same = [one for one in counts if one.unit and (one.unit.rstrip("s") == unit.unit.rstrip("s"))]
    if same:
        return min(same, key=lambda one: abs(one.number.start - unit.number.start))
    if _is_period(unit.unit):
        return None
    other = [one for one in counts if not _is_period(one.unit)]
    before = [one for one in other if one.number.start < unit.number.start]
    return before[-1] if before else (other[0] if other else None)


def _is_period(unit: str) -> bool:
    return unit in {"เดือน", "ปี", "สัปดาห์", "อาทิตย์", "งวด", "ชั่วโมง", "ชม.", "ชม", "นาที"} or unit.rstrip("s") in {
        "month", "mo", "mth", "year", "yr", "week", "hour", "hr", "min", "minute",
    }  # fmt: skip


def _paid_less(prose: Prose, terms: list[Term]) -> Answer | None:
    """Prices and then what was paid for them, a coupon or a bargain later."""
    items = _prices(prose, _of(terms, Role.AMOUNT, Role.PAID, Role.UNIT))
    paid = _of(terms, Role.PAID)
    if len(paid) != 1 or len(items) < 2 or items[-1] is not paid[0]:  # noqa: PLR2004  a price and what was paid
        return None
    if _THE_REST.search(prose.folded, paid[0].number.right):
        return _one(max(items, key=lambda term: term.number.value), 0.88)
    asked = sum(term.number.value for term in items[:-1])
    if asked < paid[0].number.value or are_several(prose, [_span(term) for term in items]):
        return None
    return _one(paid[0], 0.9)


def _items(prose: Prose, terms: list[Term]) -> Answer | None:
    """One price, or the prices of several things bought together."""
    items = _one_currency(prose, _prices(prose, _of(terms, Role.AMOUNT, Role.PAID, Role.UNIT)))
    if not items:
        return None
    if len(items) == 1:
        return _with_changes(_one(items[0], 0.97), terms)
    exact = [term for term in items if not term.about]
    if len(exact) == 1:
        return _with_changes(_one(exact[0], 0.9), terms)
    values = [term.number.value for term in items]
    if sum(values[:-1]) == values[-1]:
        return _one(items[-1], 0.93)
    if len({term.number.currency for term in items if term.number.currency}) > 1:
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "amounts of several currencies", field="text")
    if are_several(prose, [_span(term) for term in items]):
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "the text tells of more than one purchase", field="text")
    return _with_changes(_sum(tuple(items), _UNCONFIRMED_SUM), terms)


def _span(term: Term) -> Span:
    return term.number.left, term.number.right


def _sum(terms: tuple[Term, ...], sure: float) -> Answer:
    return Answer(sum((term.number.value for term in terms), Decimal(0)), terms, sure)


def _prices(prose: Prose, items: list[Term]) -> list[Term]:
    """Without stray small numbers that name nothing, when another is clearly a price."""
    strong = [term for term in items if term.number.currency is not None or term.number.priced]
    if not strong or len(items) == len(strong):
        return items
    return [
        term for term in items if term in strong or term.number.value > _SMALL or _names_a_thing(prose, items, term)
    ]


def _names_a_thing(prose: Prose, items: list[Term], term: Term) -> bool:
    """Whether a thing or shop stands between the price before and this one."""
    start = max((one.number.right for one in items if one.number.start < term.number.start), default=0)
    named = [(one.start, one.end) for one in words_in(prose)] + [(one.start, one.end) for one in sellers_in(prose)]
    return any(start <= first and last <= term.number.left for first, last in named)


def _one_currency(prose: Prose, items: list[Term]) -> list[Term]:
    """A price and its conversion: the one not said to be about, the charged one before the quoted one."""
    currencies = {term.number.currency for term in items if term.number.currency is not None}
    if len(currencies) < 2 or len(items) != 2:  # noqa: PLR2004  a pair
        return items
    exact = [term for term in items if not term.about]
    if len(exact) == 1:
        return exact
    between = prose.folded[items[0].number.right : items[1].number.left]
    if _CONVERTED.search(between):
        return [items[1]]
    return [items[0]] if re.search(r"=|\(|≈|~|คิดเป็น|หรือ|equals|or about|i\.e\.", between) else items


def _with_changes(answer: Answer, terms: list[Term]) -> Answer:
    extras = _of(terms, Role.EXTRA)
    if extras:
        answer = Answer(
            answer.value + sum((term.number.value for term in extras), Decimal(0)),
            (*answer.terms, *extras),
            min(answer.sure, 0.88),
        )
    return _discounted(answer, terms)


def _discounted(answer: Answer, terms: list[Term]) -> Answer:
    """Take off what was said after the price; a price said after its discount is what was paid."""
    value, used = answer.value, list(answer.terms)
    first = min(term.number.start for term in answer.terms)
    for term in _of(terms, Role.DISCOUNT, Role.PERCENT):
        if term.number.start < first:
            continue
        if term.role is Role.PERCENT and term.unit:
            share = value * term.number.value / 100
            value += share if term.unit == "plus" else -share
            used.append(term)
        elif term.role is Role.DISCOUNT and term.number.value < value:
            value -= term.number.value
            used.append(term)
    return answer if len(used) == len(answer.terms) else Answer(value, tuple(used), min(answer.sure, 0.85))


def _fallback(prose: Prose, terms: list[Term]) -> Answer | None:
    """What is money only because nothing else is."""
    for roles, sure in (
        ((Role.DEPOSIT,), 0.93), ((Role.LIST_PRICE,), 0.8), ((Role.EXTRA,), 0.85), ((Role.FEE,), 0.85),
        ((Role.TENDERED,), 0.75),        ((Role.MAYBE,), 0.6),
    ):  # fmt: skip
        found = _of(terms, *roles)
        if found:
            best = max(found, key=lambda term: term.number.value)
            named = len(terms) == 1 and _names_its_price(prose, best)
            return _discounted(_one(best, 0.95 if named else sure), terms)
    return None


def _names_its_price(prose: Prose, term: Term) -> bool:
    """Whether a thing, or "the price of", stands directly before a number that could be its label."""
    left = term.number.left
    if _PRICE_OF.search(prose.folded, max(0, left - 20), left):
        return True
    return any(one.end <= left and not prose.folded[one.end : left].strip() for one in words_in(prose))


def _deposit(prose: Prose, terms: list[Term]) -> Answer | None:
    kept = [term for term in _of(terms, Role.DEPOSIT) if not _GIVEN_BACK.match(prose.folded, term.number.right)]
    return _one(kept[-1], 0.9) if kept else None


_RULES: Final[tuple[Callable[[Prose, list[Term]], Answer | None], ...]] = (
    _own_share, _change_left, _change, _final, _shared, _halved, _less_others, _deposit, _units, _paid_less,
    _items, _fallback,
)  # fmt: skip
