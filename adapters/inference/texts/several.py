"""Whether several prices of one text belong to one purchase or to several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.phrases import PhraseBook
from adapters.inference.lexicon.prose import Prose, read_prose
from adapters.inference.lexicon.purposes import Judgement, gives, judge, purposes_in, relatives_in, sellers_in, words_in
from contracts.values import Category

if TYPE_CHECKING:
    from adapters.inference.texts.noise import Span

_TOGETHER: Final = (
    frozenset((Category.FOOD, Category.GROCERIES)),
    frozenset((Category.FOOD, Category.ENTERTAINMENT)),
    frozenset((Category.GROCERIES, Category.SHOPPING)),
    frozenset((Category.SHOPPING, Category.EDUCATION)),
    frozenset((Category.TRAVEL, Category.FOOD)),
    frozenset((Category.MERIT, Category.TEMPLE)),
)
_IN_ONE_SHOP: Final = (
    frozenset((Category.GROCERIES, Category.HEALTHCARE)),
    frozenset((Category.SHOPPING, Category.HEALTHCARE)),
)
_EVERYTHING_SOLD: Final = frozenset((Category.GROCERIES, Category.SHOPPING))
_AT_THE_SHOW: Final = frozenset(word_list("snacks_at_a_show"))
_SOLD_IN_SHOPS: Final = frozenset(
    (
        Category.GROCERIES,
        Category.SHOPPING,
        Category.FOOD,
        Category.HEALTHCARE,
        Category.EDUCATION,
        Category.ENTERTAINMENT,
    )
)
_PARTS_OF_A_JOB: Final = frozenset(
    (
        "ขนส่ง",
        "ค่าขนส่ง",
        "ค่าขนย้าย",
        "ค่าแรง",
        "ค่าแรงช่าง",
        "ค่าช่าง",
        "ค่าติดตั้ง",
        "ติดตั้ง",
        "อะไหล่",
        "installation",
        "labour",
        "labor",
    )
)
_PAID_APART: Final = frozenset((Category.BILLS, Category.TRANSPORTATION, Category.FAMILY, Category.TEMPLE))
_ANCHORS: Final = frozenset(word_list("bundle_anchors"))
"""One of these makes what goes with it one payment: a room with its water, a taxi with the toll."""
_BUNDLES: Final = tuple(frozenset(word_list(name)) for name in ("home_bundle", "ride_bundle", "garage_bundle"))
_ONE_COUNTER: Final = tuple(frozenset(word_list(name)) for name in ("garage_jobs", "home_jobs"))
"""What is done and paid at one place: tyres with the wheel alignment, a deposit with the first rent."""
_TIMES_OF_DAY: Final = {
    "เช้า": ("เช้า", "breakfast", "morning"),
    "เที่ยง": ("เที่ยง", "กลางวัน", "lunch", "noon"),
    "บ่าย": ("บ่าย", "afternoon"),
    "เย็น": ("เย็น", "ค่ำ", "ดึก", "dinner", "supper", "evening", "tonight"),
}
_COLD: Final = re.compile(r"(?:กาแฟ|ชา|น้ำ|โกโก้|นม|เอส|โอเลี้ยง|เครื่องดื่ม)(?:[ก-๎]*?)เย็น")
_THEN: Final = PhraseBook((word, True) for word in word_list("then_words"))
_APART: Final = re.compile(
    r"จด(?:แยก|คนละ)|แยกบิล|คนละ(?:บิล|ร้าน|เจ้า|แห่ง|วัน)|แยกกัน(?:สอง|สาม|\s?\d\s?)?(?:ร้าน|เจ้า|ที่)"
    r"|\bseparate(?:ly)? (?:bills?|receipts?|purchases?|shops?|places?)"
)
_AT_ONCE: Final = re.compile(
    r"(?:บิล|ใบเสร็จ|ออเดอร์)(?:ใบ)?เดียว|(?:โอน|จ่าย|รวม|รูด|สแกน)[ก-๎]{0,12}ทีเดียว"
    r"|\b(?:one|same|single) (?:bill|receipt|booking|order|check|invoice)\b"
)
"""Several prices and one payment: nobody says so of two purchases."""
_PLACE: Final = re.compile(r"(?<![ก-๎])ที่[ก-๎a-z]|(?<![a-z])at [a-z]")
_AND: Final = re.compile(r"\band\b|\bthen\b|,|แล้ว|และ|กับ", re.IGNORECASE)
_ACT: Final = re.compile(
    r"[\s,.]*(?:แล้ว|ก็|และ|กับ|ส่วน|and|then|\s)*(กิน|ส่ง|เติม|นั่ง|ขึ้น|ดู|ตัด|ค่า|ทำบุญ|บริจาค|ใส่ซอง|ถวาย|ซื้อ|จ่าย|โอน|ให้|lunch|dinner|breakfast|taxi|donat\w+|bought|paid)"
)
_RELATIVES: Final = re.compile(r"ให้(?:แม่|พ่อ|ยาย|ตา|ปู่|ย่า|น้อง|พี่|ลูก)|(?:mom|mum|dad|sister|brother|grandma)")


def are_several(prose: Prose, prices: list[Span]) -> bool:
    """Judge the words around each price: shops, days, meals, kinds of things, words of sequence."""
    if paid_at_once(prose):
        return False
    parts = parts_of(prose, prices)
    if gives(prose) and _count(map(relatives_in, parts)) > 1:
        return True
    return "+" not in prose.text[prices[0][1] : prices[-1][0]] and _tell_several(prose, prices, parts)


def paid_at_once(prose: Prose) -> bool:
    """Whether the text says itself that all was one payment, and nothing speaks of others."""
    return _AT_ONCE.search(prose.folded) is not None and not _APART.search(prose.folded)


def _tell_several(prose: Prose, prices: list[Span], parts: list[Prose]) -> bool:
    if _count(seller_names(part) for part in parts) > 1 or _count(map(_meals, parts)) > 1:
        return True
    if sum(part.folded.lstrip(" ,และกับ").startswith("โอน") for part in parts) > 1:
        return True
    if _APART.search(prose.folded) or _THEN.find(read_prose(prose.text[prices[0][0] : prices[-1][0]])):
        return True
    if len(_PLACE.findall(prose.folded)) > 1 or _count(set(_RELATIVES.findall(part.folded)) for part in parts) > 1:
        return True
    if purposes_in(prose):
        return _acts_differ(parts)
    return _kinds_differ(prose, parts)


def _acts_differ(parts: list[Prose]) -> bool:
    """Beside a purpose, a part with another purpose or an act of its own: merit made, and then lunch eaten."""
    acts = [match[1] for part in parts if (match := _ACT.match(part.folded)) is not None]
    kinds = {judge(part).category for part in parts}
    apart = all(map(purposes_in, parts)) and not any(kinds <= together for together in _TOGETHER)
    return len(kinds) > 1 and (apart or (len(acts) == len(parts) and len(set(acts)) > 1))


def parts_of(prose: Prose, prices: list[Span]) -> list[Prose]:
    """The words that belong to each price: those before it, or those after where the text starts with a price."""
    starts = [0, *(end for _, end in prices)]
    before = [prose.text[start : price[0]] for start, price in zip(starts, prices, strict=False)]
    tails = [_tail_of(words) if place else 0 for place, words in enumerate(before)]
    before = [
        words[tail:] + following[:next_tail]
        for words, tail, following, next_tail in zip(before, tails, [*before[1:], ""], [*tails[1:], 0], strict=True)
    ]
    if not _says_something(before[0]) and _says_something(prose.text[prices[-1][1] :]):
        ends = [*(start for start, _ in prices[1:]), len(prose.text)]
        return [read_prose(prose.text[price[1] : end]) for price, end in zip(prices, ends, strict=True)]
    last = prose.text[prices[-1][1] :]
    return [read_prose(part) for part in (*before[:-1], f"{before[-1]} {last}")]


def _tail_of(words: str) -> int:
    """How much of the words between two prices belongs to the first: coffee 60 at Amazon | and a haircut 200."""
    found = [match for match in _AND.finditer(words) if match.start() and match.start() in read_prose(words).edges]
    tail = next((match.start() for match in found if _PLACE.search(words[: match.start()].casefold())), 0)
    return tail if tail and _says_something(words[tail:]) else 0


def _says_something(words: str) -> bool:
    prose = read_prose(words)
    return bool(words_in(prose) or sellers_in(prose))


def _count(sets: object) -> int:
    """How many parts have something the others have not."""
    kinds = [frozenset(one) for one in sets if one]  # type: ignore[attr-defined]
    return len(set(kinds))


def seller_names(part: Prose) -> frozenset[str]:
    return frozenset(one.value.canonical for one in sellers_in(part))


def _meals(part: Prose) -> frozenset[str]:
    words = _COLD.sub("", part.folded)
    return frozenset(time for time, names in _TIMES_OF_DAY.items() if any(name in words for name in names))


def _kinds_differ(prose: Prose, parts: list[Prose]) -> bool:
    sellers = [one.value for one in sellers_in(prose)]
    judged = [one for one in map(judge, parts) if one.evidence not in _PARTS_OF_A_JOB]
    known = {one.category for one in judged if one.evidence is not None}
    if sellers and all(one.category in _EVERYTHING_SOLD for one in sellers) and known <= _SOLD_IN_SHOPS:
        return False
    if len(known) > 1 and _count({one.evidence} for one in judged if (one.evidence or "").startswith("ค่า")) > 1:
        return True
    if known == {Category.FOOD, Category.ENTERTAINMENT}:
        return not _eaten_at_the_show(judged)
    if len(known) > 1:
        return not any(known <= together for together in (*_TOGETHER, *(_IN_ONE_SHOP if sellers else ())))
    return bool(known) and known <= _PAID_APART and not _bundled(prose) and _things_differ(parts)


def _things_differ(parts: list[Prose]) -> bool:
    """Whether each part names a thing of its own, and not all of them what one counter takes money for."""
    named = [frozenset(one.within(part).casefold() for one in words_in(part)) for part in parts]
    one_counter = any(all(words & kind for words in named) for kind in _ONE_COUNTER)
    return not one_counter and all(named) and len(set(named)) > 1


def _eaten_at_the_show(judged: list[Judgement]) -> bool:
    """Popcorn goes with the film; a dinner after it is another payment."""
    food = [one.evidence or "" for one in judged if one.category is Category.FOOD]
    return all(any(snack in evidence.casefold() for snack in _AT_THE_SHOW) for evidence in food)


def _bundled(prose: Prose) -> bool:
    said = {one.within(prose).casefold() for one in words_in(prose)} | {
        one.within(prose).casefold() for one in sellers_in(prose)
    }
    return bool(said & _ANCHORS) and any(said <= bundle for bundle in _BUNDLES)
