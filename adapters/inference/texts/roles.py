"""The role of each number of a text, by the words between it and its neighbours."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.merchants import merchants_in
from adapters.inference.lexicon.patterns import Sought
from adapters.inference.lexicon.prose import A_FEW_TEXTS
from adapters.inference.texts.counts import as_count_or_label, classifier_at_end, measure_after, priced_unit_after
from adapters.inference.texts.cues import role_after, role_before
from adapters.inference.texts.terms import HEADS, Role, Term

if TYPE_CHECKING:
    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.numbers import Number

_LEFT_WINDOW: Final = 40
_RIGHT_WINDOW: Final = 28
_UNIT_BEFORE: Final = Sought(
    r"([ก-๎.]{1,10}?|\b[a-z]{2,8}(?=\s?ละ))\s?(?:ๆ\s?)?(?<!แ)ละ(?:ตั้ง|แค่|เพียง|\s)*$|(@)\s?$|(?:at|for|ราคา)\s+$"
)
_UNIT_WORD: Final = Sought(r"(?:[ก-๎.]|ๆ\s|[a-z]{2}\s?)(?<!แ)ละ\s?$")
_UNIT_AFTER: Final = re.compile(
    r"\s?(?:(each|apiece|a piece|a pop|ต่อ(?!ได้|ราคา|เหลือ|ลง|รอง|แล้ว|ไป|มา|ด้วย)\s?[ก-๎.]{1,10}"
    r"|per\s[a-z]{1,12}|/\s?[a-zก-๎.]{1,12}"
    r"|an?\s(?:kilo|kg|cup|glass|bottle|piece|person|night|day|head|plate|pack|box|month|week|year|litre|liter|hour|ticket"
    r"|bag|unit|slice|bowl|pair|set|bunch|session|class|lesson|trip|ride|can|tube|roll|pill|jar|tray|game|seat|room))"
    r"(?![a-z]))"
)
_COUNTED_AT: Final = re.compile(
    r"\s(hours?|hrs?|nights?|days?|lessons?|sessions?|classes|pieces?|pcs|kgs?|kilos?|tickets?|items?|boxes|bottles|cups|[a-z]{3,14}s)\s+at\s+"
)
_COUNTED_TIMES: Final = re.compile(r"\s?(?:[ก-๎.]{2,12}\s?|[a-z.]{2,12}\s)([x×*])\s?")
"""Between a count with its classifier and a price: 12 boxes x 55."""
_INCLUDED: Final = re.compile(
    r"(?:(?<!ไม่)รวม|(?<!not )incl\.?|(?<!not )including|include[sd]?|with)"
    r"\s*(?:vat|ภาษี|service(?: charge)?|ค่าบริการ|tip|tax|gst)?\s*$"
)
_PERCENT_OFF_LEFT: Final = re.compile(
    r"(?:ลด(?:ราคา|ไป|ให้|อีก)?|ส่วนลด|หัก(?:\s?ณ\s?ที่จ่าย)?|withholding(?: tax)?"
    r"|discount(?: of)?|less|minus|save[ds]?)\s*(?:of)?\s*$"
)
_PERCENT_OFF_RIGHT: Final = re.compile(r"\s*(?:off|discount|ส่วนลด)")
_PERCENT_ON: Final = re.compile(
    r"(?:\+|บวก|plus|เพิ่ม|ยังไม่รวม|ไม่รวม|excl\.?|excluding|exclusive of|not incl\.?|not including|before)"
    r"\s*(?:vat|ภาษี(?:มูลค่าเพิ่ม)?|tip|ทิป|service(?: charge)?|ค่าบริการ|เซอร์วิสชาร์จ|tax|gst)?\s*$"
    r"|(?:service charge|เซอร์วิสชาร์จ|เซอร์วิส)\s*$"
)
_SHARING: Final = Sought(
    r"(?<!อา)หาร|แชร์|เฉลี่ย|(?:ตก|ออก(?:เงิน|กัน)*|เก็บ(?:เงิน|กัน)*|ลงขัน(?:กัน)?|แบ่งกัน)คนละ|split|share|ช่วยกันออก|คนละครึ่ง"
)
_SPLIT: Final = re.compile(r"\bsplit\b|\bdivided\b|\bwent dutch\b")
"""Before so much each: what came on everyone."""
_CONTENTS: Final = frozenset(
    ("กิโล", "กิโลกรัม", "กก.", "กก", "โล", "ขีด", "กรัม", "ลิตร", "มล.", "มิลลิลิตร", "ซีซี", "เมตร", "kg", "g", "ml", "litres")
)
"""Measures of what is in a bag or a bottle: ถุงละ 5 กิโล is no price."""
_TOKENS: Final = frozenset(("coins", "points", "pts", "แต้ม", "คะแนน", "พอยท์"))
"""Units that a shop takes off a price: less 150 coins."""
_A_HEAD: Final = ("คนละ ", "คนละ")
"""Before so many of what the text prices by: thirty tablets each."""
_SMALL_SUMS: Final = frozenset((Role.CHANGE, Role.DISCOUNT, Role.FEE))
"""What may be as little as a number that elsewhere only counts: two baht of change."""
_ABOUT: Final = re.compile(
    r"(?:ประมาณ|ราวๆ?|เกือบ|น่าจะ|about|around|approx\.?|approximately|roughly|almost|nearly|~|≈)\s*$"
)
_ABOUT_AFTER: Final = re.compile(r"\+(?!\s*[a-zก-๎])|\s?(?:กว่า|นิดๆ|หน่อยๆ|หน่อย|ต้นๆ|ปลายๆ|กลางๆ|ish|or so|something)")


def term_of(prose: Prose, number: Number, before: int, after: int) -> Term:
    """Judge one number by the words between its neighbours.

    Args:
        prose: the text.
        number: the number.
        before: where the number before it ends.
        after: where the number after it begins.
    """
    left = _on_its_line(prose.folded[max(before, number.left - _LEFT_WINDOW) : number.left], number)
    right = prose.folded[number.right : min(after + 1, number.right + _RIGHT_WINDOW)].split("\n")[0]
    about = bool(_ABOUT.search(left) or _ABOUT_AFTER.match(right))
    by_count = before and (_COUNTED_AT.fullmatch(left) or _COUNTED_TIMES.fullmatch(left))
    if by_count and not number.foreign:
        return Term(number, Role.UNIT, by_count[1], about)
    role, unit = _role(prose, number, left, right)
    return Term(number, role, unit, about)


def _on_its_line(left: str, number: Number) -> str:
    """What stands before a number, on its own line where that says anything, and without the number's own minus."""
    if number.negative:
        left = left.removesuffix("-") + " " * left.endswith("-")
    start = left.rfind("\n")
    return left[start:] if start >= 0 and any(map(str.isalpha, left[start:])) else left


def _role(prose: Prose, number: Number, left: str, right: str) -> tuple[Role, str]:
    if number.percent:
        return Role.PERCENT, _percent_sense(left, right)
    if number.foreign or _tells_contents(prose, number, left):
        return Role.IGNORED, ""
    measured = measure_after(prose, number) if number.currency is None and not number.is_count else ""
    counted = (Role.COUNT, measured) if measured else _counted(prose, number, left, right)
    if counted is not None:
        return counted
    unit = _unit_price(prose, left, right)
    if unit in HEADS and role_after(right) is Role.OWN:
        return Role.OWN, ""
    if unit is not None:
        return (Role.OWN, "") if _came_on_everyone(prose, number, unit) else (Role.UNIT, unit)
    return role_after(right) or _role_before(prose, number, left), ""


def _tells_contents(prose: Prose, number: Number, left: str) -> bool:
    return number.is_count and _UNIT_WORD.search(left) is not None and measure_after(prose, number) in _CONTENTS


def _counted(prose: Prose, number: Number, left: str, right: str) -> tuple[Role, str] | None:
    a_head = left.endswith(_A_HEAD) and number.is_count
    spelled_count = number.spelled and number.currency is None and not _UNIT_WORD.search(left)
    if (spelled_count or a_head) and (unit := priced_unit_after(prose, number)):
        return Role.COUNT, unit
    if not number.is_count or _UNIT_WORD.search(left) or role_after(right) is Role.CHANGE:
        return None
    counted = as_count_or_label(prose, number, left, right)
    if counted == (Role.MAYBE, "") and (cue := _role_before(prose, number, left)) in _SMALL_SUMS:
        return cue, ""
    tokens = counted is not None and counted[1] in _TOKENS and _role_before(prose, number, left) is Role.DISCOUNT
    return (Role.DISCOUNT, "") if tokens else counted


def _came_on_everyone(prose: Prose, number: Number, unit: str) -> bool:
    """Whether so much each is the owner's share of what was divided."""
    if unit == "คน":
        return _SHARING.search(prose.folded) is not None
    return unit == "each" and _SPLIT.search(prose.folded, 0, number.left) is not None


def _role_before(prose: Prose, number: Number, left: str) -> Role:
    """By the words to the left, where they are words of their own: บางจาก says no more than its name."""
    offset = number.left - len(left)
    inside = _inside_names(prose)
    return role_before(left, lambda place: offset + place in prose.edges and offset + place not in inside)


@lru_cache(maxsize=A_FEW_TEXTS)
def _inside_names(prose: Prose) -> frozenset[int]:
    return frozenset(place for one in merchants_in(prose) for place in range(one.start + 1, one.end))


def _percent_sense(left: str, right: str) -> str:
    """Off the price, on top of it, or only mentioned."""
    if _PERCENT_OFF_LEFT.search(left) or _PERCENT_OFF_RIGHT.match(right):
        return "off"
    return "plus" if _PERCENT_ON.search(left) and not _INCLUDED.search(left) else ""


def _unit_price(prose: Prose, left: str, right: str) -> str | None:
    after = _UNIT_AFTER.match(right)
    if after is not None:
        return after[1].removeprefix("ต่อ").removeprefix("per").removeprefix("/").strip()
    before = _UNIT_BEFORE.search(left)
    if before is not None and (before[1] or before[2]):
        return classifier_at_end(prose, (before[1] or "@").strip())
    return None
