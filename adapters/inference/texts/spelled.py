"""Numbers spelled in words, Thai and English: สองพันห้า is 2,500, "twelve hundred" is 1,200."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

THAI_UNITS: Final = {
    "หนึ่ง": 1, "นึง": 1, "เอ็ด": 1, "สอง": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
THAI_SCALES: Final = {"ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000, "ล้าน": 1_000_000}
_UNIT: Final = "|".join(THAI_UNITS)
_SCALE: Final = "|".join(THAI_SCALES)
_DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_COUNTED: Final = "แก้ว|ชิ้น|คน|กล่อง|จาน|อัน|ตัว|ใบ|ขวด|ถุง|เดือน|วัน|คืน|ครั้ง|ที่|ชุด|เล่ม|แพ็ค|กิโล|โล|คู่|ไม้|เมตร|ลิตร|ต้น|มื้อ|ชาม|ถ้วย"
_BEFORE_SCALE: Final = rf"(?<![\d,.])(?:{_DIGITS})(?=\s?(?:{_SCALE}))"
_AFTER_SCALE: Final = rf"(?:{_SCALE})\s?(?:{_DIGITS})(?![\d,.]|\s?(?:{_COUNTED}))"
_PART: Final = rf"(?:ยี่สิบ|ซาว|สิบ|{_UNIT}|{_AFTER_SCALE}|{_SCALE}|{_BEFORE_SCALE}|ครึ่ง)"
"""Digits belong to a spelled number only beside a scale: 2 พัน, พัน 5, but not 45 สองใบ."""
THAI_NUMBER: Final = re.compile(rf"{_PART}(?:\s?{_PART})*")
_THAI_TOKEN: Final = re.compile(rf"(ยี่สิบ|ซาว|สิบ)|({_UNIT})|({_SCALE})|({_DIGITS})|(ครึ่ง)")

_HUNDRED: Final = 100
_TEN: Final = 10

ENGLISH_UNITS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
ENGLISH_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
ENGLISH_SCALES: Final = {"hundred": 100, "thousand": 1_000, "grand": 1_000, "million": 1_000_000}
_SCALES: Final = "|".join(ENGLISH_SCALES).replace("grand", r"grand(?!\s+total)")
"""The grand total of a receipt is no thousand."""
_WORD: Final = "|".join((*ENGLISH_TENS, _SCALES, *sorted(ENGLISH_UNITS, key=len, reverse=True)))
_LINK: Final = r"(?:\s+and\s+a\s+half\s+|\s+and\s+|\s*-\s*|\s+)"
ENGLISH_NUMBER: Final = re.compile(
    rf"(?<![a-z])(?:(?:half\s+)?an?\s+(?={_SCALES}))?(?:(?<![\d,.])(?:{_DIGITS})\s?(?={_SCALES}))?"
    rf"(?:{_WORD})(?:{_LINK}(?:{_WORD}))*(?![a-z])"
)
_ENGLISH_TOKEN: Final = re.compile(rf"half|and\s+a\s+half|{_DIGITS}|[a-z]+")


class Spelled(NamedTuple):
    """A number in words.

    Attributes:
        weak: a bare small number or bare scale: money only when something else says so.
    """

    value: Decimal
    weak: bool


def read_thai(words: str) -> Spelled | None:
    """The value of a run that THAI_NUMBER matched; None when it holds no words or makes no number."""
    tokens = [match.groups() for match in _THAI_TOKEN.finditer(words)]
    if not any(ten or unit or scale for ten, unit, scale, _, _ in tokens):
        return None
    total, pending, last_scale = Decimal(0), None, None
    for ten, unit, scale, digits, half in tokens:
        if scale:
            last_scale = THAI_SCALES[scale]
            total, pending = _thai_scaled(total, pending, last_scale), None
        elif half:
            total, last_scale = total + Decimal(last_scale or 0) / 2, None
        elif ten:
            pending = _tens(ten, pending)
        else:
            value = Decimal(digits.replace(",", "")) if digits else Decimal(THAI_UNITS[unit])
            pending = value if pending is None else pending + value
    return Spelled(_with_tail(total, pending, last_scale, words), weak=len(tokens) == 1)


def _thai_scaled(total: Decimal, pending: Decimal | None, scale: int) -> Decimal:
    """A scale counts what stands before it, one when nothing does; a million counts all of it."""
    if scale < THAI_SCALES["ล้าน"]:
        return total + (Decimal(1) if pending is None else pending) * scale
    counted = total + (pending or 0)
    return (counted or Decimal(1)) * scale


def _tens(word: str, pending: Decimal | None) -> Decimal:
    if word != "สิบ":
        return Decimal(20)
    return Decimal(_TEN) if pending is None else pending * _TEN


def _with_tail(total: Decimal, pending: Decimal | None, scale: int | None, words: str) -> Decimal:
    """พันห้า is 1,500: a lone digit after a thousand or more counts the next smaller scale; ร้อยห้า is 105."""
    if pending is None:
        return total
    if scale is None or pending >= _TEN or scale <= _HUNDRED:
        return total if scale and words.endswith(("ร้อยนึง", "ร้อยหนึ่ง")) else total + pending
    if words.endswith(("นึง", "หนึ่ง")) and total == scale:
        return total
    return total + pending * scale / _TEN


def read_english(words: str) -> Spelled | None:
    """The value of a run that ENGLISH_NUMBER matched."""
    total, current, last = Decimal(0), Decimal(0), ""
    tokens = _ENGLISH_TOKEN.findall(words)
    if tokens[0] == "grand":  # of a name: the thousand follows its number, or "a"
        return None
    parts = [part for part in tokens if part not in {"a", "an", "and"}]
    for part in parts:
        if part[0].isdigit():
            current = Decimal(part.replace(",", ""))
        elif part.endswith("half"):
            current += Decimal("0.5")
        elif part in ENGLISH_SCALES:
            total, current = _scaled(total, current, ENGLISH_SCALES[part])
        else:
            current = _added(current, last, part)
        last = part
    return Spelled(total + current, weak=len(parts) == 1 and parts[0] not in ENGLISH_SCALES)


def _scaled(total: Decimal, current: Decimal, scale: int) -> tuple[Decimal, Decimal]:
    if scale == _HUNDRED:
        return total, (current or 1) * Decimal(_HUNDRED)
    return total + (current or 1) * Decimal(scale), Decimal(0)


def _added(current: Decimal, last: str, word: str) -> Decimal:
    """Two fifty is 250: a small number followed at once by tens counts hundreds."""
    value = ENGLISH_TENS.get(word) or ENGLISH_UNITS[word]
    if last in ENGLISH_UNITS and value >= _TEN:
        return current * _HUNDRED + value
    return current + value
