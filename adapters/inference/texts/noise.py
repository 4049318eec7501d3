"""Digits that are never money: phone and account numbers, times, addresses, codes."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.patterns import Patterns
from adapters.inference.lexicon.phrases import PhraseBook
from adapters.inference.lexicon.prose import A_FEW_TEXTS

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_HOUR_WORDS: Final = "หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบเอ็ด|สิบ"
_SHAPES: Final = (
    r"(?:เลขแทร็ก|แทร็กกิ้ง|แทร็ก|tracking(?: no\.?)?)\s?[a-z]{0,4}\d{5,}[a-z]{0,4}",
    r"(?<!\d)[34] ตัว(?:ท้าย|หลัง)\s?\d{3,4}(?!\d)|(?:เลข)?ท้าย\s\d{4}(?!\d|\s?บาท)",
    (
        r"(?:ก่อน(?:เข้า)?|เข้า|มี|ทัน|รอ)(?:ประชุม|งาน|เรียน|กะ|เวร|สอน|รอบ)[ก-๎]{0,6}\s(?:[01]?\d|2[0-3])[.][0-5]\d"
        r"(?!\d|\s?บาท)"
    ),
    r"(?:เทอม|ภาค(?:เรียน)?|semester|term)(?:ที่)?\s?[123]/(?:25|20)?\d\d(?!\d)",
    r"(?<![\d.,])(?:\+66|0066)[ -]?\d[\d -]{6,11}\d",
    r"(?<![\d.,])0\d{1,2}[- ]\d{3}[- ]?\d{3,4}(?!\d)",
    r"(?<![\d.,])0[2-9]\d{7,8}(?!\d)",
    r"(?<![\d.,])\d{3}-\d-\d{4,5}-\d(?!\d)",
    r"(?<![\d.,])\d-\d{4}-\d{5}-\d{2}-\d(?!\d)",
    r"[x*•]{2,}[x*•\d-]*\d+[x*•\d-]*",
    r"(?<![a-z\d])x-?\d{4}(?!\d)",
    r"(?<![\d.,-])\d{1,3}-(?!baht|thb|usd|dollar|peso|yen|euro|pound|ringgit)[a-z]{3,}",
    r"(?<![a-z\d])(?:6e|9w|5j|3k|7c|d7|z2|u2|w5|g8|3u|8m|9c) \d{3,4}(?!\d|[,.]\d|\s?(?:บาท|baht|thb|฿))",
    r"(?:(?<![ก-๎])|หวย|สลาก)เลข\s?\d{6}(?!\d)",
    r"(?<![\d.,])\d{2,3}/\d{2,3}(?:-\d{2}|\s?z?r\s?\d{2})(?!\d)",
    r"(?<![\d,])\d{3,}(?:-\d{3,}){2,}(?!\d)",
    r"(?:รอบ|ตื่น|เข้านอน|เลิกงาน|เข้างาน|ออกจากบ้าน|ถึงบ้าน|เช[็]?[คก]อิน|เช[็]?[คก]เอา(?:ท์|ต์)|check-?(?:in|out)|เปิด|ปิด|เริ่ม|นัด)\s?(?:[01]?\d|2[0-3])[.][0-5]\d(?!\d|\s?บาท)",
    (
        r"(?:\b(?:number|no\.?|code|id)|(?:เลข(?:ที่)?|รหัส|หมายเลข)[ก-๎]{0,12})\s?(?:is|was|คือ|:)\s?[a-z]{0,4}\d{3,}"
        r"(?![\d,.]*\d|\s?(?:บาท|baht|thb|฿))"
    ),
    r"(?<!\d)\d{4}[- ]\d{4}[- ]\d{4}[- ]\d{4}(?!\d)",
    r"(?<![\d.,])(?:[01]?\d|2[0-4]):[0-5]\d(?::\d\d)?(?:\s?(?:น\.|น(?![ก-๎])|am|pm))?",
    r"(?<![\d.,])(?:[01]?\d|2[0-4])[.][0-5]\d\s?(?:น\.|น(?![ก-๎])|(?:am|pm|a\.m\.|p\.m\.|o'clock|hrs?)(?![a-z]))",
    r"(?:เวลา|ตอน)\s?(?:[01]?\d|2[0-4])(?:[.:][0-5]\d)?(?!\d|\s?(?:บาท|฿))",
    r"(?<![\d.,])(?:1[0-2]|0?\d)\s?(?:am|pm|a\.m\.|p\.m\.|o'clock)(?![a-z])",
    rf"(?:บ่าย|ตี)\s?(?:1[0-2]|[1-9]|{_HOUR_WORDS})(?!\d|[ก-๎])(?:\s?โมง)?(?:\s?ครึ่ง)?",
    rf"(?:บ่าย|ตี)\s?(?:\d{{1,2}}|{_HOUR_WORDS})(?:\s?โมง)?\s?ครึ่ง",
    rf"(?<!\d)(?:\d{{1,2}}|{_HOUR_WORDS})\s?(?:โมง(?:เช้า|เย็น|ครึ่ง)?|ทุ่ม(?:ครึ่ง|กว่า)?)",
    r"(?<![\d.,/])\d{1,4}/\d{1,4}(?:/\d+)?(?!\d)",
    r"#\s?\d+",
    r"\border (?:no\.? |number )?\d{4,}(?![\d,.]*\d|\s?(?:baht|thb|฿))",
    r"(?:สอบ|คะแนน|เกรด)[ก-๎]{0,10}ได้\s?\d+(?:\.\d+)?(?:\s?(?:เต็ม|จาก|/)\s?\d+)?",
    r"(?<![\d.,-])\d{1,2}-\d{1,2}-\d{1,2}(?![\d-])",
    r"(?<![a-z\d])[ac-z]\d{1,2}\.\d(?!\d)",
    r"(?<![\d.,])\d{1,4}\s?x\s?\d{1,4}(?=\s?(?:นิ้ว|ซม|มม|เมตร|ฟุต|cm|mm|inch|px))",
    r"(?:สายตา|คอนแทค|เลนส์|lens)[^\d\n]{0,20}-\s?\d{1,2}\.\d\d(?!\d)",
    r"(?<![ก-๎])(?:ออก|ถึง|บิน)\s(?:[01]?\d|2[0-3])[.][0-5]\d(?!\d|\s?บาท)",
    r"(?:departs?|leaves?|lands?|flight [a-z]{2} ?\d+) (?:at )?(?:[01]?\d|2[0-3])[.][0-5]\d(?!\d)",
    (
        r"(?:รหัสอ้างอิง|เลขที่รายการ|เลขที่อ้างอิง|หมายเลขอ้างอิง|\bref(?:erence)?(?: ?no\.?)?) ?\d?\s?[:.]?\s*"
        r"(?:[a-z]{0,5}\d[a-z\d]{4,})"
    ),
    r"(?:\bran|\brun|\bwalked|\bjogged|วิ่ง|เดิน)\s?(?:a )?\d+(?:\.\d+)?\s?k(?![a-z])",
    r"(?:เลขที่|หมายเลข|รหัส|contract|account)[ก-๎]{0,12}\s?(?:no\.?\s?)?\d+(?:-\d+)+(?![\d,.])",
    r"ทะเบียน(?:รถ)?\s?(?:\d[ก-ฮ]{1,2}|(?!รถ)[ก-ฮ]{1,3})[ -]?\d{1,4}(?![\d,.])",
    (
        r"(?:invoice|inv|order|receipt|ref|booking|ticket|policy|tracking|เลขที่|อ้างอิง|พัสดุ|ใบเสร็จ|กรมธรรม์)"
        r"(?:\s?(?:no\.?|number|id|code))?\s?[:#]?\s?[a-z]{0,6}\d+(?:[-/][a-z\d]+)+"
    ),
    r"(?:flight|เที่ยวบิน)\s?(?:no\.?\s?)?(?!to\b)[a-z]{2}\s?\d{2,4}(?!\d)",
    r"[a-z]{2,}\d{4,}[a-z\d]*",
    r"(?<![a-z])(?!thb|usd|rm|sgd)[a-z]{1,5}-\d{4,}(?:-\d+)*(?![\d,.])",
    r"(?<![a-z])(?:tg|fd|dd|sl|pg|vz|ak|sq|mh|cx|jl|nh|ek|ke|oz|br) \d{2,4}(?![\d,.]|\s?(?:บาท|baht|thb|฿))",
    r"(?<![\d.,])\d{1,12}(?!x\d)[a-z]{1,12}\d+[a-z\d]*",
)
PATTERNS: Final = Patterns((re.compile(shape), None) for shape in _SHAPES)
_LAUGHTER: Final = re.compile(r"(?<![\d.,฿$])5{3,}\+*(?![\d.,]|\s?(?:บาท|บ\.|baht|thb|฿|ดอล|เยน))")
"""ห้า is read "ha": 555."""
_SALE_DAY: Final = re.compile(r"(?<![\d.,])(?:(\d\d)\.\1|([1-9])\.\2)(?![\d.,]|\s?(?:บาท|baht|thb|฿))")
"""The shops' sale days, 11.11 and the like, beside a price."""
_NOTES: Final = re.compile(
    r"(?:แบงก์|แบงค์|ธนบัตร)(?:ใบ)?(?:ละ)?\s?(?:ยี่สิบ|ห้าสิบ|ร้อย|ห้าร้อย|พัน|20|50|100|500|1000|1,000)\s?"
    r"(?:\d|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|เดียว)\s?ใบ"
)
"""The notes a price told beside them was paid with."""
Span = tuple[int, int]


@cache
def _names() -> PhraseBook[bool]:
    return PhraseBook((name, True) for name in word_list("number_names"))


@lru_cache(maxsize=A_FEW_TEXTS)
def number_names_in(prose: Prose) -> tuple[Span, ...]:
    """Where names stand that hold the word of a number: ร้อยเอ็ด is a province."""
    return tuple((name.start, name.end) for name in _names().find(prose))


def noise_in(prose: Prose) -> list[Span]:
    """Where such digits stand."""
    found = list(number_names_in(prose))
    likely = PATTERNS.likely(prose.folded)
    found += [match.span() for pattern, _ in likely for match in pattern.finditer(prose.folded)]
    beside = [match.span() for shape in (_SALE_DAY, _LAUGHTER, _NOTES) for match in shape.finditer(prose.folded)]
    return found + [(start, end) for start, end in beside if _has_digit(prose.folded[:start] + prose.folded[end:])]


def _has_digit(words: str) -> bool:
    return any(char.isdigit() for char in words)


def overlaps(span: Span, others: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
