"""Quantities times unit prices: two kilos at 45, three nights at 1,200, an instalment a month."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.purposes import words_in
from adapters.inference.texts.answers import TOLERANCE, Answer, lone, of
from adapters.inference.texts.discounts import discounted
from adapters.inference.texts.terms import Role, Term

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_INSTALMENTS: Final = re.compile(r"ผ่อน|แบ่งจ่าย|instal")
_ROOMS: Final = frozenset(("ห้อง", "หลัง", "room", "rooms"))
_WORKED: Final = frozenset(("day", "hour", "month"))
_PERIODS: Final = frozenset(("minute", "hour", "week", "month", "year", "งวด"))
_HIRED: Final = re.compile(r"จ้าง|ค่าแรง|คนงาน|แรงงาน|ค่าตัว")
_THERE_AND_BACK: Final = re.compile(r"\bthere and back\b|\bboth ways\b|\bround trip\b|ไป-?กลับ")
_A_WAY: Final = re.compile(r"\s?each way\b")
_TENTHS: Final = Decimal(10)
_TENTH: Final = "ขีด"
"""A tenth of a kilo, by which it is often priced."""
_DOZEN: Final = Decimal(12)
_DOZENS: Final = frozenset(("โหล", "dozen"))
_PIECES: Final = frozenset(("ฟอง", "ใบ", "ลูก", "ชิ้น", "ดอก", "อัน", "ตัว", "ด้าม", "แท่ง", "คู่", "piece", "a piece"))
_SPELLINGS: Final = {
    spelling: kind
    for kind, spellings in {
        "hour": ("hr", "ชั่วโมง", "ชม.", "ชม"),
        "minute": ("min", "นาที"),
        "day": ("วัน",),
        "night": ("คืน",),
        "week": ("wk", "สัปดาห์", "อาทิตย์"),
        "month": ("mo", "mth", "เดือน"),
        "year": ("yr", "ปี"),
        "kilo": ("kg", "โล", "กิโล", "กิโลกรัม", "กก.", "กก"),
        "piece": ("pc", "ชิ้น"),
        "pack": ("แพ็ค", "แพค", "แพ็ก"),
        "bottle": ("ขวด",),
        "box": ("boxe", "กล่อง"),
    }.items()
    for spelling in spellings
}
"""Units by what else they are called: 3 ชั่วโมง at so much a ชม., ten hours at 350/hr."""
_TIMES: Final = frozenset(("x", "×", "*"))
_EACH: Final = frozenset(("each", "apiece", "a piece", "a pop"))
_MOST_TIMES: Final = 30
_AGAIN: Final = re.compile(r"ไปกลับ|ไป-กลับ|ทั้งคู่|ทั้งหมด|รวม|\bboth ways\b|\bround trip\b|\breturn\b|\bboth\b")
_BUNDLE: Final = 3
_TOOK: Final = re.compile(r"(?:ซื้อ|เอา|สั่ง|จัด|หยิบ|เลือก|กิน|ได้|bought|took|got|had|ate)(?:มา|ไป)?\s*$")
_Part = tuple[Decimal, tuple[Term, ...]]
"""A price times its count, and the terms it comes from."""


def by_bundles(prose: Prose, terms: list[Term]) -> Answer | None:
    """So many for so much, and then how many were taken: three for a hundred, six of them."""
    if len(terms) < _BUNDLE:
        return None
    first, price, taken = terms[:_BUNDLE]
    times, rest = divmod(taken.number.value, first.number.value or taken.number.value + 1)
    counted = first.role is Role.COUNT is taken.role and first.unit == taken.unit
    if (
        not counted
        or rest
        or times <= 1
        or price.role not in {Role.AMOUNT, Role.MAYBE}
        or of(terms[_BUNDLE:], Role.AMOUNT)
    ):
        return None
    together = prose.folded[first.number.right : price.number.left].strip().removeprefix(first.unit)
    took = _TOOK.search(prose.folded, price.number.right, taken.number.left)
    if together.strip(" ละ=") or took is None:
        return None
    return Answer(price.number.value * times, (price, first, taken), 0.88)


def by_units(prose: Prose, terms: list[Term]) -> Answer | None:
    """Quantities times unit prices, and single prices beside them."""
    units = of(terms, Role.UNIT)
    if not units:
        return None
    instalments = _INSTALMENTS.search(prose.folded) is not None
    told_whole = units[-1].unit == "งวด" and of(terms, Role.AMOUNT, Role.PAID)
    if told_whole or (instalments and _is_period(units[-1].unit)):
        return lone(units[-1], 0.88)
    parts = _multiplied(prose, units, [] if instalments else _counts(terms))
    product = sum((value for value, _ in parts), Decimal(0))
    counted = any(len(pair) > 1 for _, pair in parts)
    amounts = of(terms, Role.AMOUNT, Role.PAID)
    told = _told_beside(prose, terms, parts, product)
    if told is not None or (amounts and not counted):
        return told
    extra = [*amounts, *of(terms, Role.EXTRA)]
    whole = product + sum((term.number.value for term in extra), Decimal(0))
    named = tuple(term for _, pair in parts for term in pair)
    answer = Answer(whole, (*named, *extra), 0.93 if counted else 0.9, _computed_with(prose, units, named))
    return discounted(answer, terms)


def _computed_with(prose: Prose, units: list[Term], named: tuple[Term, ...]) -> str:
    """The words for a factor that is no number of the text: tenths of a kilo, dozens, there and back."""
    told = [term.unit for term in named if term.unit == _TENTH or term.unit in _DOZENS]
    both = _THERE_AND_BACK.search(prose.folded) if any(_each_way(prose, unit) for unit in units) else None
    return " ".join([*told, *([] if both is None else [prose.text[both.start() : both.end()]])])


def _counts(terms: list[Term]) -> list[Term]:
    heads = any(term.unit in _EACH for term in of(terms, Role.UNIT))
    things = {"things", "heads"} if heads else {"things"}
    return [term for term in terms if term.role is Role.COUNT or (term.role is Role.MAYBE and term.unit in things)]


def _multiplied(prose: Prose, units: list[Term], counts: list[Term]) -> list[_Part]:
    """Each unit price times its count, once where it has none, with the terms that took part."""
    parts: list[_Part] = []
    free = list(counts)
    again = _paid_again_for(prose, counts)
    last: Term | None = None
    for unit in units:
        count = _count_for(unit, free or [one for one in (last,) if one is not None and one.unit == unit.unit])
        if count is None:
            both_ways = Decimal(2) if _THERE_AND_BACK.search(prose.folded) and _each_way(prose, unit) else Decimal(1)
            parts.append((unit.number.value * both_ways, (unit,)))
            continue
        last, free = count, [one for one in free if one is not count]
        kind = _kind_of(unit.unit)
        times = [one for one in again.get(kind, [])[:1] if one is not count]
        factor = times[0].number.value if times else Decimal(1)
        factor *= _DOZEN if count.unit in _DOZENS and unit.unit in _PIECES else 1
        factor /= _TENTHS if count.unit == _TENTH and kind == "kilo" else 1
        parts.append((count.number.value * factor * unit.number.value, (count, unit, *times)))
    return parts


def _paid_again_for(prose: Prose, counts: list[Term]) -> dict[str, list[Term]]:
    """What a price for one of a kind is paid for once more: a night for each room, a day's hire for each hand."""
    hired = counts if _HIRED.search(prose.folded) else []
    hands = [one for one in hired if one.unit == "คน"]
    worked = [one for one in hired if _kind_of(one.unit) in _WORKED]
    rooms = [one for one in counts if one.unit in _ROOMS]
    return {"night": rooms, "คน": worked, **dict.fromkeys(_WORKED, hands)}


def _each_way(prose: Prose, unit: Term) -> bool:
    right = unit.number.right
    return unit.unit in {"เที่ยว", "ขา"} or _A_WAY.match(prose.folded, right) is not None


def _told_beside(prose: Prose, terms: list[Term], parts: list[_Part], product: Decimal) -> Answer | None:
    """The price told beside a unit price: the product, a bundle of three for less, or a refill at so much a litre."""
    amounts = of(terms, Role.AMOUNT, Role.PAID)
    for term in amounts:
        if abs(term.number.value - product) <= TOLERANCE:
            return lone(term, 0.98)
    last = amounts[-1] if amounts else None
    if last is None or len(amounts) > 1 or not product:
        return None
    used = [term for _, pair in parts for term in pair]
    if len(used) > len(parts):
        before = max(term.number.right for term in used)
        named = last.role is not Role.PAID and any(
            before <= one.start and one.end <= last.number.left for one in words_in(prose)
        )
        cheaper = before <= last.number.left and product / 2 < last.number.value < product
        return lone(last, 0.85) if cheaper and not named else None
    times, rest = divmod(last.number.value, product)
    between = prose.folded[used[-1].number.right : last.number.left]
    if last.number.start > used[-1].number.start and not rest and 1 < times <= _MOST_TIMES and _AGAIN.search(between):
        return lone(last, 0.85)  # so much a head, there and back so much
    measured = used[0].unit in word_list("measures") or _is_period(used[0].unit)
    return lone(last, 0.85) if measured and last.number.value > product else None


def _count_for(unit: Term, counts: list[Term]) -> Term | None:
    """The count a unit price belongs to: of the same classifier, else the nearest of another kind of thing."""
    same = [one for one in counts if one.unit and _kind_of(one.unit) == _kind_of(unit.unit)]
    if same:
        return max(same, key=lambda one: (one.number.start < unit.number.start, -_distance(one, unit)))
    if _is_period(unit.unit):
        return None
    other = [one for one in counts if not _is_period(one.unit)] or (counts if unit.unit in _EACH | _TIMES else [])
    before = [one for one in other if one.number.start < unit.number.start]
    return before[-1] if before else (other[0] if other else None)


def _kind_of(unit: str) -> str:
    plain = unit.removeprefix("an ").removeprefix("a ").rstrip("s")
    return _SPELLINGS.get(plain, plain)


def _distance(one: Term, other: Term) -> int:
    return abs(one.number.start - other.number.start)


def _is_period(unit: str) -> bool:
    return _kind_of(unit) in _PERIODS
