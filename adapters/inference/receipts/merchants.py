"""Whose receipt it is: the name at its head."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.labels import Role, role_of
from adapters.inference.receipts.rows import typical_height
from adapters.inference.receipts.spelling import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.receipts.rows import Row

HEAD_ROWS: Final = 9
LEGIBLE: Final = 0.6
MIN_LETTERS: Final = 3
MAX_LENGTH: Final = 200

_COMPANY: Final = re.compile(
    r"\b(?:sdn|bhd|s/b|ltd|limited|company|inc|plc|cafe|mart|market|store|shop|books?)\b|\bco\.|"
    r"\b(?:enterprise|trading)|restaurant|restoran|coffee|bakery|pharmacy|hotel|clinic|hospital|hardware|station|"
    r"supermarket|ร้าน|บริษัท|บจก|บมจ|หจก|โรงพยาบาล|โรงแรม|โรงเรียน|คลินิก|มาร์ท|ตลาด",
    re.IGNORECASE,
)
_CONTINUES: Final = re.compile(
    r"^(?:co\b|sdn\b|bhd\b|\(m\)|s/b|ltd|limited|enterprise|restaurant|trading)|^\([a-z]+\) sdn", re.IGNORECASE
)
_NOT_A_NAME: Final = re.compile(
    r"\b(?:tel|fax|phone|h/?p|invoice|receipt|tax (?:id|invoice)|gst|vat|reg|bill|date|time|copy|qty|description)\b|"
    r"\b(?:cashier|table|guests?|member|customer|licensee|head office|void|posted|promo|hours|no refund)\b|"
    r"\b(?:jalan|jln|lot|road|rd|street|floor|level|taman|www)\b|^no\b|\.com\b|@|welcome|thank|"
    r"ยกเลิก|เลขประจำตัว|ใบกำกับ|ใบเสร็จ|วันที่|ยินดีต้อนรับ|ถนน|ซอย|ตำบล|อำเภอ|โทร|สาขา\s?\d",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"\s*(?:\bco[.\s-]*reg\b.*|\b\d{5,}-?[A-Z]?\b|\([^()]*\d[^()]*\)?|"
    r"\(?(?:สำนักงานใหญ่|head office)\)?|สาขา.*|branch.*)\s*$",
    re.IGNORECASE,
)
_FRONT: Final = re.compile(r"^(?:สถานีบริการน้ำมัน|สถานีบริการ|ยินดีต้อนรับสู่)\s+")
_FOREIGN: Final = re.compile(r"[\u3040-\u9fff]")


@dataclass(frozen=True, slots=True)
class FoundMerchant:
    """A name and how far it stands out as one."""

    name: str
    confidence: float
    evidence: str


def find_merchant(rows: Sequence[Row], first_entry: int) -> FoundMerchant | None:
    """The most name-like row above the first amount; None where no row there could be a name."""
    usual = typical_height(rows) or 1.0
    head = rows[: min(HEAD_ROWS, first_entry)]
    scored = [(_score(row, place, usual), place) for place, row in enumerate(head) if _may_be_name(row)]
    if not scored:
        return None
    score, place = max(scored, key=lambda choice: (choice[0], -choice[1]))
    name = head[place].text
    if place and _CONTINUES.search(name):
        name = f"{head[place - 1].text} {name}"
    elif place + 1 < len(head) and _CONTINUES.search(head[place + 1].text):
        name = f"{name} {head[place + 1].text}"
    return FoundMerchant(tidy(name), round(min(0.95, max(0.2, 0.9 * score)), 3), head[place].text[:200])


def tidy(name: str) -> str:
    """A name without registration number, branch and what stands before it."""
    short = _FRONT.sub("", _TAIL.sub("", _TAIL.sub("", name))).lstrip(" *-:.,=_#").rstrip(" *-:,=_#")
    return (short or name)[:MAX_LENGTH]


def _may_be_name(row: Row) -> bool:
    letters = sum(char.isalpha() for char in row.text)
    digits = sum(char.isdigit() for char in row.text)
    return (
        letters >= MIN_LETTERS
        and letters > digits
        and row.confidence >= LEGIBLE
        and role_of(label(row.text)) is Role.NONE
        and not _NOT_A_NAME.search(tidy(row.text))
        and not _FOREIGN.search(row.text)
    )


def _score(row: Row, place: int, usual: float) -> float:
    larger = min(1.0, max(0.0, row.height / usual - 1.0))
    named = 0.25 if _COMPANY.search(row.text) else 0.0
    scribbled = 0.25 if row.text.islower() else 0.0
    return (0.6 - 0.06 * place + named + 0.3 * larger - scribbled) * row.confidence
