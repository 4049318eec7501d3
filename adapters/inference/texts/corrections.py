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
    r"|\bactually\b|^\s*,?\s*no,?\s*$"
)
_FARTHEST: Final = 32
"""Letters between the two numbers: with more in between, something else is told."""


def without_corrected(prose: Prose, numbers: list[Number]) -> list[Number]:
    """Leave out every number that the next one replaces."""
    taken_back = {
        first.start
        for first, second in pairwise(numbers)
        if second.left - first.right <= _FARTHEST and _TAKEN_BACK.search(prose.folded[first.right : second.left])
    }
    return [number for number in numbers if number.start not in taken_back]
