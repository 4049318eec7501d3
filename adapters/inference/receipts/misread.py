"""Thai words a recogniser got nearly right: the labels of receipts and the names of months.

Thai marks above and below the letters are lost or confused first, so words are compared by their letters alone, and a
word may have a letter or two wrong, the more the longer it is. Only words of these closed lists are put right: what
somebody sells and what a shop is called stay as they were read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

LABELS: Final = (
    "รวมทั้งสิ้น",
    "รวมทั้งหมด",
    "รวมสุทธิ",
    "รวมเงินทั้งสิ้น",
    "รวมเป็นเงินทั้งสิ้น",
    "รวมเป็นเงิน",
    "รวมเงิน",
    "ยอดรวมสุทธิ",
    "ยอดรวม",
    "ยอดสุทธิ",
    "ยอดเงินสุทธิ",
    "ยอดชำระ",
    "ยอดที่ต้องชำระ",
    "ยอดเงิน",
    "ยอดโอน",
    "ยอดคงเหลือ",
    "จำนวนเงินรวมทั้งสิ้น",
    "จำนวนเงินทั้งสิ้น",
    "จำนวนเงิน",
    "มูลค่าสินค้า",
    "มูลค่าก่อนภาษี",
    "ราคาก่อนภาษี",
    "ภาษีมูลค่าเพิ่ม",
    "ค่าบริการ",
    "เซอร์วิสชาร์จ",
    "ส่วนลด",
    "คูปองส่วนลด",
    "ปัดเศษ",
    "เงินสด",
    "รับเงินสด",
    "รับเงิน",
    "รับมา",
    "เงินทอน",
    "ทอนเงิน",
    "ค่าธรรมเนียม",
    "แต้มสะสม",
    "คะแนนสะสม",
    "บัตรเครดิต",
    "บัตรเดบิต",
    "พร้อมเพย์",
    "โอนเงิน",
    "ทรูมันนี่",
    "วอลเล็ท",
    "โอนเงินสำเร็จ",
    "จ่ายบิลสำเร็จ",
    "จ่ายเงินสำเร็จ",
    "ชำระเงินสำเร็จ",
    "ชำระบิลสำเร็จ",
    "เติมเงินสำเร็จ",
    "รายการสำเร็จ",
    "ทำรายการสำเร็จ",
    "ผู้รับเงิน",
    "ชำระให้",
    "ไปยัง",
    "เลขที่รายการ",
    "เลขที่อ้างอิง",
    "เลขอ้างอิง",
    "หมายเลขอ้างอิง",
    "รหัสอ้างอิง",
    "เลขประจำตัวผู้เสียภาษี",
    "ใบกำกับภาษี",
    "ใบเสร็จรับเงิน",
    "บันทึกช่วยจำ",
    "วันที่",
    "เลขที่",
)
_MARKS: Final = frozenset("่้๊๋์ํ็ัิีึืฺุู")
_SAME: Final = str.maketrans({"ำ": "า", "ใ": "ไ", "โ": "ไ"})
_LOOKALIKES: Final = ("กถภฤ", "ดคตศ", "บปษ", "ผพฝฟ", "ขชซ", "นมณฆ", "สล", "อฮ", "รธฐ", "ทฑห", "ยบข", "ิีึื")
_ALIKE: Final = frozenset((one, other) for group in _LOOKALIKES for one in group for other in group if one != other)
_CLOSE: Final = 0.4
_SHORTEST: Final = 4
_ONE_WRONG, _TWO_WRONG, _THREE_WRONG = 5, 9, 14
_MAX_MONTH_MISFIT: Final = 0.34
_CLEAR_OF_THE_NEXT: Final = 0.05
_MONTHS: Final = (
    ("มค", "มกราคม", "jan", "january"),
    ("กพ", "กุมภาพันธ์", "feb", "february"),
    ("มีค", "มีนาคม", "mar", "march"),
    ("เมย", "เมษายน", "apr", "april"),
    ("พค", "พฤษภาคม", "may", "may"),
    ("มิย", "มิถุนายน", "jun", "june"),
    ("กค", "กรกฎาคม", "jul", "july"),
    ("สค", "สิงหาคม", "aug", "august"),
    ("กย", "กันยายน", "sep", "september"),
    ("ตค", "ตุลาคม", "oct", "october"),
    ("พย", "พฤศจิกายน", "nov", "november"),
    ("ธค", "ธันวาคม", "dec", "december"),
)


class _Phrase(NamedTuple):
    words: str
    letters: str
    tolerance: int


def mend(text: str) -> str:
    """The text with a misread label at its beginning put right; as it is where none is likely."""
    if not any("\u0e01" <= char <= "\u0e4e" for char in text):
        return text
    letters, ends = _letters(text)
    found = [(phrase, size) for phrase in _PHRASES if (size := _at_start(phrase, letters))]
    if not found:
        return text
    phrase, size = max(found, key=lambda choice: _likeness(choice[0], letters[: choice[1]]))
    return phrase.words + text[ends[size - 1] :]


def _likeness(phrase: _Phrase, read: str) -> tuple[float, str]:
    """The longer phrase, unless a shorter one is nearer to what was read."""
    return len(phrase.letters) - 3 * misfit(read, phrase.letters), phrase.words


def month_of(word: str) -> int | None:
    """The month a word most likely names; None where two fit alike or none does."""
    read = word.replace(".", "").replace(" ", "").casefold()
    misfits = sorted(
        (min(misfit(read, name) / len(name) for name in names), number) for number, names in enumerate(_MONTHS, 1)
    )
    (best, number), (second, _) = misfits[:2]
    return number if best <= _MAX_MONTH_MISFIT and second - best >= _CLEAR_OF_THE_NEXT else None


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters without marks, spaces and punctuation, up to the first digit, and where each ends in the text."""
    letters: list[str] = []
    ends: list[int] = []
    for place, char in enumerate(text, 1):
        if char.isdigit():
            break
        if char in _MARKS:
            if ends:
                ends[-1] = place
        elif char.isalpha() or char in "ะาำ":
            letters.append(char)
            ends.append(place)
    return "".join(letters).translate(_SAME), ends


def _at_start(phrase: _Phrase, letters: str) -> int:
    """How many letters of the text the phrase takes; 0 where it is not there."""
    size = len(phrase.letters)
    spans = range(max(1, size - phrase.tolerance), min(len(letters), size + phrase.tolerance) + 1)
    fits = [(_wrong(letters[:span], phrase), abs(span - size), span) for span in spans]
    wrong, _, span = min(fits, default=(phrase.tolerance + 1, 0, 0))
    return span if wrong <= phrase.tolerance else 0


def _wrong(read: str, phrase: _Phrase) -> int:
    return Levenshtein.distance(read, phrase.letters, score_cutoff=phrase.tolerance)


def _phrase(words: str) -> _Phrase:
    letters, _ = _letters(words)
    tolerance = sum(len(letters) >= length for length in (_ONE_WRONG, _TWO_WRONG, _THREE_WRONG))
    return _Phrase(words, letters, tolerance)


_PHRASES: Final = tuple(phrase for phrase in map(_phrase, LABELS) if len(phrase.letters) >= _SHORTEST)


@lru_cache(maxsize=4096)
def misfit(read: str, true: str) -> float:
    """An edit distance in which a look-alike or a mark lost counts little."""
    costs = [0.0]
    for char in true:
        costs.append(costs[-1] + _gap(char))
    for got in read:
        diagonal, costs[0] = costs[0], costs[0] + _gap(got)
        for place, char in enumerate(true, 1):
            change = 0.0 if got == char else _CLOSE if (got, char) in _ALIKE else 1.0
            diagonal, costs[place] = (
                costs[place],
                min(diagonal + change, costs[place] + _gap(got), costs[place - 1] + _gap(char)),
            )
    return costs[-1]


def _gap(char: str) -> float:
    return _CLOSE if char in _MARKS else 1.0
