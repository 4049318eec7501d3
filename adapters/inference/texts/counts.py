"""Numbers that count, measure or name: three cups, 12 km, room 302, iPhone 15."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.merchants import merchants_in
from adapters.inference.lexicon.payment import payments_in
from adapters.inference.lexicon.prose import A_FEW_TEXTS
from adapters.inference.lexicon.purposes import purposes_in, words_in
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.numbers import Number

_EACH: Final = re.compile(r"(?<![ก-๎])([ก-๎.]{2,10})(?<!แ)ละ")
_EACH_WORD: Final = re.compile(
    r"(?<=[ก-๎])(?<!แ)ละ(?:(?![ก-๎]{2})|(?=ยี่สิบ|สิบ|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|ร้อย|พัน|หมื่น))"
)
_LONGEST_UNIT: Final = 8
_FEW: Final = 20
_MANY: Final = 31
_LANE: Final = "ซอย"
_IN_A_LANE: Final = re.compile(r"(?:ใน|ปาก|หน้า|ท้าย|กลาง|ข้าง|ต้น|เข้า)$")
"""Before a lane without a number: what follows is a price."""
_CUBIC_METRE: Final = "คิว"
"""Of sand; also what one waits in, with a number of its own."""
_MOST_PEOPLE: Final = 100
_HEADS: Final = "คน"
_ROOM: Final = "ห้อง"
_OF_WHICH_ONE: Final = ("นึง", "หนึ่ง", "แรก")
"""After a classifier it speaks of one of them: of 110 แก้วนึง the number is a price."""
_MOST_ROOMS: Final = 200
_HARDLY_A_PRICE: Final = 4
_SMALL_LABEL: Final = Decimal(20)
_MODEL_LIMIT: Final = Decimal(100)
_TIMES_BEFORE: Final = re.compile(r"(?:^|[\sก-๎)])[x×*]\s?$")
_OCTANES: Final = frozenset((91, 95, 97))
_REFILL_BEFORE: Final = re.compile(r"(?:เติม|น้ำมัน|fuel|เบนซิน|(?<![a-z])e)\s*$")
_FOR_SO_MANY: Final = re.compile(r"\bfor\s+$")
_TABLE_FOR: Final = re.compile(r"\b(?:table|seats?|room|reservation|party|booking|booked) for\s+$")
_PRICE_OF: Final = re.compile(r"ค่า[ก-๎]{0,12}$")
"""ค่าเช่าห้อง 3500 is the price of a room, not its number."""
_PRICE_OF_THIS: Final = re.compile(r"ค่า(?:เช่า|จอง|มัดจำ)?$")
"""Of the labelled thing itself: ค่าน้ำห้อง 1205 is the water of room 1205."""
_PAID_FOR: Final = re.compile(r"\b(?:paid|pay|spent|cost)\D{0,6} for(?: a| the)?\s*$")
_PRICE_OF_A_ROOM: Final = re.compile(r"ค่า(?:เช่า)?ห้อง\s?$")
_SOMETHING_ELSE: Final = re.compile(
    r"(?!\s*(?:ราคา|จำนวน|ยอด|เดือน|รวม|เป็น|โอน|จ่าย|ชั้น|ตึก|อาคาร|คอนโด|หอ|งวด|ปี|รอบ|บาท|แล้ว))\s*(?:และ|กับ|,)?\s*[ก-๎]{3}"
)
_FOR_A_PRICE: Final = re.compile(r"\s?for (?:only )?(?:thb |rm |[฿$€£¥])?\d?")
"""Between a number and the next one, whose first digit may be in sight: 5 for 50 baht."""
_AT_A_PRICE: Final = re.compile(r"\s(?:at|@) (?:thb |rm |[฿$€£¥])?\d")
_TIMES_AFTER: Final = re.compile(r"\s?[x×](?![a-z\d])")
_FACTOR_BEFORE: Final = re.compile(
    r"(?:(?<!อา)หาร(?:กัน)?|แชร์(?:กัน)?|(?<!กิน)แบ่ง(?:กัน|จ่าย|ออก)*|ช่วยกัน(?:ออก|จ่าย)"
    r"|split(?: it| the bill| between| among| by)*|divided by|÷)\s*$"
)
_FACTOR_AFTER: Final = re.compile(r"\s*(?:คน\s*)?(?:(?<!อา)หาร(?:กัน|เท่า)?(?!\S*คนละ)|ways|way split)")
_INSTALMENTS: Final = re.compile(r"\s?(?:งวด|เดือน|ครั้ง|รอบ)")
_LETTER: Final = re.compile(r"[a-z]")
_WORD_AFTER: Final = re.compile(r"\s?([a-zà-ÿ']+)")
_FEW_WORDS_BEFORE: Final = re.compile(
    r"(?:^|[\n,;.:–-]|\b(?:bought|got|had|ordered|for|ate|of|and|get|with|paid|spent|on|the|a|buy|took)|ซื้อ|สั่ง|กิน|เอา|ได้)\s*$"
)
_SHORT_PREPOSITIONS: Final = frozenset(word_list("ambiguous_classifiers"))
_THEN_A_NUMBER: Final = re.compile(r"\s?\d")
_CAPITALS: Final = re.compile(r"\s?([A-Z]{2,4})\s(?=[฿$]?\d)")
_GOES_ON: Final = re.compile(r"[a-zก-๎]")
_NUMBER_WORD: Final = re.compile(r"(?:ร้อย|พัน|หมื่น|สิบ|ยี่สิบ|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)")
_GOES_NOWHERE: Final = re.compile(
    rf"{_NUMBER_WORD.pattern}|(?:จาก|ที่|ของ|แล้ว|กับ|โดย|รวม|จ่าย|โอน|ราคา|เต็ม|ก่อน|ก็)(?![ก-๎]?์)"
)
"""After a classifier what begins another word for sure: seven days from Klook."""
_MEASURES: Final = word_list("measures")
_WITH_OTHERS: Final = re.compile(
    r"(?:split|shared|share|หาร|แชร์)(?: it| the bill| this)?\s*(?:with|กับ)(?: my)?(?:เพื่อน|แฟน)?\s*$"
)
_OTHER_PEOPLE: Final = re.compile(r"\s*(?:friends?|people|others?|colleagues?|คน)")
_GLUED_UNITS: Final = frozenset(("m", "g", "l", "h", "w", "%"))
_MODELS: Final = frozenset(word_list("device_models"))
_HARD_LABELS: Final = frozenset(word_list("strict_labels"))


@cache
def _labels() -> tuple[tuple[str, str], ...]:
    """Each label with and without its dot, the longest first."""
    return tuple((word, word.rstrip(".")) for word in sorted(word_list("labels"), key=len, reverse=True))


@cache
def _bare_labels() -> tuple[str, ...]:
    return tuple(bare for _, bare in _labels())


@cache
def _counters() -> tuple[str, ...]:
    return tuple(sorted((*word_list("classifiers"), *word_list("english_units")), key=len, reverse=True))


@cache
def _counters_by_letter() -> dict[str, tuple[str, ...]]:
    """Those that begin with the same letter."""
    return {
        letter: tuple(word for word in _counters() if word.startswith(letter))
        for letter in {word[0] for word in _counters()}
    }


def classifier_at_end(prose: Prose, words: str) -> str:
    """The classifier some words end with: the โล of ส้มโล, the หวี of กล้วยหวี; the words themselves when there is none."""
    return next((word for word in (*_counters(), *_priced_by(prose)) if words.endswith(word)), words)


@lru_cache(maxsize=A_FEW_TEXTS)
def _priced_by(prose: Prose) -> tuple[str, ...]:
    """Words the text itself prices by: รีม of รีมละ 115 is a classifier whether it is listed or not."""
    found = [match[1] for match in _EACH.finditer(prose.folded)]
    for match in _EACH_WORD.finditer(prose.folded):
        start = match.start()
        edges = [start - size for size in range(2, _LONGEST_UNIT) if start - size in prose.edges]
        found += [prose.folded[edge:start] for edge in edges[:1] if start in prose.edges]
    return tuple(dict.fromkeys(found))


def measure_after(prose: Prose, number: Number) -> str:
    """The unit of a measured quantity, also of one with decimals: 12.5 km."""
    return _counter_after(prose, number, _MEASURES)


def priced_unit_after(prose: Prose, number: Number) -> str:
    """The unit after a number that the text itself prices by: of ไม้ละ 10 ยี่สิบสามไม้ the sticks."""
    return _counter_after(prose, number, _priced_by(prose))


def as_count_or_label(prose: Prose, number: Number, left: str, right: str) -> tuple[Role, str] | None:
    factor = _factor(number, left, right)
    if factor is not None:
        return Role.FACTOR, factor
    if _TIMES_BEFORE.search(left) or _TIMES_AFTER.match(right):
        return Role.COUNT, "x"
    letter = prose.folded[number.right : number.right + 2].lstrip(" ")[:1]
    counter = _counter_after(prose, number, (*_priced_by(prose), *_counters_by_letter().get(letter, ())))
    if counter:
        return Role.COUNT, counter
    if (unit := _tokens_after(prose, number)) is not None:
        return Role.COUNT, unit
    label = _label(prose, number, left, right)
    if label is not None:
        return label, ""
    return _english_count(prose, number, left, right)


def _factor(number: Number, left: str, right: str) -> str | None:
    """Whether the number divides a bill: "others" when the owner is not counted in."""
    if _WITH_OTHERS.search(left) and _OTHER_PEOPLE.match(right):
        return "others"
    parted = not _INSTALMENTS.match(right) and _FACTOR_BEFORE.search(left)
    divides = (number.value <= _MOST_PEOPLE and parted) or (number.value <= _FEW and _FACTOR_AFTER.match(right))
    return "" if divides else None


def _counter_after(prose: Prose, number: Number, counters: tuple[str, ...]) -> str:
    gap = prose.folded[number.right : number.right + 1] == " "
    start = number.right + 1 if gap else number.right
    if not prose.folded.startswith(counters, start):
        return ""
    for word in counters:
        end = start + len(word)
        if not prose.folded.startswith(word, start) or (word in _GLUED_UNITS and gap) or end not in prose.edges:
            continue
        if not _begins_something_else(prose, number, start, end) and not _is_a_preposition(prose, number, word, end):
            return word
    return ""


def _begins_something_else(prose: Prose, number: Number, start: int, end: int) -> bool:
    """Whether what looks like a classifier prices by one (แก้วละ), names one of several, or begins a longer word."""
    if prose.folded.startswith("ละ", end) or _begins_a_longer_word(prose, start, end):
        return True
    if number.value > _MANY and prose.folded.startswith(_OF_WHICH_ONE, end):
        return True
    cubic = prose.folded[start:end] == _CUBIC_METRE
    return cubic and number.value > _FEW and _THEN_A_NUMBER.match(prose.folded, end) is not None


def _is_a_preposition(prose: Prose, number: Number, word: str, end: int) -> bool:
    """Whether a classifier that is also a preposition or the beginning of a name is that, after such a number."""
    if word not in _SHORT_PREPOSITIONS or word in _priced_by(prose):
        return False
    rest = prose.folded[end:]
    counts_before_a_price = _THEN_A_NUMBER.match(rest) is not None
    rooms = word == _ROOM and number.value > _MOST_ROOMS
    heads = word == _HEADS and number.value <= _FEW
    goes_on = not heads and bool(_GOES_ON.match(rest)) and not _GOES_NOWHERE.match(rest)
    return (number.value > _MANY and (rooms or not counts_before_a_price)) or goes_on


def _tokens_after(prose: Prose, number: Number) -> str | None:
    """The capitals between a number and the next one, where they name nothing that is sold: 600 UC 349 baht."""
    capitals = _CAPITALS.match(prose.text, number.right)
    if capitals is None:
        return None
    named = [(one.start, one.end) for one in words_in(prose)]
    named += [(one.start, one.end) for one in merchants_in(prose)]
    named += [(one.start, one.end) for one in payments_in(prose)]
    inside = any(start < capitals.end(1) and capitals.start(1) < end for start, end in named)
    return None if inside else capitals[1].casefold()


def _begins_a_longer_word(prose: Prose, start: int, end: int) -> bool:
    """Whether the classifier only is the beginning of something bought: after 500, ซองงานแต่ง counts nothing."""
    found = (*words_in(prose), *purposes_in(prose))
    return any(one.start == start and one.end > end + 1 for one in found)


def _label(prose: Prose, number: Number, left: str, right: str) -> Role | None:
    if number.value in _OCTANES and _REFILL_BEFORE.search(left):
        return Role.MAYBE
    if not number.spelled and _touches_a_letter(prose, number):
        return Role.IGNORED
    trimmed = left.rstrip(" .:-")
    for word, bare in _labels() if trimmed.endswith(_bare_labels()) else ():
        start = number.left - len(left) + len(trimmed) - len(bare)
        if trimmed.endswith(bare) and start in prose.edges:
            in_a_lane = bare == _LANE and number.value >= _SMALL_LABEL and _IN_A_LANE.search(trimmed[: -len(bare)])
            if in_a_lane or _is_a_price_of_its_own(word, left, right) or _counts_before(word, number, left):
                return None
            longer = number.value >= _SMALL_LABEL and word not in _MODELS
            if longer and _ends_a_longer_word(prose, start, start + len(bare)):
                return Role.MAYBE if word in _HARD_LABELS else None
            return _label_role(word, number, trimmed[: -len(bare)])
    return None


def _touches_a_letter(prose: Prose, number: Number) -> bool:
    glued = number.start == number.left and _LETTER.match(prose.folded[max(0, number.start - 1) : number.start])
    return bool(glued or _LETTER.match(prose.folded[number.end : number.end + 1]))


def _counts_before(word: str, number: Number, left: str) -> bool:
    """Whether the label counts with the number before it: of "1 คิว 450" the 450 is the price of one."""
    counted = word == _CUBIC_METRE or (word in word_list("classifiers") and word not in _HARD_LABELS)
    counts = counted and left.strip() == word
    return counts and number.left > len(left) and number.value >= _SMALL_LABEL


def _is_a_price_of_its_own(word: str, left: str, right: str) -> bool:
    """ค่าห้อง 5000 ให้แม่ 3000: what follows names something else, so the number before it is no room's."""
    return word == "ห้อง" and _PRICE_OF_A_ROOM.search(left) is not None and _SOMETHING_ELSE.match(right) is not None


def _ends_a_longer_word(prose: Prose, start: int, end: int) -> bool:
    """Whether the label only is the end of something bought: ข้าวซอย is a dish, and its number no lane's."""
    words = any(one.start < start and one.end == end for one in words_in(prose))
    return words or any(one.start < start and one.end == end for one in merchants_in(prose))


def _label_role(word: str, number: Number, before: str) -> Role | None:
    short = len(word) == 1
    if short and (number.spelled or before[-1:].isalnum() or number.value > _FEW):
        return None
    price_of = _PRICE_OF_THIS if word in _HARD_LABELS else _PRICE_OF
    if (number.value >= _SMALL_LABEL and price_of.search(before)) or _PAID_FOR.search(before):
        return Role.MAYBE
    if word in _MODELS:
        return Role.MAYBE if number.value >= _MODEL_LIMIT else Role.IGNORED
    if word in _HARD_LABELS:
        return Role.IGNORED
    return Role.MAYBE if number.value >= _SMALL_LABEL else Role.IGNORED


def _english_count(prose: Prose, number: Number, left: str, right: str) -> tuple[Role, str] | None:
    """Three beers, two lattes: a small number before a noun, nothing nameable before it."""
    word = _WORD_AFTER.match(right)
    if number.value > _FEW or not number.value:
        return None
    if _TABLE_FOR.search(left) or _FOR_A_PRICE.fullmatch(right) or _AT_A_PRICE.match(right):
        return Role.COUNT, "things"
    if _FOR_SO_MANY.search(left) and word is None:
        return Role.MAYBE, "heads"
    if word is not None and word[1] not in word_list("function_words"):
        plural = word[1].endswith("s") and number.value > 1
        if plural or _FEW_WORDS_BEFORE.search(left):
            return Role.MAYBE, "things"
    thing_after = any(0 <= one.start - number.right <= 1 for one in words_in(prose))
    if thing_after and _FEW_WORDS_BEFORE.search(left):
        return Role.MAYBE, "things"
    return (Role.MAYBE, "") if number.weak or number.value <= _HARDLY_A_PRICE else None
