"""Every number of a text with the marks directly attached to it: currency, k, percent, sign, satang."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.patterns import Patterns, Sought
from adapters.inference.lexicon.prose import A_FEW_TEXTS, PLAIN_NUMBER
from adapters.inference.texts.noise import number_names_in
from adapters.inference.texts.spelled import (
    ENGLISH_NUMBER,
    ENGLISH_TENS,
    ENGLISH_UNITS,
    THAI_NUMBER,
    THAI_SCALES,
    THAI_UNITS,
    Spelled,
    read_english,
    read_thai,
)
from contracts.money import CURRENCY_WORDS, Currency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.noise import Span

UNKNOWN_CURRENCY: Final = "unknown"
_LONGEST_NUMBER: Final = 40
_DIGITS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.]\d+)?|(?<![\d.a-zก-๎])\.\d+")
_THOUSANDS: Final = re.compile(r"\s?(k|พัน)(?![a-z0-9ก-๎]|\s?(?:plus|\+))")
_MILLIONS: Final = re.compile(r"\s?(m|mil)(?![a-z0-9ก-๎])(?=\s*(?:baht|thb|บาท|฿))")
_DECIMAL_COMMA: Final = re.compile(r",(\d{2})(?![\d,.])")
_PLACE_BEFORE: Final = re.compile(
    r"(?:ที่นั่ง|ห้อง|ตึก|อาคาร|โซน|ชั้น|ซอย|แถว|ช่อง|ล็อค|ล็อก|ประตู|ไซส์|ไซซ์|ไซด์|เบอร์|รุ่น|แบบ|เกรด|size|grade|type|plan|room|building|zone|gate|block|unit|seat|terminal)\s?$"
)
_MODEL_BEFORE: Final = re.compile(r"[a-z]-?$")
_PERCENT: Final = re.compile(r"\s?(?:%|percent|per cent|เปอร์เซ็นต์|เปอร์เซนต์|เปอ)")
_PRICE_TAIL: Final = re.compile(r"\s?(?:\.-|/-|=(?!\s*\d)|\.--)")
_BAHT_TAIL: Final = re.compile(r"\s?(?:บ\.|บ(?![ก-๎])|b(?![a-z0-9])|bt\.?(?![a-z0-9]))")
_BAHT_HEAD: Final = re.compile(r"(?:(?<![a-z0-9])(?:bt\.?|b)\s?)$")
_SATANG: Final = re.compile(r"\s?(?:กับ|and)?\s?(\d{1,2}|[ก-๎]{2,16}?)\s?(?:สตางค์|สต\.|cents?(?![a-z]))")
_ONLY_SATANG: Final = re.compile(r"\s?(?:สตางค์|สต\.)")
_VAGUE_BEFORE: Final = re.compile(r"(?:หลาย|ไม่กี่|กี่|ครึ่ง|(?:\bfew|\bseveral|\bmany|\bcouple)(?: of)?)\s*$")
"""Before a scale: many hundreds are no number."""
_POUND_OF_CAKE: Final = re.compile(r"(?:เค้ก|ลมยาง|เวย์|โปรตีน|ดัมเบล|\bwhey|\bprotein(?: powder)?)[ก-๎]{0,20}\s?$")
_POUNDS_OF_CAKE: Final = re.compile(r"(?:เค้ก|ลมยาง|เวย์|โปรตีน|ดัมเบล)[ก-๎]{0,20}\s?(?:\d[\d.]*|[ก-๎]{2,6})\s?ปอนด์")
_SMALL_WORD: Final = re.compile("|".join(word for word in THAI_UNITS if word != "เอ็ด"))
_ENDS_IN_NUMBER: Final = re.compile(
    rf"(?:\d|สิบ|{'|'.join((*THAI_UNITS, *THAI_SCALES))}"
    rf"|(?<![a-z])(?:{'|'.join((*ENGLISH_UNITS, *ENGLISH_TENS))}|hundred|thousand))$"
)
_HALF: Final = re.compile(r"ครึ่ง(?=โล|กิโล|กก|ลิตร|ชั่วโมง|ชม|วัน|เดือน)|half (?:an? )?(?=kilo|kg|litre|liter|dozen|day|hour)")
_ONE_AND_A_HALF: Final = re.compile(r"(?<!\d)(?<!\d )(?<!กิ)(?:กิโล|โล|ลิตร|ชั่วโมง)ครึ่ง")
_ONE_HALF: Final = re.compile(r"ครึ่ง(?:(?:นึง|หนึ่ง)\s?|\s(?=.))")
"""Half of something is no number one."""
_AND_A_HALF: Final = re.compile(r"\s?(?:กิโล|โล|กก\.?|ลิตร|ชั่วโมง|ชม\.?|เมตร|ไร่)ครึ่ง")
_COIN: Final = "เหรียญ"
_COINS: Final = frozenset(map(Decimal, (1, 2, 5, 10)))
_SMALL_COINS: Final = Sought(r"เหรียญ\s?(?:ห้า|สิบ|บาท|5|10)(?!\d)")
_FED: Final = "หยอด"
"""Before coins: those that a machine is fed with are no dollars."""
_GLUE: Final = re.compile(r"[a-z]$")
_ANY_DIGIT: Final = re.compile(r"\d")

_CURRENCIES: Final[list[tuple[str, Currency | None]]] = sorted(
    [(word.casefold(), currency) for currency, words in CURRENCY_WORDS.items() for word in words if word != "บ."]
    + [("bahts", Currency.THB), ("quid", Currency.GBP), ("ringgits", Currency.MYR), ("เหรียญสหรัฐ", Currency.USD)]
    + [("ดอลล่าร์", Currency.USD), ("ดอล", Currency.USD), ("usd$", Currency.USD), ("sing dollars", Currency.SGD)]
    + [("singapore dollars", Currency.SGD), ("us dollars", Currency.USD), ("ดอลสิงคโปร์", Currency.SGD)]
    + [
        ("sg$", Currency.SGD),
        ("php", Currency.PHP),
        ("円", Currency.JPY),
        ("jp¥", Currency.JPY),
        ("ปอนด์", Currency.GBP),
    ]
    + [("ดอลลาร์ สิงคโปร์", Currency.SGD), ("เหรียญ สิงคโปร์", Currency.SGD), ("ดอลล่าร์สิงคโปร์", Currency.SGD)],
    key=lambda pair: -len(pair[0]),
)


_WORDS_OF_CURRENCIES: Final = (*((word, None) for word in word_list("unknown_currencies")), *_CURRENCIES)
_EVERY_CURRENCY: Final = tuple(word for word, _ in _WORDS_OF_CURRENCIES)
_LONGEST_CURRENCY: Final = max(map(len, _EVERY_CURRENCY))


IN_WORDS: Final = Patterns(((THAI_NUMBER, read_thai), (ENGLISH_NUMBER, read_english)))


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands.

    Attributes:
        start: where its digits or words begin; `left` includes a currency before them.
        end: where its digits or words end; `right` includes what is attached after them.
        currency: attached currency; None when none is.
        foreign: a currency the fleet does not know is attached.
        priced: another sign of a price is attached (`.-`, k, decimals, thousands).
        weak: a bare small number word, money only when nothing else is.
    """

    value: Decimal
    start: int
    end: int
    left: int
    right: int
    currency: Currency | None = None
    foreign: bool = False
    priced: bool = False
    percent: bool = False
    negative: bool = False
    spelled: bool = False
    weak: bool = False

    @property
    def is_count(self) -> bool:
        """Could count things."""
        return not self.priced and self.currency is None and self.value == self.value.to_integral_value()


@lru_cache(maxsize=A_FEW_TEXTS)
def numbers_in(prose: Prose) -> tuple[Number, ...]:
    """Every number, digits or words, left to right, with what is attached."""
    found: list[Number] = []
    free = 0
    for number in sorted(_spelled(prose) + _digits(prose), key=lambda one: (one.start, one.start - one.end)):
        if number.start >= free:
            marked = _with_marks(prose, number)
            found.append(marked)
            free = max(number.end, marked.right)
    return tuple(found)


def _digits(prose: Prose) -> list[Number]:
    found = []
    for match in _DIGITS.finditer(prose.folded):
        value, end = Decimal(match[0].replace(",", "")), match.end()
        priced = "," in match[0] or "." in match[0]
        comma = _DECIMAL_COMMA.match(prose.folded, end)
        thousands = _THOUSANDS.match(prose.folded, end)
        if comma is not None:
            value, end, priced = value + Decimal(comma[1]) / 100, comma.end(), True
        if thousands is not None and not _GLUE.search(prose.folded[max(0, match.start() - 1) : match.start()]):
            value, end, priced = value * 1000, thousands.end(), True
        elif (millions := _MILLIONS.match(prose.folded, end)) is not None:
            value, end, priced = value * 1_000_000, millions.end(), True
        value += _half_more(prose, end)
        found.append(Number(value, match.start(), end, match.start(), end, priced=priced))
    return found


def written(prose: Prose, number: Number) -> str:
    """A number as the text has it, with the half that follows its unit: "สองโลครึ่ง" is two and a half."""
    half = _AND_A_HALF.match(prose.folded, number.end)
    return prose.text[number.left : half.end() if half else max(number.end, number.right)].strip()


def _half_more(prose: Prose, end: int) -> Decimal:
    return Decimal("0.5") if _AND_A_HALF.match(prose.folded, end) else Decimal(0)


def _spelled(prose: Prose) -> list[Number]:
    found = [
        Number(Decimal("0.5"), half.start(), half.end(), half.start(), half.end(), spelled=True, weak=True)
        for half in _HALF.finditer(prose.folded)
    ]
    # โลครึ่ง stands for 1.5 of the classifier it holds, so the number ends where that begins.
    found += [
        Number(Decimal("1.5"), one.start(), one.end(), one.start(), one.start(), spelled=True, weak=True)
        for one in (_ONE_AND_A_HALF.finditer(prose.folded) if "ครึ่ง" in prose.folded else ())
    ]
    for pattern, read in IN_WORDS.likely(prose.folded):
        for start, end in _runs(prose, pattern):
            spelled: Spelled | None = read(prose.folded[start:end].strip()) if prose.is_word(start, end) else None
            if spelled is not None and not _VAGUE_BEFORE.search(prose.folded, max(0, start - 12), start):
                found.append(
                    Number(
                        spelled.value + _half_more(prose, end),
                        start,
                        end,
                        start,
                        end,
                        spelled=True,
                        weak=spelled.weak,
                        priced=not spelled.weak,
                    )
                )
    # The half of "สองโลครึ่ง" is the two's, and no one and a half beside it.
    halved = {half.end() for number in found if (half := _AND_A_HALF.match(prose.folded, number.end))}
    return [number for number in found if number.end not in halved]


def _runs(prose: Prose, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Where number words stand, whole words only; what a run gives back at its end is read again."""
    position = 0
    names = list(number_names_in(prose))
    while (match := pattern.search(prose.folded, position)) is not None:
        start, end = match.span()
        named = next((last for first, last in names if first <= start < last < end), None)
        if named is not None:
            position = named
            continue
        position = end
        if end - start <= 2 * _LONGEST_NUMBER:
            first, last = _first_edge(prose, start, end), _last_edge(prose, start, end)
            cut = _before_counted(prose, first, last)
            position = cut if cut < last else end
            yield first, cut


def _before_counted(prose: Prose, start: int, end: int) -> int:
    """A number ends before a space and a small one that counts things: เก้าสิบ สามเล่ม is 90, three of them."""
    cut = prose.folded.rfind(" ", start, end)
    if cut <= start or not _SMALL_WORD.fullmatch(prose.folded, cut + 1, end):
        return end
    rest = prose.folded[end:].lstrip(" ")
    return cut if rest.startswith(word_list("classifiers")) else end


def _first_edge(prose: Prose, start: int, end: int) -> int:
    """Leave leading letters to the word before: มือสองสองแสน is second-hand and 200,000, มือสอง หมื่นห้า 15,000."""
    half = _ONE_HALF.match(prose.folded, start, end)
    if half is not None:
        start = half.end()
    if prose.folded.startswith("นึง", start) and start + 3 < end:
        start += 3  # แก้วนึงหกสิบ: one cup, and then what it cost
    if start in prose.edges:
        return start
    plain = PLAIN_NUMBER.search(prose.folded, start + 1, end) or _ANY_DIGIT.search(prose.folded, start + 1, end)
    parted = prose.folded.find(" ", start, end) + 1
    places = [*([] if plain is None else [plain.start()]), *([parted] if parted else [])]
    return min(places, default=start)


def _last_edge(prose: Prose, start: int, end: int) -> int:
    """Give back trailing letters that belong to the next word: สามร้อยห้าง is 300 and a mall."""
    while end > start and end not in prose.edges:
        end -= 1
    return end


def _with_marks(prose: Prose, number: Number) -> Number:
    number = _with_tail(prose, number)
    number = _with_currency(prose, number)
    return replace(number, negative=True) if _is_negative(prose, number) else number


def _with_tail(prose: Prose, number: Number) -> Number:
    percent = _PERCENT.match(prose.folded, number.right)
    if percent is not None:
        return replace(number, percent=True, right=percent.end())
    tail = _PRICE_TAIL.match(prose.folded, number.right)
    return number if tail is None else replace(number, priced=True, right=tail.end())


def _with_currency(prose: Prose, number: Number) -> Number:
    if number.percent:
        return number
    no_money = _is_cake_weight(prose, number) or _is_a_seat(prose, number) or _counts_coins(prose, number)
    after = None if no_money else _currency_at(prose, number.right)
    before = None if _is_a_coin(prose, number) else _currency_before(prose, number.left)
    if after is not None:
        number = replace(number, right=after[1], currency=after[0], foreign=after[0] is None)
        number = _with_satang(prose, number)
    elif (satang := _ONLY_SATANG.match(prose.folded, number.right)) is not None and before is None:
        return replace(number, value=number.value / 100, right=satang.end(), currency=Currency.THB)
    if before is not None and (after is None or before[0] is not None):
        strong = after is None or before[1] == number.left or prose.text[before[1]] in "$€£¥฿"
        if strong:
            number = replace(number, left=before[1], currency=before[0], foreign=before[0] is None)
    return number


def _is_a_coin(prose: Prose, number: Number) -> bool:
    """A five or a ten after เหรียญ is the coin of that worth, and no dollars."""
    return number.value in _COINS and prose.folded.endswith(_COIN, 0, number.left)


def _counts_coins(prose: Prose, number: Number) -> bool:
    """Of "fives, three coins" the three are no dollars."""
    return prose.folded[number.right :].lstrip().startswith(_COIN) and _SMALL_COINS.search(prose.folded) is not None


def sells_by_the_pound(prose: Prose) -> bool:
    """Whether pounds are the weight of a cake rather than money."""
    return _POUNDS_OF_CAKE.search(prose.folded) is not None


def _is_a_seat(prose: Prose, number: Number) -> bool:
    """The B of seat 7B, or of a model with a dash before its number, is no baht."""
    if not prose.folded.startswith("b", number.right):
        return False
    before = prose.folded[max(0, number.left - 12) : number.left]
    return _PLACE_BEFORE.search(before) is not None or _MODEL_BEFORE.search(before) is not None


def _is_cake_weight(prose: Prose, number: Number) -> bool:
    """Thai cakes are sold by the pound, and tyres filled with so many."""
    words = prose.folded[max(0, number.left - 24) : number.left]
    return prose.folded.startswith("ปอนด์", number.right + 1) and _POUND_OF_CAKE.search(words) is not None


def _currency_at(prose: Prose, position: int) -> tuple[Currency | None, int] | None:
    start = position + 1 if prose.folded[position : position + 1] == " " else position
    baht = _BAHT_TAIL.match(prose.folded, position)
    if prose.folded.startswith(_EVERY_CURRENCY, start):
        for word, currency in _WORDS_OF_CURRENCIES:
            if _word_at(prose, word, start) and not _belongs_to_the_next(prose, position, start, word):
                return currency, start + len(word)
    return (Currency.THB, baht.end()) if baht is not None else None


def _belongs_to_the_next(prose: Prose, position: int, start: int, word: str) -> bool:
    """A sign after a space and directly before a digit is that number's: T3 S$8.50."""
    rest = prose.folded[start + len(word) :]
    if start > position and word[-1] in "$€£¥฿" and rest[:1].isdigit():
        return True
    spelled = prose.folded[position - 1 : position].isalpha()
    return spelled and word == "rm" and rest.lstrip(" ")[:1].isdigit()


def _word_at(prose: Prose, word: str, start: int) -> bool:
    if not prose.folded.startswith(word, start):
        return False
    end = start + len(word)
    return (
        not word[-1].isalpha()
        or (not word.isascii() and end in prose.edges)
        or not prose.folded[end : end + 1].isalnum()
    )


def _currency_before(prose: Prose, position: int) -> tuple[Currency | None, int] | None:
    end = position - 1 if prose.folded[position - 1 : position] == " " else position
    near = prose.folded[max(0, end - _LONGEST_CURRENCY) : end]
    for word, currency in _WORDS_OF_CURRENCIES if near.endswith(_EVERY_CURRENCY) else ():
        start = end - len(word)
        if start >= 0 and prose.folded.startswith(word, start) and _may_precede(prose, word, start, end, position):
            return currency, start
    head = _BAHT_HEAD.search(prose.folded, max(0, position - 4), position)
    if (
        head is None
        or head.end() != position
        or _PLACE_BEFORE.search(prose.folded, max(0, head.start() - 12), head.start())
    ):
        return None
    return Currency.THB, head.start()


def _may_precede(prose: Prose, word: str, start: int, end: int, position: int) -> bool:
    """A currency before a number belongs to the number before it when there is one: 50 บาท 2 แก้ว."""
    if (word[0].isalpha() and start not in prose.edges) or prose.folded.endswith(_FED, 0, start):
        return False
    if word == "rm" and prose.folded[:start].rstrip()[-1:].isalpha():
        return True
    number_before = _ENDS_IN_NUMBER.search(prose.folded[max(0, start - 12) : start].rstrip()) is not None
    return not number_before or (not word[-1].isalpha() and end == position)


def _with_satang(prose: Prose, number: Number) -> Number:
    match = _SATANG.match(prose.folded, number.right)
    if match is None:
        return number
    cents = Decimal(match[1]) if match[1].isdigit() else getattr(read_thai(match[1]), "value", None)
    return number if cents is None else replace(number, value=number.value + cents / 100, right=match.end())


def _is_negative(prose: Prose, number: Number) -> bool:
    """A minus that is no bullet, separator or range: directly before the number, nothing but space before it."""
    before = prose.folded[: number.left]
    if prose.folded[number.left : number.start].rstrip().endswith("-"):
        return True
    words = before.rstrip()
    if words.endswith(("ติดลบ", "minus", "negative")) or (
        words.endswith("ลบ") and {len(words), len(words) - 2} <= prose.edges
    ):
        return True
    return before.endswith("-") and (len(before) == 1 or before[-2] in " \n\t:=(,฿$€£¥")
