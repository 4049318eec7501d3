"""What of a bill its owner paid: a share that is told, a division among people, a half, what others left."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.patterns import Sought
from adapters.inference.lexicon.payment import TWO_PURSES
from adapters.inference.texts.answers import TOLERANCE, UNCONFIRMED_SUM, Answer, lone, of, summed, total
from adapters.inference.texts.several import are_several
from adapters.inference.texts.terms import HEADS, Role, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.inference.lexicon.prose import Prose

_DIVIDED: Final = Sought(r"(?<!อา)หาร|แชร์กัน|แบ่งกัน|ช่วยกันออก|\bsplit\b|\bshared?\b|\bwent dutch\b|\bgoing dutch\b")
_PEOPLE: Final = frozenset(("คน", "ท่าน", "people", "persons", "friends", "pax", "of us", "person", "heads"))
_HALF: Final = Sought(
    r"(?:หาร|แบ่ง|แชร์|ออก|ช่วย)(?:กัน)*(?:ออก|จ่าย)?(?:คนละ)?ครึ่ง|(?:ออก|จ่าย)(?:ไป)?ครึ่ง(?:เดียว|หนึ่ง|นึง)"
    r"|กับ(?:เพื่อน|แฟน|พี่|น้อง|แม่|พ่อ)(?:สาว|ชาย)?\s?คนละครึ่ง|คนละครึ่งกับ"
    r"|\bsplit (?:it |the bill )?(?:in half|50|fifty|evenly with)|\bhalf each\b|\bwent halves\b"
    r"|\b(?:50[/-]50|fifty[- ]fifty)\b|\b(?:paid|pay|owe|covered) half\b(?! price)"
    r"|\bhalf (?:of it|was mine|is mine)\b|\bmy half\b"
    r"|\bhalf (?:was|is) (?:already )?(?:settled|paid)|\bthe other half\b"
)
_SPLIT_WITH_ONE: Final = re.compile(
    r"\bsplit(?: [a-z]+){0,3}(?: [\d,.]+(?: baht)?)? with (?:my |a )?"
    r"(?:friend|roommate|sister|brother|wife|husband|boyfriend|girlfriend|colleague|mom|dad|partner)\b"
)
_ROUNDED: Final = Decimal(1)
"""Shares are told without their satang."""
_HALF_OF: Final = re.compile(r"(?:ครึ่ง(?:หนึ่ง|นึง)?ของ|\bhalf of)\s?$")
_ONLY_MINE: Final = re.compile(
    r"(?:จ่าย|ออก)(?:แค่|เฉพาะ|แต่)(?:ของ)?(?:ตัวเอง|เรา|ผม|ฉัน)|ต่างคนต่าง(?:จ่าย|ออก)|แยกกันจ่าย|แยกจ่าย"
    r"|\b(?:paid|pay) (?:only |just )?for (?:myself|mine|my own)|\bjust (?:mine|my own)|\bonly (?:mine|my own)"
)
_ALL_MINE: Final = re.compile(
    r"(?:เรา|ผม|ฉัน|หนู|กู|พี่|ป๋า)?เลี้ยง(?:เอง|หมด|ทั้งหมด|ทุกคน|ทั้งโต๊ะ|ทั้งทีม)|(?:เรา|ผม|ฉัน|หนู)(?:เป็นคน)?เลี้ยง|เป็นเจ้ามือ"
    r"|จ่ายรวบ|(?:จ่าย|ออก)(?:ให้)?(?:หมด|ทุกคน|ทั้งหมด|ทั้งโต๊ะ)|\bmy treat\b|\b(?:i|we) (?:paid|pay|treated|covered|got) "
    r"(?:for )?(?:all|everyone|everybody|the whole|them|us all)"
)
_TWO_OF_US: Final = re.compile(
    r"\bfor (?:the |my )?(?:wife|husband|girlfriend|boyfriend|mom|mum|dad|son|daughter|friend|partner|kid)"
    r" and (?:me|myself|i)\b|\bfor both of us\b|(?:พ่อ|ปู่|ตา|พี่)(?:กับ|และ)(?:แม่|ย่า|ยาย|น้อง)\s?(?=คนละ)"
)
_LEAST_PEOPLE: Final = 2
_MOST_PEOPLE: Final = 30


def own_share(_: Prose, terms: list[Term]) -> Answer | None:
    own = of(terms, Role.OWN)
    return lone(own[-1], 0.95) if own else None


def heads_after(prose: Prose, terms: list[Term]) -> Answer | None:
    """A bill and then what came on each of so many people, or a price a head and words of paying one's own alone."""
    heads = [term for term in of(terms, Role.UNIT) if term.unit in HEADS]
    if heads and _ONLY_MINE.search(prose.folded):
        return lone(heads[-1], 0.9)
    for place, each in enumerate(terms):
        if each.role is not Role.UNIT or each.unit not in HEADS:
            continue
        whole = {term.number.value for term in of(terms[:place], Role.AMOUNT, Role.PAID, Role.FINAL)}
        people = [term for term in of(terms[:place], Role.COUNT) if term.unit in _PEOPLE]
        if any(abs(each.number.value * term.number.value - bill) <= TOLERANCE for term in people for bill in whole):
            return lone(each, 0.8)
    return None


def all_heads(prose: Prose, terms: list[Term]) -> Answer | None:
    """A price a head, so many heads, and words of paying for all of them."""
    heads = [term for term in terms if term.role in {Role.UNIT, Role.OWN} and (term.unit in HEADS or not term.unit)]
    people = [
        term
        for term in of(terms, Role.COUNT, Role.MAYBE)
        if _LEAST_PEOPLE <= term.number.value <= _MOST_PEOPLE and (term.unit in _PEOPLE or not term.unit)
    ]
    if len(heads) != 1 or len(people) != 1 or not _ALL_MINE.search(prose.folded):
        return None
    return Answer(heads[0].number.value * people[0].number.value, (people[0], heads[0]), 0.85)


def both_heads(prose: Prose, terms: list[Term]) -> Answer | None:
    """A price a head, paid for two who are named."""
    heads = [term for term in of(terms, Role.UNIT) if term.unit.removeprefix("a ") in HEADS]
    two = _TWO_OF_US.search(prose.folded)
    if len(heads) != 1 or two is None or of(terms, Role.AMOUNT, Role.PAID, Role.FINAL):
        return None
    return Answer(heads[0].number.value * 2, (heads[0],), 0.85, prose.text[two.start() : two.end()])


def factors_in(prose: Prose, terms: list[Term]) -> list[Term]:
    """By how many a bill was divided; counted people where words of sharing stand beside the only price."""
    factors = [term for term in of(terms, Role.FACTOR) if term.number.value > 1 or term.unit == "others"]
    if factors or not _DIVIDED.search(prose.folded) or of(terms, Role.OWN):
        return factors
    people = [term for term in of(terms, Role.COUNT, Role.MAYBE) if term.unit in _PEOPLE]
    return [term for term in people if _LEAST_PEOPLE <= term.number.value <= _MOST_PEOPLE]


def shared(prose: Prose, terms: list[Term]) -> Answer | None:
    """Divided by so many people."""
    factors = factors_in(prose, terms)
    whole = _whole(prose, terms) if factors else None
    if whole is None:
        return None
    people = factors[-1].number.value + (1 if factors[-1].unit == "others" else 0)
    for bills in ((Role.AMOUNT, Role.PAID, Role.FINAL), (Role.AMOUNT, Role.PAID, Role.FINAL, Role.LIST_PRICE)):
        told = _told(of(terms, *bills), lambda bill: bill / people)
        if told is not None:
            return lone(told, 0.95)
    return Answer(whole.value / people, (*whole.terms, factors[-1]), min(whole.sure, 0.88))


def _whole(prose: Prose, terms: list[Term]) -> Answer | None:
    """The bill: its total, the sum of what stands on it, or a quantity times its price."""
    final = of(terms, Role.FINAL)
    items = final or of(terms, Role.AMOUNT, Role.PAID)
    if not items:
        return _times(of(terms, Role.UNIT), of(terms, Role.COUNT)) or _largest(of(terms, Role.LIST_PRICE))
    extras = [] if final else of(terms, Role.EXTRA)
    top = max(items, key=lambda term: term.number.value)
    rest = [term for term in items if term is not top]
    spans = [(term.number.left, term.number.right) for term in items]
    bill = bool(final) or not rest or sum(term.number.value for term in rest) == top.number.value
    if bill or are_several(prose, spans):
        return summed([top, *extras], 0.88)
    return summed([*items, *extras], UNCONFIRMED_SUM)


def _told(terms: list[Term], part: Callable[[Decimal], Decimal]) -> Term | None:
    """The term that is this part of the largest."""
    top = max(terms, key=lambda term: term.number.value, default=None)
    return next((term for term in terms if top and abs(term.number.value - part(top.number.value)) < _ROUNDED), None)


def _times(units: list[Term], counts: list[Term]) -> Answer | None:
    """Two sets at 329."""
    if len(units) != 1:
        return None
    fitting = [count for count in counts if count.unit not in _PEOPLE] or counts[:1]
    factor = fitting[0].number.value if fitting else Decimal(1)
    return Answer(factor * units[0].number.value, (*fitting[:1], units[0]), 0.85)


def _largest(terms: list[Term]) -> Answer | None:
    return lone(max(terms, key=lambda term: term.number.value), 0.85) if terms else None


def halved(prose: Prose, terms: list[Term]) -> Answer | None:
    totals = of(terms, Role.FINAL) or of(terms, Role.AMOUNT, Role.PAID)
    if not totals:
        return None
    top = max(totals, key=lambda term: term.number.value)
    if TWO_PURSES.search(prose.folded):
        return None
    half_of = _HALF_OF.search(prose.folded, max(0, top.number.left - 16), top.number.left)
    if not half_of and not _HALF.search(prose.folded) and not _SPLIT_WITH_ONE.search(prose.folded):
        return None
    told = _told(of(terms, Role.FINAL, Role.AMOUNT, Role.PAID), lambda bill: bill / 2)
    return lone(told, 0.93) if told else Answer(top.number.value / 2, (top,), 0.85)


def less_others(_: Prose, terms: list[Term]) -> Answer | None:
    """What insurance, an employer or a friend paid is taken off."""
    others = of(terms, Role.OTHERS)
    totals = of(terms, Role.FINAL, Role.AMOUNT, Role.PAID)
    if not others or not totals:
        return None
    top = max(totals, key=lambda term: term.number.value)
    left = top.number.value - total(others)
    left_over = (one for one in totals if any(term.number.value == one.number.value + total(others) for term in terms))
    told = next(left_over, None) or _told(totals, lambda bill: bill - total(others))
    if told is not None:
        return lone(told, 0.95)
    return Answer(left, (top, *others), 0.88) if left > 0 else None
