"""A text made ready for look-ups: one spelling per letter and digit, and where its words begin and end."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from adapters.inference.lexicon.data import word_list
from adapters.inference.lexicon.segmentation import word_starts

_DIGITS: Final = {ord("๐") + value: str(value) for value in range(10)}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DASHES: Final = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
_QUOTES: Final = {ord("\u2018"): "'", ord("\u2019"): "'", ord("\u201c"): '"', ord("\u201d"): '"'}
_PARTED_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b])\u0e32")
"""The vowel of น้ำ typed as a circle, a tone and a stroke."""
_EACH_AGAIN: Final = re.compile(r"\s?ๆ\s?ละ(?![ก-๎]{2})")
"""2 แก้วๆละ 60 counts and prices by the same word, and is one word to no dictionary."""
PLAIN_NUMBER: Final = re.compile(
    "(?:(?:สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)(?:สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน)|หนึ่ง(?:ร้อย|พัน|หมื่น|แสน|ล้าน)|ยี่สิบ)"
    "(?:(?:หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|ยี่)?(?:สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน))*"
    "|(?:สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ)(?=โล|กิโล|คน|แก้ว|จาน|ชาม|ขวด|ถุง|ชิ้น|ตัว|คู่|ใบ|กล่อง|ห่อ|แพ็ค|ไม้|ลูก|ชั่วโมง|ครั้ง|อัน|เล่ม|ชุด|แผ่น|ผืน|เส้น|เม็ด|มัด|ฟอง|หลอด|ซอง|ดอก|เครื่อง|คัน|เดือน|คืน|เที่ยว|ห้อง|กระป๋อง|แพ็ก|ถัง|ไห|ลัง|โหล|กิโล|ขีด|คอร์ส|รอบ|เข็ม|โดส|แผง|พวง|หวี|เข่ง|กระสอบ|ลิตร|นาที|ก้อน|เรื่อง|ด้าม)"
)
"""สองร้อย, สองโล and the like, which hardly ever are part of another word."""
_NUMBER_WORDS: Final = ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ")
_SPELLING: Final = _DIGITS | _INVISIBLE | _DASHES | _QUOTES
_ODD_CAPITALS: Final = frozenset("İΣ")
"""Of all letters these alone are lowered to two letters, or by what stands beside them."""
A_FEW_TEXTS: Final = 64
"""How many texts what is known of a text is remembered for: one decision asks the same of it many times."""
_MANY_LETTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class Prose:
    """A text with the places where words begin or end.

    Attributes:
        text: normalised, Arabic digits.
        folded: the same length, lower case.
        edges: positions at which a word may begin or end.
        places: the same, left to right.
    """

    text: str
    folded: str = field(compare=False)
    edges: frozenset[int] = field(compare=False)
    places: tuple[int, ...] = field(compare=False)

    def is_word(self, start: int, end: int) -> bool:
        """Whether text[start:end] is made of whole words."""
        return start in self.edges and end in self.edges


def normalise(text: str) -> str:
    """One spelling for each letter, digit, dash and quote."""
    compatible = unicodedata.normalize("NFKC", text).translate(_SPELLING)
    for wrong, right in (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41")):
        compatible = compatible.replace(wrong, right)
    whole = _PARTED_AM.sub("\\1\u0e33", compatible)
    return _EACH_AGAIN.sub(" ๆ ละ", whole) if "ๆ" in whole else whole


def fold(text: str) -> str:
    """Lower case that keeps every position."""
    if _ODD_CAPITALS.isdisjoint(text):
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


@lru_cache(maxsize=A_FEW_TEXTS)
def read_prose(text: str) -> Prose:
    """Normalise a text and find its word edges."""
    clean = normalise(text)
    edges = _edges(clean)
    return Prose(clean, fold(clean), edges, tuple(sorted(edges)))


def is_thai(char: str) -> bool:
    return "\u0e01" <= char <= "\u0e4e" and char != "\u0e3f"


@lru_cache(maxsize=_MANY_LETTERS)
def _kind(char: str) -> str:
    if is_thai(char):
        return "thai"
    if char.isdigit():
        return "digit"
    return "letter" if char.isalpha() or unicodedata.combining(char) else "other"


def has_number_words(text: str) -> bool:
    """Whether a plain number in words can be in a text."""
    return any(map(text.__contains__, _NUMBER_WORDS))


def _pieces(text: str, start: int, end: int) -> list[int]:
    """Where a run of Thai letters is parted before it is divided into words: a plain number begins its own word."""
    numbers = [match.start() for match in PLAIN_NUMBER.finditer(text, start, end)]
    named = [match.span() for match in _number_names().finditer(text, start, end)] if numbers else []
    free = [place for place in numbers if place > start and not any(left <= place < right for left, right in named)]
    return [start, *free, end]


@cache
def _number_names() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in word_list("number_names")))


def _edges(text: str) -> frozenset[int]:
    edges = {0, len(text)}
    start, counts = 0, has_number_words(text)
    for position, (kind, following) in enumerate(pairwise([*map(_kind, text), ""]), 1):
        if kind == following != "other":
            continue
        edges.add(position)
        if kind == "thai":
            for left, right in pairwise(_pieces(text, start, position) if counts else (start, position)):
                edges.update(left + offset for offset in word_starts(text[left:right]))
        start = position
    return frozenset(edges)
