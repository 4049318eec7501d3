"""From the numbers of a text to the one amount that was spent, or the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.patterns import Sought
from adapters.inference.texts.answers import UNCONFIRMED_SUM, Answer
from adapters.inference.texts.apart import CLEARLY_APART, chance_apart
from adapters.inference.texts.confidence import amount_traits, weigh
from adapters.inference.texts.corrections import without_corrected
from adapters.inference.texts.decisions import decide
from adapters.inference.texts.numbers import Number, numbers_in, sells_by_the_pound, written
from adapters.inference.texts.places import Taken
from adapters.inference.texts.roles import term_of
from adapters.inference.texts.second import weighed
from adapters.inference.texts.several import paid_at_once
from adapters.inference.texts.terms import HEADS, Role, Term
from contracts.errors import ErrorCode
from contracts.money import CURRENCY_WORDS, MAX_AMOUNT, Currency
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.apart import Apart
    from adapters.inference.texts.confidence import Traits
    from adapters.inference.texts.noise import Span
    from adapters.inference.texts.second import Weighed, Weigher

UNSURE: Final = 0.7
"""Below this the value the second reader is sure of stands instead."""
_MOST_BY_THE_SECOND: Final = 0.85
_READS_APART: Final = "the text reads like one of more than one purchase"
_LONG_CODE: Final = 9
_RANGE: Final = re.compile(r"\s?(?:-|ถึง|to|~)\s?")
_RAISED: Final = re.compile(
    r"\b(?:went up|raised|increased|up|rose|gone up)(?: from)? ?$|(?:ขึ้น|ปรับ)(?:ราคา|ค่า[ก-๎]{2,8})?จาก\s?$"
)
"""Before the old price of what costs more now."""
_EITHER: Final = re.compile(r"\s?(?:บาท|baht|thb)?\s?(?:หรือ|ไม่ก็|\bor)(?:ว่า)?\s?")
_BETWEEN: Final = re.compile(r"\bbetween\s?[฿$€£¥]?$|ระหว่าง\s?$")
_THEN_ITS_PRICE: Final = re.compile(r"\s*(?:(?:ใน)?ราคา|มูลค่า|เป็นเงิน|price|priced at|for)\s*:?\s*")
_BARGAINED: Final = re.compile(r"\s*(?:to|เป็น|->|→|=>)\s*")
_PART_OF: Final = re.compile(r"(ยังไม่|ไม่)?รวม(?:ค่า)?[ก-๎]{3,16}\s*$")
"""A part of the price that was told, or one not in it yet: 380 with 75 of toll."""
_LEFT: Final = re.compile(r"(?:คง)?เหลือ\s*$")
"""Before what is left: more than what was just paid is a balance and no price."""
_PLUS: Final = re.compile(r"(?:\bplus|บวก|\+)\s*$")
_AND_TAX: Final = re.compile(
    r"\s*(?:และ|กับ|and|\+|,|บวก|plus)*\s*(?:vat|ภาษี(?:มูลค่าเพิ่ม)?|tax|gst|service(?: charge)?)\s*"
)
_TIMES: Final = re.compile(r"\s?(?:x|×|\*|คูณ)\s?")
_SIZE_AFTER: Final = re.compile(r"\s?(?:min(?:ute)?s?|hours?|hrs?|นาที|ชม\.?|ml|cl|cm|mm|นิ้ว|กรัม)(?![a-z])")
"""After the second of two numbers what each is long or big: eight lessons of 45 minutes."""
_DOLLARS: Final = frozenset((Currency.USD, Currency.SGD))
_SHORT_NAME: Final = 2
_LONG_NAMES: Final = {
    spelling.casefold(): currency
    for currency, spellings in CURRENCY_WORDS.items()
    for spelling in spellings
    if len(spelling) > _SHORT_NAME and spelling not in word_list("function_words")
}
"""Words that name a currency wherever they stand."""
_SHARED_OR_EACH: Final = Sought(
    r"(?<!อา)หาร|เฉลี่ย|แชร์|แบ่ง|ครึ่ง|(?<![ก-๎])[ก-๎]{2,8}ละ(?![ก-๎]{2})|\b(?:split|shared?|half|each|per)\b"
)
"""Words of sharing or of a price for one: where they took no part in the answer it may be the wrong number."""
_COULD_BE_SPENT: Final = frozenset((Role.AMOUNT, Role.PAID, Role.FINAL, Role.DEPOSIT, Role.UNIT, Role.MAYBE))
_LEAST_RIVAL: Final = 20
_MOST_WEIGHED: Final = 24
"""Numbers that are compared with one another; more of them are doubtful anyway, and would cost the square."""
_GOLD: Final = re.compile(
    r"(?:ทอง(?:คำ|แท่ง|รูปพรรณ|เส้น)?|(?:สร้อย|แหวน|กำไล)(?:คอ|มือ|ข้อมือ)?(?:ทอง)?|\bgold(?: bar| chain| ring)?)"
    r"(?:น้ำ|หนัก|\s|[ก-๎]{0,8}\s?[ก-๎]{0,12}\s?)$"
)
_LEAST_OF_GOLD: Final = 1000
_ITEMS: Final = frozenset((Role.AMOUNT, Role.PAID, Role.LIST_PRICE, Role.DEPOSIT))
_PRICES: Final = _ITEMS | {Role.FINAL, Role.EXTRA, Role.FEE}


@dataclass(frozen=True, slots=True)
class Spent:
    """The amount, how sure, and the words it rests on.

    Attributes:
        parts: how many numbers the rules made it of.
        chance: see `Answer.chance`.
    """

    value: Decimal
    currency: Currency
    sure: float
    traits: Traits
    evidence: str
    spans: tuple[Span, ...]
    parts: int
    with_change: bool = False
    chance: float | None = None


def amount_of(
    prose: Prose, taken: list[Span], default: Currency, apart: Apart = chance_apart, second: Weigher | None = None
) -> Spent:
    """The amount a text tells.

    Args:
        prose: the text.
        taken: digits that are dates, names or other noise.
        default: the currency of an amount without one.
        apart: asked whether several prices are of several purchases.
        second: the model of the second reader, if not the package's own.

    Raises:
        RejectionError: no_amount, several_purchases, negative_amount or amount_out_of_range.
    """
    terms = terms_in(prose, taken)
    if _is_negative(terms):
        raise RejectionError(ErrorCode.NEGATIVE_AMOUNT, "the amount has a minus sign", field="text")
    answer = decide(prose, terms)
    if not 0 < answer.value <= MAX_AMOUNT:
        raise RejectionError(ErrorCode.AMOUNT_OUT_OF_RANGE, "zero or too large an amount", field="text")
    if answer.chance is None and not paid_at_once(prose) and apart(prose, terms) >= CLEARLY_APART:
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, _READS_APART, field="text")
    opinion = weighed(prose, terms, second)
    spent = _spent(prose, terms, answer, default, opinion)
    other = opinion.instead_of(spent.value) if _may_be_overruled(spent, answer) else None
    if other is None or other.value > MAX_AMOUNT:
        return spent
    chosen = _spent(prose, terms, Answer(other.value, other.terms, UNCONFIRMED_SUM), default, opinion)
    return replace(chosen, sure=min(chosen.sure, _MOST_BY_THE_SECOND), parts=spent.parts)


def _may_be_overruled(spent: Spent, answer: Answer) -> bool:
    """Whether the rules are not sure of what they only added up, multiplied, or took for want of another number."""
    multiplied = len(answer.terms) > 1 and any(term.role is Role.UNIT for term in answer.terms)
    return spent.sure < UNSURE and (multiplied or answer.sure <= UNCONFIRMED_SUM)


def _spent(prose: Prose, terms: list[Term], answer: Answer, default: Currency, opinion: Weighed) -> Spent:
    currency, told = _currency(prose, answer, default)
    spans = tuple((term.number.left, term.number.right) for term in answer.terms)
    evidence = " ".join([*(written(prose, term.number) for term in answer.terms), *filter(None, [answer.words])])
    traits = _traits(prose, terms, answer, told=told) | {"doubted": opinion.doubt(answer.value)}
    return Spent(
        value=answer.value,
        currency=currency,
        sure=weigh("amount", traits),
        traits=traits,
        evidence=evidence[:200],
        spans=spans,
        parts=len(spans),
        with_change=any(term.role is Role.CHANGE for term in terms),
        chance=answer.chance,
    )


def terms_in(prose: Prose, taken: list[Span]) -> list[Term]:
    """The numbers of a text with what each of them is, left to right."""
    places = Taken(len(prose.text), taken)
    clear = [one for one in numbers_in(prose) if not places.touches(one.start, one.end)]
    clear = without_corrected(prose, clear)
    numbers = [one for one in _multiplied(prose, clear) if not _is_code(one, clear)]
    terms = []
    for position, number in enumerate(numbers):
        before = numbers[position - 1].right if position else 0
        after = numbers[position + 1].left if position + 1 < len(numbers) else len(prose.text)
        terms.append(term_of(prose, number, before, after))
    return _without_ranges(prose, _judged_together(prose, terms))


def _is_negative(terms: list[Term]) -> bool:
    """A minus before a price; before a discount it is only the discount's own sign."""
    prices = [term for term in terms if term.role in _ITEMS | {Role.FINAL, Role.OWN, Role.UNIT}]
    discounts = [] if prices else [term for term in terms if term.role is Role.DISCOUNT]
    return any(term.number.negative for term in prices or discounts)


def _is_code(number: Number, numbers: list[Number]) -> bool:
    """A long bare run of digits beside other numbers is a reference, whatever it counts."""
    bare = number.currency is None and not number.priced and not number.spelled
    return bare and number.end - number.start >= _LONG_CODE and len(numbers) > 1


def _multiplied(prose: Prose, numbers: list[Number]) -> list[Number]:
    """Join `65 x 2`: one price."""
    joined: list[Number] = []
    for number in numbers:
        last = joined[-1] if joined else None
        times = last is not None and _TIMES.fullmatch(prose.folded[last.right : number.left])
        if last is not None and times and not _SIZE_AFTER.match(prose.folded, number.right):
            product = last.value * number.value
            joined[-1] = replace(
                last, value=product, right=number.right, end=number.end, priced=True,
                currency=last.currency or number.currency, weak=False,
            )  # fmt: skip
        else:
            joined.append(number)
    return joined


def _judged_together(prose: Prose, terms: list[Term]) -> list[Term]:
    """What a number is beside its neighbour: of "Nitro 5 23,000" the first names, of "from 500 to 350" it was asked."""
    marked = list(terms)
    if terms and terms[0].role is Role.EXTRA and _PLUS.search(prose.folded, 0, terms[0].number.left):
        marked[0] = replace(terms[0], role=Role.AMOUNT)
    last_unit = max((place for place, term in enumerate(terms) if term.role is Role.UNIT), default=-1)
    for place in range(len(marked) - 1):
        first, second = marked[place : place + 2]
        between = prose.folded[first.number.right : second.number.left]
        if _names_only(first, second, between, units_follow=last_unit > place + 1):
            marked[place] = replace(first, role=Role.IGNORED)
        elif second.number.value < first.number.value and _BARGAINED.fullmatch(between):
            marked[place] = replace(first, role=Role.LIST_PRICE)
        elif _is_weight_of_gold(prose, first, second):
            marked[place] = replace(first, role=Role.COUNT, unit="บาท")
        marked[place + 1] = _beside_before(first, second, between)
    return _without_signs(marked)


def _is_weight_of_gold(prose: Prose, first: Term, second: Term) -> bool:
    """Gold is weighed in baht, and costs ten thousands a baht."""
    weight, price = first.number, second.number.value
    if weight.currency is not Currency.THB or price < weight.value * _LEAST_OF_GOLD:
        return False
    return _GOLD.search(prose.folded, max(0, weight.left - 24), weight.left) is not None


def _without_signs(terms: list[Term]) -> list[Term]:
    """A minus between a higher price and what is left of it takes off, whatever it is called."""
    plain = [term for term in terms if term.role in _PRICES and not term.number.negative]
    if len(plain) < 2 or len(plain) == len(terms):  # noqa: PLR2004  a price before and what is left of it
        return terms
    marked, highest = [], Decimal(0)
    for term in terms:
        priced = term.role in _PRICES
        takes_off = priced and term.number.negative and term.number.value < highest
        between = takes_off and term.number.start < plain[-1].number.start
        marked.append(replace(term, role=Role.DISCOUNT) if between else term)
        highest = max(highest, term.number.value) if priced and not term.number.negative else highest
    return marked


def _names_only(first: Term, second: Term, between: str, *, units_follow: bool) -> bool:
    """A model, grade or variety directly before its price, or before its count where a price for one follows."""
    if first.role is not Role.AMOUNT or first.number.currency is not None:
        return False
    priced = second.role in _ITEMS and first.number.value < second.number.value
    if not between.strip():
        price_told = second.role in _ITEMS and second.number.currency is not None
        return priced or price_told or (units_follow and first.number.is_count and second.role is Role.COUNT)
    return priced and first.number.is_count and _THEN_ITS_PRICE.fullmatch(between) is not None


def _beside_before(first: Term, second: Term, between: str) -> Term:
    """A part of the price told before it, or a tax that goes on top like the charge before it."""
    if first.role is Role.PAID and second.role is Role.FINAL and second.number.value > first.number.value:
        return replace(second, role=Role.IGNORED) if _LEFT.search(between) else second
    part = _PART_OF.search(between)
    if part is not None and second.role in _ITEMS and second.number.value < first.number.value:
        return replace(second, role=Role.EXTRA if part[1] else Role.IGNORED)
    taxed = second.role is Role.PERCENT and first.unit == "plus" and _AND_TAX.fullmatch(between)
    return replace(second, unit="plus") if taxed else second


def _without_ranges(prose: Prose, terms: list[Term]) -> list[Term]:
    """From a to b tells no amount."""
    marked = list(terms)
    for place, (first, second) in enumerate(pairwise(terms)):
        between = prose.folded[first.number.right : second.number.left]
        rising = first.number.value < second.number.value
        ranges = first.number.currency is None and _RANGE.fullmatch(between)
        around = _BETWEEN.search(prose.folded, max(0, first.number.left - 10), first.number.left)
        raised = ranges and _RAISED.search(prose.folded, 0, first.number.left)
        if rising and raised:
            marked[place] = replace(first, role=Role.LIST_PRICE)
            continue
        open_end = ranges or _EITHER.fullmatch(between) or (around and re.fullmatch(r"\D{1,9}", between))
        if rising and open_end and not second.number.negative:
            marked[place] = replace(first, role=Role.RANGE)
            counting = second.role in {Role.COUNT, Role.IGNORED}
            marked[place + 1] = second if counting else replace(second, role=Role.RANGE)
    return marked


def _currency(prose: Prose, answer: Answer, default: Currency) -> tuple[Currency, bool]:
    """The attached currency, one named elsewhere in the text, or the owner's."""
    attached = [term.number.currency for term in answer.terms if term.number.currency is not None]
    if attached:
        return _local_dollar(prose, answer, attached[0], default), True
    named = {number.currency for number in numbers_in(prose) if number.currency is not None} | _named(prose)
    return (next(iter(named)), True) if len(named) == 1 else (default, False)


def _local_dollar(prose: Prose, answer: Answer, found: Currency, default: Currency) -> Currency:
    """A bare $ is the dollar of an owner who counts in dollars."""
    if found is not Currency.USD or default not in _DOLLARS:
        return found
    start, end = answer.terms[0].number.left, answer.terms[0].number.right
    words = prose.folded[start:end]
    return found if "us" in words else default


def _named(prose: Prose) -> set[Currency]:
    words = {word.strip(".,()") for word in prose.folded.split()}
    if sells_by_the_pound(prose):
        words.discard("ปอนด์")
    return {_LONG_NAMES[name] for name in _LONG_NAMES.keys() & words}


def _traits(prose: Prose, terms: list[Term], answer: Answer, *, told: bool) -> Traits:
    """What the confidence is weighed from."""
    used = {term.number.start for term in answer.terms}
    unused = len([term for term in terms if term.number.start not in used and term.role is not Role.COUNT])
    about = any(term.about for term in answer.terms)
    lone = len(answer.terms) == 1 and answer.terms[0].role is Role.AMOUNT
    loose = lone and _SHARED_OR_EACH.search(prose.folded) is not None
    contested = _is_contested(answer, terms)
    traits = amount_traits(
        answer.sure, unused=unused, parts=len(answer.terms), told=told, about=about, contested=contested
    )
    heads = any(term.role is Role.UNIT and term.unit in HEADS for term in answer.terms) and len(answer.terms) > 1
    return traits | {"loose": float(loose), "by_heads": float(heads)}


def _is_contested(answer: Answer, terms: list[Term]) -> bool:
    """Whether a number set aside could be the amount as well; not beside a share that is told or a right sum."""
    used = {term.number.start for term in answer.terms}
    rest = [term for term in terms if term.number.start not in used]
    items = [term.number.value for term in rest if term.role in _ITEMS]
    if answer.terms[0].role is Role.OWN or sum(items) == answer.value:
        return False
    if len(terms) > _MOST_WEIGHED:
        return True
    return any(_contests(term, answer, terms) for term in rest)


def _contests(term: Term, answer: Answer, terms: list[Term]) -> bool:
    """Whether a number set aside could be money, and neither adds up to the amount nor divides with it."""
    if term.role not in _COULD_BE_SPENT or (term.role is Role.MAYBE and term.number.value < _LEAST_RIVAL):
        return False
    told = {one.number.value for one in terms if one is not term} | {answer.value}
    others = answer.value, term.number.value
    joined = any(abs(sum(others) - one) < 1 or abs(abs(others[0] - others[1]) - one) < 1 for one in told - set(others))
    counts = {one.number.value for one in terms if one.role in {Role.COUNT, Role.FACTOR, Role.MAYBE}}
    divided = any(count and abs(max(others) / count - min(others)) < 1 for count in counts | {Decimal(2)})
    return not joined and not divided and not any(one.role is Role.PERCENT for one in terms)
