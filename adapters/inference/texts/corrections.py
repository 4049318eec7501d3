"""What a speaker takes back: of "a hundred, no wait, a hundred and fifty" only the second counts."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.numbers import Number

_TAKEN_BACK: Final = re.compile(
    r"เอ[๊้]?ย|เอ๊ะ|อุ๊ย|อุ้ย|ไม่ใช่|ไม่ๆ|ไม่สิ|พูดผิด|จดผิด|พิมพ์ผิด|ผิดๆ|โทษที|ขอโทษ|หมายถึง|แก้เป็น"
    r"|\b(?:no|oh|er|uh)?,?\s*(?:wait|sorry|scratch that|make that|i mean|correction|my bad|oops)\b|\bno,? no\b"
    r"|\bactually\b|\?\s*no\b|^\s*,?\s*no,?\s*$"
)
_DENIED: Final = re.compile(r"(?:ไม่ใช่|\bnot)\s?[฿$€£¥]?$")
_BUT: Final = re.compile(r"\s?(?:นะ|แต่)?(?:เป็น|แต่|,|but|it was|it's)\s?")
_OWNED_UP: Final = re.compile(r"(?:จด|พิมพ์|ลง|บันทึก|กรอก)ผิด|\bmistake\b|\bcorrection\b")
_FARTHEST: Final = 32
"""Letters between the two numbers: with more in between, something else is told."""


def without_corrected(prose: Prose, numbers: list[Number]) -> list[Number]:
    """Leave out every number that the next one replaces."""
    taken_back = {
        first.start
        for first, second in pairwise(numbers)
        if second.left - first.right <= _FARTHEST and _TAKEN_BACK.search(prose.folded[first.right : second.left])
    }
    denied = {number.start for place, number in enumerate(numbers) if _is_denied(prose, numbers, place)}
    # A denial speaks for itself; the words of taking back that it holds would else take the right number with it.
    return [number for number in numbers if number.start not in (denied or taken_back)]


def _is_denied(prose: Prose, numbers: list[Number], place: int) -> bool:
    """Whether a number is named only to say that it is wrong: not 55 but 65; noted wrongly, 60 and not 50."""
    number = numbers[place]
    denied = _DENIED.search(prose.folded, max(0, number.left - 10), number.left)
    if len(numbers) == 1 or denied is None:
        return False
    if place + 1 < len(numbers):
        return _BUT.fullmatch(prose.folded, number.right, numbers[place + 1].left) is not None
    english = denied[0].startswith("not")
    return place > 0 and (english or _OWNED_UP.search(prose.folded, 0, numbers[0].left) is not None)
