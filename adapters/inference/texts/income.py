"""Money that came in is no spending: a salary, a sale, what somebody else sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose

_OUTGOING: Final = re.compile(
    r"ซื้อ|จ่าย|กิน|ชำระ|(?:ส่ง|แบ่ง|เอา)(?:เงิน)?ให้|โอน(?:เงิน)?(?:ให้|ไป)|ค่า[ก-๎]{2}"
    r"|\b(?:paid (?!by\b|me\b)\d|spent|bought|gave|sent to)\b"
)
_INCOME: Final = re.compile(
    r"เงินเดือน(?:เข้า|ออก)|ได้(?:รับ)?(?:เงินเดือน|โบนัส|ค่าจ้าง|ค่าคอม|เงินปันผล|ปันผล|ดอกเบี้ย|ทุน|มรดก|ค่าขนมจาก)"
    r"|โบนัส(?:เข้า|ออก)|รายรับ|รายได้|รับเงินเดือน|ขายได้|ถูกหวย|ถูกลอตเตอรี่|โอน(?:เงิน)?(?:เข้า)?มาให้|เงินเข้าบัญชี"
    r"|(?<!ร้าน)ขาย[ก-๎a-z\s\d,.]{0,40}?"
    r"(?<!ไม่)ได้(?!(?:เงิน)?(?:ทอน|คืน)|ส่วนลด|ลด|แต้ม|แถม|คะแนน|ของ)(?:เงิน|มา|กำไร)?\s?(?:\d|[ก-๎]{2})"
    r"|\b(?:received|got|earned) (?:my |a |the )?"
    r"(?:salary|bonus|wages?|paycheck|pay rise|dividends?|interest|commission)"
    r"|\b(?:got|was|been) paid(?! back)\b|\bsalary (?:came|received|in)\b|\bsold (?:my|the|an?|some|old|two|\d)"
    r"|\b(?:won|earned) \W?\d|\bincome\b(?! tax)"
)


def is_income(prose: Prose) -> bool:
    """Whether the text tells of money received and of none spent."""
    found = _INCOME.search(prose.folded)
    return found is not None and not _OUTGOING.search(prose.folded[: found.start()] + prose.folded[found.end() :])
