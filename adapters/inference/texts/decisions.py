"""Which numbers make the amount: a share, change, a total, unit prices, items, discounts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.payment import payment_of
from adapters.inference.lexicon.purposes import sellers_in, words_in
from adapters.inference.texts.answers import TOLERANCE, UNCONFIRMED_SUM, Answer, lone, of, summed
from adapters.inference.texts.clauses import only_spent
from adapters.inference.texts.closing import closed_product, closed_total, closed_twice, opened_total, taxed_total
from adapters.inference.texts.discounts import discounted, with_changes
from adapters.inference.texts.kinds import kind_of
from adapters.inference.texts.several import are_several
from adapters.inference.texts.sharing import (
    all_heads,
    both_heads,
    factors_in,
    halved,
    heads_after,
    less_others,
    own_share,
    shared,
)
from adapters.inference.texts.terms import Role, Term
from adapters.inference.texts.unitprices import by_bundles, by_units
from contracts.errors import ErrorCode
from contracts.values import PaymentMethod, TransactionKind
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.noise import Span

_THE_REST: Final = re.compile(r"ที่เหลือ|\brest\b")
_STILL_OWED: Final = re.compile(r"(จ่าย|โอน|ชำระ)?(?:เงิน)?(?:ส่วน)?(?:ที่)?เหลือ(?:อีก)?\s*$")
"""What is left to pay, unless paying it is told."""
_EVEN_PRICE: Final = 5
"""A number that may be a label is no price for sure unless it looks like one: bus 47, room 302."""
_SURE_OF_A_BARE_SCALE: Final = 0.8
"""Of ร้อย alone, which is a hundred or the end of another word."""
_ROUNDED: Final = Decimal(100)
"""A hundredth part of this is what a percentage may be rounded by."""
_LEAST_BARE: Final = 15
_SMALL: Final = Decimal(31)
_GIVEN_BACK: Final = re.compile(r"\s*(?:แล้ว)?\s*(?:ได้)?(?:รับ)?คืน|\s*(?:was |got )?(?:returned|refunded|back)")
_NOTES: Final = frozenset(map(Decimal, (20, 50, *range(100, 1001, 100))))
_PRICE_OF: Final = re.compile(r"ค่า[ก-๎]{0,12}\s?$")
_KEEP_IT: Final = re.compile(r"ไม่(?:ต้อง|เอา|รับ)(?:เงิน)?ทอน|\b(?:keep|kept) (?:the )?change")
_DEDUCTED: Final = re.compile(r"หัก|ลด|โอนจริง|จ่ายจริง|\b(?:less|minus|discount|off|deducted)\b")
_CHANGE: Final = re.compile(r"ทอน|\bchange\b|\bgot back\b")
_PAID_IT: Final = re.compile(
    r"(?:จ่าย|โอน|ให้|แบงค์|แบงก์|เหรียญ|\bpaid|\bcoins?|\bcash|\btransferred)(?:ไป|สด|เหรียญ|พอดี|เป็น|ด้วย|\s)*$"
)
_ANOTHER: Final = re.compile(r"อีก\s*$|\b(?:another|extra|plus)\s?[฿$€£]?$")
_FEW_MORE: Final = 4
_EXCHANGED: Final = re.compile(r"แลก(?:เงิน|เป็น)?|\bexchang")
_CONVERTED: Final = re.compile(r"ตัด(?:บัตร|จริง|ไป)|หักบัญชี|charged|คิดเป็นเงินไทย\s*จ่าย|(?:\bfor|ราคา)\s*$")


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


def _change(_: Prose, terms: list[Term]) -> Answer | None:
    """Paid 500, change 120: 380 was spent, and a price of 380 confirms it."""
    change = of(terms, Role.CHANGE)
    if not change:
        return None
    back = change[-1].number.value
    price = _price_before_change(terms, back)
    if price is not None:
        return lone(price, 0.9)
    given = [
        term
        for term in of(terms, Role.TENDERED, Role.PAID, Role.AMOUNT, Role.FINAL, Role.MAYBE, Role.LIST_PRICE)
        if term.number.value > back
    ]
    prices = {term.number.value: term for term in terms if term.role is not Role.CHANGE}
    for term in sorted(given, key=lambda one: one.role is not Role.TENDERED):
        price = prices.get(term.number.value - back)
        if price is not None:
            return lone(price, 0.97)
    if not given:
        return None
    tendered = max(given, key=lambda term: (term.role in {Role.TENDERED, Role.PAID}, term.number.value))
    return Answer(tendered.number.value - back, (tendered, change[-1]), 0.93)


def _price_before_change(terms: list[Term], back: Decimal) -> Term | None:
    """The only number besides the change, when both together make a bank note: medicine 85, got 15 back."""
    others = [term for term in terms if term.role is not Role.CHANGE]
    lone = len(others) == 1 and others[0].role is Role.AMOUNT
    return others[0] if lone and others[0].number.value + back in _NOTES else None


def _came_back(prose: Prose, terms: list[Term]) -> Answer | None:
    """What a refund brought back is its amount, though "back" is a word of change."""
    change = of(terms, Role.CHANGE)
    return lone(change[-1], 0.9) if change and kind_of(prose) is TransactionKind.REFUND else None


def _change_left(prose: Prose, terms: list[Term]) -> Answer | None:
    """Given a hundred and told to keep the change: the hundred was spent."""
    given = of(terms, Role.TENDERED, Role.PAID, Role.AMOUNT, Role.MAYBE)
    if not given or _KEEP_IT.search(prose.folded) is None:
        return None
    return lone(max(given, key=lambda term: term.number.value), 0.9)


def _final(prose: Prose, terms: list[Term]) -> Answer | None:
    final = of(terms, Role.FINAL)
    if not final or of(terms, Role.OTHERS) or factors_in(prose, terms):
        return None
    owed = _STILL_OWED.search(prose.folded, 0, final[-1].number.left)
    if owed is not None and owed[1] is None and of(terms, Role.DEPOSIT):
        return None
    extras = _extras_after(prose, terms, final[-1])
    return lone(final[-1], 0.96) if not extras else summed([final[-1], *extras], _sure_of_more(extras))


def _closed(prose: Prose, terms: list[Term]) -> Answer | None:
    """A total that the prices before it make, whatever the words around it."""
    if of(terms, Role.OTHERS) or factors_in(prose, terms):
        return None
    if closed_twice(terms):
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "two totals of prices of their own", field="text")
    deducted = _DEDUCTED.search(prose.folded) is not None
    opened = None if deducted else opened_total(terms, by_two=_by_two_purses(prose))
    whole = closed_total(terms) or opened or closed_product(terms) or taxed_total(terms) or _kept_of(prose, terms)
    if whole is None:
        return None
    extras = _extras_after(prose, terms, whole)
    return lone(whole, 0.97) if not extras else summed([whole, *extras], UNCONFIRMED_SUM)


def _kept_of(prose: Prose, terms: list[Term]) -> Term | None:
    """The price, where a note is told before it and change after it that makes up the note."""
    if _CHANGE.search(prose.folded) is None:
        return None
    money = of(terms, Role.AMOUNT, Role.PAID, Role.TENDERED, Role.CHANGE, Role.MAYBE, Role.FINAL)
    if len(money) != 3:  # noqa: PLR2004  given, price, change
        return None
    given, price, back = (term.number.value for term in money)
    return money[1] if given == price + back else None


def _by_two_purses(prose: Prose) -> bool:
    paid = payment_of(prose)
    return paid is not None and paid.value is PaymentMethod.OTHER


def _extras_after(prose: Prose, terms: list[Term], base: Term) -> list[Term]:
    """What is put on a total after it: a tip, or another thing for so much more."""
    later = [term for term in terms if term.number.start > base.number.start]
    items = [base, *of(later, Role.AMOUNT, Role.PAID)]
    another = [term for term in items[1:] if _is_another(prose, term)][:_FEW_MORE]
    return [
        term for term in later if term.role is Role.EXTRA or (term in another and _names_a_thing(prose, items, term))
    ]


def _is_another(prose: Prose, term: Term) -> bool:
    left = term.number.left
    return _ANOTHER.search(prose.folded, max(0, left - 10), left) is not None


def _sure_of_more(extras: list[Term]) -> float:
    return 0.9 if all(term.role is Role.EXTRA for term in extras) else UNCONFIRMED_SUM


def _confirmed(prose: Prose, terms: list[Term]) -> Answer | None:
    """The last price, where the numbers before it make it: three at 250 are 750, 500 less a coupon of 100 are 400."""
    items = of(terms, Role.AMOUNT, Role.PAID)
    if len(items) < 2:  # noqa: PLR2004  a price and what confirms it
        return None
    *before, last = (term.number.value for term in items)
    if before == [last] and (_is_paid_then_named(items) or _is_said_again(prose, items)):
        return lone(items[0], 0.85)
    counts = {term.number.value for term in of(terms, Role.COUNT, Role.MAYBE)}
    if len(before) == 1 and any(abs(before[0] * count - last) <= TOLERANCE for count in counts if count > 1):
        return lone(items[-1], 0.93)
    shares = (term.number.value for term in of(terms, Role.PERCENT))
    if len(before) == 1 and any(abs(abs(last - before[0]) * 100 - before[0] * share) < _ROUNDED for share in shares):
        return lone(items[-1], 0.95)
    less = before[0] - sum(before[1:])
    deducted = len(before) > 1 and _DEDUCTED.search(prose.folded) is not None
    return lone(items[-1], 0.85) if deducted and last == less < before[0] else None


def _is_paid_then_named(items: list[Term]) -> bool:
    return items[0].role is Role.PAID and items[1].role is Role.AMOUNT


def _is_said_again(prose: Prose, items: list[Term]) -> bool:
    """Whether the second price is how the first was paid: fare 16, paid in coins of 16 exactly."""
    between = prose.folded[items[0].number.right : items[1].number.left]
    return _PAID_IT.search(between) is not None


def _paid_less(prose: Prose, terms: list[Term]) -> Answer | None:
    """Prices and then what was paid for them, a coupon or a bargain later."""
    items = _prices(prose, of(terms, Role.AMOUNT, Role.PAID, Role.UNIT))
    paid = of(terms, Role.PAID)
    if len(paid) != 1 or len(items) < 2 or items[-1] is not paid[0]:  # noqa: PLR2004  a price and what was paid
        return None
    if _THE_REST.search(prose.folded, paid[0].number.right):
        return lone(max(items, key=lambda term: term.number.value), 0.88)
    asked = sum(term.number.value for term in items[:-1])
    if asked < paid[0].number.value and len(items) > 2 and not _names_a_thing(prose, items, paid[0]):  # noqa: PLR2004
        return lone(paid[0], 0.8)
    if asked < paid[0].number.value or are_several(prose, [_span(term) for term in items]):
        return None
    return lone(paid[0], 0.9)


def _items(prose: Prose, terms: list[Term]) -> Answer | None:
    """One price, or the prices of several things bought together."""
    items = _one_currency(prose, _prices(prose, of(terms, Role.AMOUNT, Role.PAID, Role.UNIT)))
    if not items:
        return None
    if len(items) == 1:
        return with_changes(lone(items[0], _SURE_OF_A_BARE_SCALE if items[0].number.weak else 0.97), terms)
    exact = [term for term in items if not term.about]
    if len(exact) == 1:
        return with_changes(lone(exact[0], 0.9), terms)
    values = [term.number.value for term in items]
    if sum(values[:-1]) == values[-1] and (len(values) > 2 or not _names_more(prose, items)):  # noqa: PLR2004
        return lone(items[-1], 0.93)
    if len({term.number.currency for term in items if term.number.currency}) > 1:
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "amounts of several currencies", field="text")
    several = are_several(prose, [_span(term) for term in items])
    spent = only_spent(prose, items, several=several)
    if spent is not None:
        return with_changes(spent, terms)
    if several:
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "the text tells of more than one purchase", field="text")
    return with_changes(summed(items, UNCONFIRMED_SUM), terms)


def _span(term: Term) -> Span:
    return term.number.left, term.number.right


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


def _names_more(prose: Prose, items: list[Term]) -> bool:
    """Whether words stand between two equal prices: each is one thing's, not the second the first's total."""
    between = prose.folded[items[0].number.right : items[1].number.left]
    return items[1].role is Role.AMOUNT and sum(map(str.isalpha, between)) > 1


def _one_currency(prose: Prose, items: list[Term]) -> list[Term]:
    """A price and its conversion: the one not said to be about, the charged one before the quoted one."""
    currencies = {term.number.currency for term in items if term.number.currency is not None}
    if len(currencies) < 2 or len(items) != 2:  # noqa: PLR2004  a pair
        return items
    exact = [term for term in items if not term.about]
    if len(exact) == 1:
        return exact
    between = prose.folded[items[0].number.right : items[1].number.left]
    if _CONVERTED.search(between) or _EXCHANGED.search(prose.folded):
        return [items[1]]
    return [items[0]] if re.search(r"=|\(|≈|~|คิดเป็น|หรือ|equals|or about|i\.e\.", between) else items


def _fallback(prose: Prose, terms: list[Term]) -> Answer | None:
    """What is money only because nothing else is."""
    for roles, sure in (
        ((Role.DEPOSIT,), 0.93), (_asked_or_given(terms), 0.8), ((Role.EXTRA,), 0.85), ((Role.TENDERED,), 0.75),
        ((Role.FEE,), 0.85), ((Role.MAYBE,), 0.6),
    ):  # fmt: skip
        found = [term for term in of(terms, *roles) if term.role is not Role.MAYBE or not _is_tiny(term)]
        if found:
            best = max(found, key=lambda term: term.number.value)
            even = best.role is not Role.MAYBE or not best.number.value % _EVEN_PRICE
            named = len(terms) == 1 and even and _names_its_price(prose, best)
            return discounted(lone(best, 0.95 if named else sure), terms)
    return None


def _asked_or_given(terms: list[Term]) -> tuple[Role]:
    """Less given than was asked is what it was sold for."""
    asked, given = of(terms, Role.LIST_PRICE), of(terms, Role.TENDERED)
    sold = asked and given and given[-1].number.value < asked[-1].number.value
    return (Role.TENDERED,) if sold else (Role.LIST_PRICE,)


def _is_tiny(term: Term) -> bool:
    """Whether a bare number that may count or name is too small for a price: two pizzas, table six."""
    number = term.number
    return number.value < _LEAST_BARE and number.currency is None and not number.priced


def _names_its_price(prose: Prose, term: Term) -> bool:
    """Whether a thing, or "the price of", stands directly before a number that could be its label."""
    left = term.number.left
    if _PRICE_OF.search(prose.folded, max(0, left - 20), left):
        return True
    return any(one.end <= left and not prose.folded[one.end : left].strip() for one in words_in(prose))


def _deposit(prose: Prose, terms: list[Term]) -> Answer | None:
    kept = [term for term in of(terms, Role.DEPOSIT) if not _GIVEN_BACK.match(prose.folded, term.number.right)]
    return lone(kept[-1], 0.9) if kept else None


_RULES: Final[tuple[Callable[[Prose, list[Term]], Answer | None], ...]] = (
    all_heads, both_heads, own_share, heads_after, _change_left, _change, shared, halved, less_others, _closed, _final,
    _deposit, by_bundles, by_units, _confirmed, _paid_less, _items, _came_back, _fallback,
)  # fmt: skip
