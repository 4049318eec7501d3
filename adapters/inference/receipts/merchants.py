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
MORE_ROWS: Final = 2
PRINTED: Final = 0.93
"""How sure a recogniser is of print; handwriting and stamps are large, and it is less sure of them."""
LEGAL_FORM: Final = 0.45
"""In Latin script. Thai shops print their sign first and the company small below it."""
TRADE: Final = 0.2
HALF_A_NAME: Final = 0.4
SCRIBBLED: Final = 0.2

_LEGAL_FORM: Final = re.compile(
    r"\b(?:sdn\.?\s?bhd|bhd|s/b|ltd|limited|inc|plc|llc|gmbh|corp(?:oration)?)\b|\bco\.",
    re.IGNORECASE,
)
_THAI_LEGAL_FORM: Final = re.compile(r"^บริษัท|จำกัด|^(?:บจก|บมจ|หจก)\b")
_TRADE: Final = re.compile(
    r"\b(?:company|cafe|mart|market|store|shop|books?|enterprise|trading|industr\w+|supply|supplies|centre|group)\b|"
    r"restaurant|restoran|coffee|bakery|pharmacy|farmasi|hotel|clinic|klinik|hospital|hardware|station|pasaraya|"
    r"pasar raya|supermarket|stationery|kedai|syarikat|perniagaan|ร้าน|โรงพยาบาล|โรงแรม|โรงเรียน|คลินิก|มาร์ท|ตลาด",
    re.IGNORECASE,
)
_TRADE_ALONE: Final = re.compile(
    r"(?:\W|\b(?:and|bistro|cafe|restaurant|restoran|coffee|bar|bakery|mart|market|store|shop|the|pharmacy|hotel|clinic|"
    r"supermarket|ร้าน|ร้านอาหาร|ตลาด)\b)+",
    re.IGNORECASE,
)
_CONTINUES: Final = re.compile(
    r"^(?:&|co\b|sdn\b|bhd\b|\(m\)|s/b|ltd|limited|enterprise|restaurant|trading|จำกัด)|^\([a-z ]+\) sdn", re.IGNORECASE
)
_UNFINISHED: Final = re.compile(r"(?:&|\b(?:and|of|de|the))$|\([^()]*$|^บริษัท(?!.*จำกัด)", re.IGNORECASE)
_NEVER_A_NAME: Final = re.compile(
    r"\b(?:tel|fax|phone|h/?p|invoice|receipt|tax (?:id|invoice)|gst|vat|qty|description|cashier|licensee|formerly)\b|"
    r"\b(?:member|customer|sold to|bill to|www|bill)\b|\.com\b|@|welcome|thank|"
    r"ยกเลิก|เลขประจำตัว|ใบกำกับ|ใบเสร็จ|วันที่|ยินดีต้อนรับ|โทร\b|โทร\.|เลขที่|ลูกค้า|โต๊ะ",
    re.IGNORECASE,
)
_HARDLY_A_NAME: Final = re.compile(
    r"\b(?:reg|date|time|copy|table|guests?|head office|void|posted|promo|hours|no refund|ref no|deliver)\b|"
    r"\b(?:order|queue|dine|take ?away|goods sold|returnable|terminal|duplicate|reprint|slip)\b|"
    r"\b(?:jalan|jln|lot|road|rd|street|floor|level|taman)\b|^no\b|(?:^|\s)(?:ถนน|ซอย|ตำบล|อำเภอ|แขวง)|สาขา\s?\d",
    re.IGNORECASE,
)
_BUYER: Final = re.compile(
    r"^(?:(?:sold|bill|ship|deliver\w*) to|customer|attn|messrs|m/s|ลูกค้า|ชื่อลูกค้า|ผู้ซื้อ)\b", re.IGNORECASE
)
_REGISTRATION: Final = re.compile(
    r"(?<=\S)\s*\(?(?:\b(?:co|reg|roc|company)\b[\s.:-]*)*(?:\bno[\s.:-]*)?(?:\([a-z]{1,2})?\d{5,}\s?-?\s?[A-Z]?\b.*$",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"\s*(?:\bco[.\s-]*reg\b.*|\([^()]*\d[^()]*\)?|"
    r"\(?(?:สำนักงานใหญ่|head office)\)?|สาขา.*|branch.*)\s*$",
    re.IGNORECASE,
)
_SPOILT_FORMS: Final = (
    (re.compile(r"(?!sdn\b\.?[\s,]*bhd)\b[S5][DBO0][NMH]\b\.?[\s,]*[B83D][HMN][DO0]\b", re.IGNORECASE), "SDN BHD"),
    (re.compile(r"\b5/[B8]\b"), "S/B"),
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
    head = [_printed(row) for row in _head(rows, first_entry)]
    scored = [(_score(row, place, usual), place) for place, row in enumerate(head) if _may_be_name(row)]
    if not scored:
        return None
    score, place = max(scored, key=lambda choice: (choice[0], -choice[1]))
    name = " ".join(row.text for row in head[slice(*_extent(head, place))])
    return FoundMerchant(tidy(name), round(min(0.95, max(0.2, 0.9 * score)), 3), head[place].text[:200])


def _head(rows: Sequence[Row], first_entry: int) -> Sequence[Row]:
    """The rows above the first amount and above the buyer's name."""
    buyer = next((place for place, row in enumerate(rows) if _BUYER.search(row.text)), len(rows))
    return rows[: min(HEAD_ROWS, first_entry, buyer)]


def _printed(row: Row) -> Row:
    """The row without the numbers somebody wrote or stamped beside the name."""
    named = [cell for cell in row.cells if sum(map(str.isalpha, cell.text)) >= MIN_LETTERS]
    return named[0] if len(named) == 1 else row


def _extent(head: Sequence[Row], place: int) -> tuple[int, int]:
    """The rows a name goes over: a line that begins with "Sdn Bhd" or ends with "and" is half a name."""
    first, last = place, place + 1
    while first and place - first < MORE_ROWS and _belong(head[first - 1], head[first]):
        first -= 1
    while last < len(head) and last - place <= MORE_ROWS and _belong(head[last - 1], head[last]):
        last += 1
    return first, last


def _belong(upper: Row, lower: Row) -> bool:
    if _CONTINUES.search(lower.text):
        return True
    return bool(_UNFINISHED.search(upper.text)) and _is_wordy(lower.text) and not _NEVER_A_NAME.search(lower.text)


def tidy(name: str) -> str:
    """A name without registration number, branch and what stands before it."""
    for spoilt, form in _SPOILT_FORMS:
        name = spoilt.sub(form, name)
    short = _FRONT.sub("", _TAIL.sub("", _TAIL.sub("", _REGISTRATION.sub("", name))))
    short = short.lstrip(" *-:.,=_#").rstrip(" *-:,=_#(")
    return (short or name)[:MAX_LENGTH]


def _is_wordy(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters >= MIN_LETTERS and letters > sum(map(str.isdigit, text))


def _may_be_name(row: Row) -> bool:
    return (
        _is_wordy(row.text)
        and row.confidence >= LEGIBLE
        and not _FOREIGN.search(row.text)
        and _is_worded_like_one(tidy(row.text))
    )


def _is_worded_like_one(name: str) -> bool:
    """A company may be called after a street or after points; of a row without legal form such a word says more."""
    if _NEVER_A_NAME.search(name):
        return False
    return bool(_LEGAL_FORM.search(name) or _THAI_LEGAL_FORM.search(name)) or not (
        _HARDLY_A_NAME.search(name) or (role_of(label(name)) is not Role.NONE and not _TRADE.search(name))
    )


def _score(row: Row, place: int, usual: float) -> float:
    """How much a row looks like the name of a seller: its legal form tells most, then trade, size and place."""
    name = tidy(row.text)
    larger = min(1.0, max(0.0, row.height / usual - 1.0)) if row.confidence >= PRINTED else 0.0
    trade = TRADE * bool(_TRADE.search(name)) - HALF_A_NAME * bool(_TRADE_ALONE.fullmatch(name))
    thai_form = TRADE * bool(_THAI_LEGAL_FORM.search(name))
    named = LEGAL_FORM if _LEGAL_FORM.search(name) else max(trade, thai_form)
    scribbled = SCRIBBLED if row.text.islower() else 0.0
    return (0.6 - 0.06 * place + named + 0.2 * larger - scribbled) * row.confidence**2
