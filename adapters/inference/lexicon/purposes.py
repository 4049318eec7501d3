"""What a purchase was for, in the order that works: purpose, merchant, words, and else nothing certain."""

from __future__ import annotations

import re
from enum import StrEnum, auto
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.inference.lexicon.data import category_rows, table
from adapters.inference.lexicon.merchants import KnownMerchant, merchants_in
from adapters.inference.lexicon.payment import payments_in
from adapters.inference.lexicon.phrases import Found, PhraseBook
from adapters.inference.lexicon.prose import A_FEW_TEXTS, Prose
from contracts.values import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_PURPOSE: Final = 0.93
_BY_MERCHANT: Final = 0.92
_BY_BROAD_MERCHANT: Final = 0.75
_BY_ONE_WORD: Final = 0.8
_MOST_BY_WORDS: Final = 0.92
_LEAST_BY_WORDS: Final = 0.5
_BY_VAGUE_WORD: Final = 0.6
_NOTHING_KNOWN: Final = 0.25
_THE_PRICE_OF: Final = 8
"""Letters a word that begins with ค่า is thought to be longer: the fare to the doctor's is a fare.
Where it goes on it is no more than its letters, and an open one decides nothing: of ค่าน้ำชา the tea does."""
_DESTINATION: Final = re.compile(r"(?:ไป|ถึง|(?<!ไป)กลับ|แถว|จาก|\bto|\bto the|\bfrom|\bfrom the)\s*$")


_COOKING_BEFORE: Final = re.compile(
    r"(?:ยำ|ตำ|ผัด|แกง|ต้ม|ทอด|ปิ้ง|ย่าง|อบ|นึ่ง|ลวก|คั่ว|พล่า|grilled |fried |steamed |boiled |roast )$"
)
_COOKING_AFTER: Final = re.compile(
    r"ทอด|ย่าง|เผา|ปิ้ง|นึ่ง|อบ|ต้ม|ผัด|ปั่น|ลวก|ดอง|ปาด|เชื่อม| (?:salad|soup|curry|shake|smoothie|pie|juice)"
)
_BY_NIGHT: Final = re.compile(
    r"(?:\d|หนึ่ง|สอง|สาม|สี่|ห้า)\s?คืน(?!เงิน|ให้)|คืนละ|ต่อคืน|คืนเดียว|\bnights?\b|โรงแรม|รีสอร์[ทต]|\bhotel|\bresort|\bhostel"
)
_TO_A_PERSON: Final = re.compile(
    r"\s*(?:[$€£¥฿]?[\d,.]+\s?k?\s?(?:baht|thb|usd|php|sgd|eur|gbp|dollars?|pesos?|euros?|pounds?|bucks)?)?"
    r"\s*(?:home )?(?:to|for)?\s*(?:my|the|คุณ)?\s*"
)
"""Between a word of giving and the relative: nothing, or the sum that was given."""
_HOSPITAL: Final = re.compile(r"รพ|โรงพยาบาล|hospital|ผู้ป่วย|แอดมิท")
_OUTRANKED: Final = {
    Category.GROCERIES: frozenset(
        (Category.MISCELLANEOUS, Category.BILLS, Category.TRANSPORTATION, Category.SHOPPING, Category.HEALTHCARE,
         Category.EDUCATION, Category.ENTERTAINMENT, Category.TRAVEL)
    ),
    Category.HEALTHCARE: frozenset((Category.SHOPPING, Category.GROCERIES, Category.FOOD, Category.TRANSPORTATION)),
    Category.EDUCATION: frozenset((Category.FOOD, Category.TRANSPORTATION)),
    Category.BILLS: frozenset((Category.FOOD, Category.SHOPPING)),
    Category.TRAVEL: frozenset((Category.FOOD,)),
    Category.SHOPPING: frozenset((Category.FOOD,)),
    Category.TRANSPORTATION: frozenset((Category.FOOD,)),
}  # fmt: skip
"""What a seller of one kind also takes money for, where the words say so: bills at a shop, a meal at a hotel."""
_CIRCUMSTANCE: Final = re.compile(
    r"\b(?:after|before|near|opposite|behind|beside|outside|during|next to)(?: the| my| a| an| our)?\s$"
)
"""Before what only tells when or where: an x-ray after the scooter fall."""
_PURSES: Final = frozenset(("wallet", "visa", "วีซ่า", "mastercard"))
_TO_THEM: Final = re.compile(
    r"\b(?:sent|gave|give|send|transferred|wired)(?: to)? (?:her|him|them)\b|(?:ให้|ส่งให้)(?:แก|ท่าน|เขา)(?=\s|\d|ไป|แล้ว)"
    r"|ขอ(?:เงิน|ตังค์|ตัง)"
)
_A_TEMPLE: Final = re.compile(r"(?:ศาลา|โบสถ์|หลังคา|เมรุ|กุฏิ|กุฎิ|เจดีย์|กำแพง|ห้องน้ำ|โรงครัว|พระ|ให้|ที่)วัด(?!ถุ|ดวง|ผล)[ก-๎]{0,20}")
"""A temple's name in the middle of a word, where the dictionary saw no word begin."""
_FOR: Final = "ให้"
"""Bare, behind a thing, it tells for whom the thing is: a game topped up for a son."""
_STRANGER: Final = re.compile(
    r" and (?:me|i|myself)\b|(?:ค้า|ครัว|บ้าน|ชี|เลี้ยง|พิมพ์|สื่อ)|"
    r"\s?(?:พนักงาน|เจ้าของ|ขาย|ร้าน|ข้าง|แม่บ้าน|วิน|แท็กซี่|คนขับ|ส่งของ|ช่าง|ยาม|รปภ|ที่ขาย|ทำความสะอาด|หอ|หวย)"
)
"""After a word for a relative, somebody who only is called so: the aunt who owns the house."""


class Step(StrEnum):
    """What answered, in the order asked."""

    PURPOSE = auto()
    FAMILY = auto()
    MERCHANT = auto()
    WORDS = auto()
    LIKENESS = auto()
    NOTHING = auto()


class Judgement(NamedTuple):
    """A category, the words it rests on, and the step that answered.

    Attributes:
        confidence: how sure the step is on its own, before everything known of the text is weighed.
        rivals: how many other categories the text's words speak for.
    """

    category: Category
    confidence: float
    evidence: str | None
    step: Step
    rivals: int = 0


@cache
def _purposes() -> PhraseBook[Category | None]:
    traps: list[tuple[str, Category | None]] = [(word, None) for word in table("language")["not_purposes"]]
    return PhraseBook(traps + list(category_rows("purpose")))


@cache
def _words() -> PhraseBook[Category | None]:
    money: list[tuple[str, Category | None]] = [(word, None) for word in table("language")["not_things"]]
    return PhraseBook(money + list(category_rows("words")))


@cache
def _family(part: str) -> PhraseBook[bool]:
    return PhraseBook((word, True) for word in table("categories")["family"][part])


def judge(prose: Prose, merchant: KnownMerchant | None = None) -> Judgement:
    """The category of a purchase told in words.

    Args:
        prose: the text.
        merchant: the known merchant, when it was told apart from the text.
    """
    purpose = _by_purpose(prose)
    if purpose is not None:
        return purpose
    words = _without_purses(prose, words_in(prose))
    gift = _family_gift(prose)
    bought_thing = bool(words) and _first_start(_family("buying").find(prose)) is not None
    if gift is not None and not bought_thing and not _outranks_family(prose, words):
        return Judgement(Category.FAMILY, _BY_PURPOSE, gift, Step.FAMILY)
    return _by_merchant(prose, merchant, words) or _by_words(prose, words) or _unknown()


def _without_purses(prose: Prose, words: tuple[Found[Category], ...]) -> tuple[Found[Category], ...]:
    """The words without those that are a part of how it was paid: GrabPay wallet, Visa credit card."""
    paid = payments_in(prose) if any(one.within(prose).casefold() in _PURSES for one in words) else []
    spans = [(one.start - 1, one.end + 1) for one in paid]
    return tuple(
        one
        for one in words
        if one.within(prose).casefold() not in _PURSES
        or not any(one.end > start and one.start < end and _is_joined(prose, one, start, end) for start, end in spans)
    )


def _is_joined(prose: Prose, one: Found[Category], start: int, end: int) -> bool:
    """Whether nothing but a space stands between a purse's word and the words of paying at (start + 1, end - 1)."""
    between = prose.folded[one.end : start + 1] if one.end <= start + 1 else prose.folded[end - 1 : one.start]
    return not between.strip()


@lru_cache(maxsize=A_FEW_TEXTS)
def words_in(prose: Prose) -> tuple[Found[Category], ...]:
    """Every word that names a thing of some category, left to right."""
    found = [Found(one.start, one.end, one.value) for one in _words().find(prose) if one.value is not None]
    found = [one._replace(value=Category.FOOD) if _is_cooked(prose, one) else one for one in found]
    dishes = {one.end for one in found if one.value is Category.FOOD}
    found = [
        one._replace(value=Category.FOOD) if one.value is Category.GROCERIES and one.start in dishes else one
        for one in found
    ]  # โรตีกล้วยไข่: what a dish is made with
    return tuple(one._replace(value=_of_nights(prose)) if _is_by_night(prose, one) else one for one in found)


def _is_by_night(prose: Prose, one: Found[Category]) -> bool:
    """A room is rented by the month; paid by the night it is a traveller's, or a patient's."""
    rented = one.value is Category.BILLS and one.within(prose).casefold() in table("language")["rents"]
    return rented and _BY_NIGHT.search(prose.folded) is not None


def _of_nights(prose: Prose) -> Category:
    return Category.HEALTHCARE if _HOSPITAL.search(prose.folded) else Category.TRAVEL


def _is_cooked(prose: Prose, one: Found[Category]) -> bool:
    """A mango is groceries; with a word of cooking directly beside it is a dish."""
    if one.value is not Category.GROCERIES:
        return False
    return bool(_COOKING_BEFORE.search(prose.folded[max(0, one.start - 6) : one.start])) or bool(
        _COOKING_AFTER.match(prose.folded, one.end)
    )


@lru_cache(maxsize=A_FEW_TEXTS)
def sellers_in(prose: Prose) -> tuple[Found[KnownMerchant], ...]:
    """Known merchants money went to: no bank or wallet, and not where a ride only ended."""
    sellers = [one for one in merchants_in(prose) if not one.value.handles_money]
    rides = [one.start for one in words_in(prose) if one.value is Category.TRANSPORTATION]
    rides += [one.start for one in sellers if one.value.category is Category.TRANSPORTATION]
    ride = min(rides, default=len(prose.text))
    return tuple(
        one
        for one in sellers
        if one.start < ride
        or one.value.category is Category.TRANSPORTATION
        or not _DESTINATION.search(prose.folded[: one.start][-16:])
    )


@lru_cache(maxsize=A_FEW_TEXTS)
def purposes_in(prose: Prose) -> tuple[Found[Category], ...]:
    """Every word that tells a cultural purpose, left to right."""
    found = _purposes().find(prose)
    return tuple(Found(one.start, one.end, one.value) for one in found if one.value is not None)


def relatives_in(prose: Prose) -> frozenset[str]:
    """The relatives a text names, by its words for them."""
    return frozenset(one.within(prose).casefold() for one in _family("persons").find(prose))


def gives(prose: Prose) -> bool:
    """Whether money is given to somebody."""
    return bool(_family("giving").find(prose))


def _by_purpose(prose: Prose) -> Judgement | None:
    found = purposes_in(prose)
    if not found:
        return None
    order = (Category.TEMPLE, Category.FESTIVAL, Category.MERIT, Category.FAMILY)
    best = min(found, key=lambda one: order.index(one.value))
    if best.value is Category.MERIT and best.within(prose).casefold() in table("language")["plain_giving"]:
        temple = _temple(prose)
        if temple is not None:
            return Judgement(Category.TEMPLE, _BY_ONE_WORD, f"{best.within(prose)} {temple}", Step.PURPOSE)
    rivals = len({one.value for one in found}) - 1
    return Judgement(best.value, _BY_PURPOSE, best.within(prose), Step.PURPOSE, rivals)


def _temple(prose: Prose) -> str | None:
    named = [one.within(prose) for one in words_in(prose) if one.value is Category.TEMPLE]
    named += [one.within(prose) for one in merchants_in(prose) if one.value.category is Category.TEMPLE]
    if named:
        return named[0]
    glued = _A_TEMPLE.search(prose.folded)
    return None if glued is None else prose.text[glued.start() : glued.end()]


def _family_gift(prose: Prose) -> str | None:
    """Words of giving followed at once by a relative."""
    persons = [one for one in _family("persons").find(prose) if not _STRANGER.match(prose.folded, one.end)]
    to_them = _TO_THEM.search(prose.folded)
    if to_them is not None and any(one.end <= to_them.start() for one in persons):
        return prose.text[to_them.start() : to_them.end()]
    for giving in _family("giving").find(prose):
        if giving.within(prose) == _FOR and any(
            _weight(prose, one) > 1 and one.end <= giving.start for one in words_in(prose)
        ):
            continue
        for person in persons:
            gap = prose.folded[giving.end : person.start]
            if person.start >= giving.end and _TO_A_PERSON.fullmatch(gap):
                return prose.text[giving.start : person.end]
    return None


def _outranks_family(prose: Prose, words: Sequence[Found[Category]]) -> bool:
    """Tuition and treatment, and the rent: whoever it is sent to owns the house."""
    rent = any(one.within(prose).casefold() in table("language")["rents"] for one in words)
    treated = (one for one in words if one.value in {Category.EDUCATION, Category.HEALTHCARE})
    return rent or any(_weight(prose, one) > 1 for one in treated)


def _by_merchant(prose: Prose, merchant: KnownMerchant | None, words: Sequence[Found[Category]]) -> Judgement | None:
    found = sellers_in(prose)
    known = merchant or (found[0].value if found else None)
    if known is None or known.handles_money:
        return None
    telling = any(_weight(prose, one) > 1 for one in words)
    if (telling and known.broad) or (telling and _sells_besides(prose, known, words)):
        return None
    evidence = found[0].within(prose) if found and merchant is None else known.canonical
    sure = _BY_BROAD_MERCHANT if known.broad else _BY_MERCHANT
    rivals = len({one.value for one in words} - {known.category})
    return Judgement(known.category, sure, evidence, Step.MERCHANT, rivals)


def _sells_besides(prose: Prose, known: KnownMerchant, words: Sequence[Found[Category]]) -> bool:
    """Whether the words tell of something sold there besides what the seller is known for."""
    told = _by_words(prose, words)
    return told is not None and told.category in _OUTRANKED.get(known.category, frozenset())


def _by_words(prose: Prose, words: Sequence[Found[Category]]) -> Judgement | None:
    if not words:
        return None
    weights: dict[Category, int] = {}
    for one in words:
        weights[one.value] = weights.get(one.value, 0) + _weight(prose, one)
    best = max(weights, key=lambda category: (_heaviest(prose, words, category), weights[category]))
    share = weights[best] / sum(weights.values())
    evidence = max((one for one in words if one.value is best), key=lambda one: _weight(prose, one))
    sure = _LEAST_BY_WORDS + share * (_BY_ONE_WORD - _LEAST_BY_WORDS)
    several = sum(one.value is best for one in words) > 1 and share == 1
    vague = _heaviest(prose, words, best) == 1
    prior = _BY_VAGUE_WORD if vague else _MOST_BY_WORDS if several else round(sure, 3)
    return Judgement(best, prior, evidence.within(prose), Step.WORDS, len(weights) - 1)


def _weight(prose: Prose, one: Found[Category]) -> int:
    """Longer words are more particular, and a price of something most of all; a vague one only counts when alone."""
    word = one.within(prose).casefold()
    if word in _vague() or _CIRCUMSTANCE.search(prose.folded, max(0, one.start - 16), one.start):
        return 1
    if not word.startswith("ค่า"):
        return one.end - one.start
    if not prose.folded.startswith("ไป", one.end) and any(other.start == one.end for other in words_in(prose)):
        return 1 if word in table("language")["open_fees"] else one.end - one.start
    return one.end - one.start + (0 if word in table("language")["rents"] else _THE_PRICE_OF)


@cache
def _vague() -> frozenset[str]:
    return frozenset(table("language")["vague_words"])


def _heaviest(prose: Prose, words: Sequence[Found[Category]], category: Category) -> int:
    return max(_weight(prose, one) for one in words if one.value is category)


def _first_start(found: list[Found[bool]]) -> int | None:
    return found[0].start if found else None


def _unknown() -> Judgement:
    return Judgement(Category.MISCELLANEOUS, _NOTHING_KNOWN, None, Step.NOTHING)
