"""When it was: dates in both eras and languages, relative days, and the periods and appointments that are no date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.patterns import Patterns
from adapters.inference.texts import calendar
from adapters.inference.texts.places import Taken
from adapters.inference.texts.spelled import read_english, read_thai

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.inference.lexicon.prose import Prose

THAI_MONTHS: Final = (
    ("มกราคม", "มกรา", "มค", "ม.ค.", "ม.ค", "มค."), ("กุมภาพันธ์", "กุมภา", "กพ", "ก.พ.", "ก.พ", "กพ."),
    ("มีนาคม", "มีนา", "มีค", "มี.ค.", "มี.ค", "มีค."), ("เมษายน", "เมษา", "เมย", "เม.ย.", "เม.ย", "เมย."),
    ("พฤษภาคม", "พฤษภา", "พค", "พ.ค.", "พ.ค", "พค."), ("มิถุนายน", "มิถุนา", "มิ.ย.", "มิ.ย", "มิย.", "มิย"),
    ("กรกฎาคม", "กรกฎา", "กค", "กรกฏาคม", "ก.ค.", "ก.ค", "กค."), ("สิงหาคม", "สิงหา", "สค", "ส.ค.", "ส.ค", "สค."),
    ("กันยายน", "กันยา", "กย", "ก.ย.", "ก.ย", "กย."), ("ตุลาคม", "ตุลา", "ตค", "ต.ค.", "ต.ค", "ตค."),
    ("พฤศจิกายน", "พฤศจิกา", "พย", "พ.ย.", "พ.ย", "พย."), ("ธันวาคม", "ธันวา", "ธค", "ธ.ค.", "ธ.ค", "ธค."),
)  # fmt: skip
ENGLISH_MONTHS: Final = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_MONTHS: Final = {
    name: number
    for names in (THAI_MONTHS, ENGLISH_MONTHS)
    for number, spellings in enumerate(names, 1)
    for name in spellings
}
THAI_DAYS: Final = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_WEEKDAYS: Final = {name: number for number, name in enumerate(THAI_DAYS)} | {"พฤหัส": 3, "พฤหัสฯ": 3} | {
    spelling: number
    for number, spellings in enumerate(
        (("monday", "mon"), ("tuesday", "tues", "tue"), ("wednesday", "wed"), ("thursday", "thurs", "thu"),
         ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"))
    )
    for spelling in spellings
}  # fmt: skip


def _any(words: object) -> str:
    return "|".join(re.escape(str(word)) for word in sorted(words, key=lambda one: -len(str(one))))  # type: ignore[call-overload]


_THAI_MONTH: Final = _any(name for name in _MONTHS if not name.isascii())
_ENGLISH_MONTH: Final = _any(name for name in _MONTHS if name.isascii())
_MONTH: Final = rf"(?P<month>{_THAI_MONTH}|(?<![a-z])(?:{_ENGLISH_MONTH})\.?(?![a-z]))"
_YEAR: Final = (
    r"(?:(?:[-/]|\s*,?\s*)(?:พ\.ศ\.|ค\.ศ\.|ปี)?\s*'?(?P<year>(?:25|20)\d{2}|(?:6[5-9]|7[0-5]|2[3-9]))"
    r"(?!\d|,\d|\.\d|\s?(?:บาท|฿|บ\.|\.-|k\b|%|baht|thb)))?"
)
_THAI_DAY: Final = rf"(?P<weekday>{_any(name for name in _WEEKDAYS if not name.isascii())})"
_ENGLISH_DAY: Final = rf"(?P<weekday>{_any(name for name in _WEEKDAYS if name.isascii())})"
_LONG_DAY: Final = rf"(?P<weekday>{_any(name for name in _WEEKDAYS if name.isascii() and name.endswith('day'))})"
_COUNT: Final = (
    r"(?P<count>\d{1,3}|[ก-๎]{2,8}?|a|an|one|two|three|four|five|six|seven|eight|nine|ten|couple of|a couple of|a few)"
)
_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_DUE_BEFORE: Final = re.compile(
    r"(?:ครบกำหนด|งวด(?:วันที่|ที่|ของ)?|กำหนดชำระ|หมดอายุ|ภายใน|ก่อน|ถึง|เดินทาง|บินวันที่|บิน|เข้าพัก|เช็คอิน"
    r"|due(?: on| by| date)?|expires?(?: on)?|until|till|before|by|check-?in|departing|leaving|flying)"
    r"\s*(?:the\s*)?(?:วันที่\s*)?$"
)
_ADDRESS: Final = re.compile(r"(?:ห้อง|เลขที่|unit|room|apartment|no\.)\s?$")
_BOOKING: Final = re.compile(r"จอง|ตั๋ว|เที่ยวบิน|คอนเสิร์ต|โรงแรม|ที่พัก|book|flight|ticket|hotel|concert|trip|reserv")
_BILL: Final = re.compile(r"ค่า|บิล|bill|rent|fee|subscription|salary|เงินเดือน")

_THIS_MONTH: Final = re.compile(r"เดือนนี้|\bthis month\b")
_THIS_YEAR: Final = re.compile(r"ปีนี้|\bthis year\b")
"""Beside the month or year before, which then is only compared with."""

_VAGUE: Final = 0.55
_MONTH_AGO: Final = 0.5
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a text.

    Attributes:
        on: the day; None for words that only look like one (a billing period, an appointment).
        sure: how clearly the words name it.
    """

    start: int
    end: int
    on: date | None
    sure: float = 0.97


def days_in(prose: Prose, reference: date) -> list[Day]:
    """Everything a text says about days, left to right, none overlapping another."""
    found: list[Day] = []
    taken = Taken(len(prose.folded))
    for pattern, read in FORMS.likely(prose.folded):
        for match in pattern.finditer(prose.folded):
            if taken.touches(*match.span()):
                continue
            day = read(match, reference)
            if day is not None and _stands_alone(prose, match):
                found.append(_unless_elsewhere(prose, day, reference))
                taken.take(found[-1].start, found[-1].end)
    return sorted(found, key=lambda one: one.start)


def day_told(days: list[Day]) -> Day | None:
    """The day of the spending among those told: the surest, the first of equals."""
    told = [one for one in days if one.on is not None]
    return max(told, key=lambda one: (one.sure, -one.start)) if told else None


def _stands_alone(prose: Prose, match: re.Match[str]) -> bool:
    last = prose.text[match.end() - 1]
    return match.start() in prose.edges and (match.end() in prose.edges or not last.isalpha())


def _unless_elsewhere(prose: Prose, day: Day, reference: date) -> Day:
    before = prose.folded[: day.start]
    due = _DUE_BEFORE.search(before[-24:]) is not None
    booked = day.on is not None and day.on > reference
    return Day(day.start, day.end, None) if due or booked else day


def _year_told(match: re.Match[str], reference: date) -> int | None:
    told = match.groupdict().get("year")
    return None if told is None else calendar.full_year(int(told), reference)


def _day_month(match: re.Match[str], reference: date) -> Day | None:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.get(month) or _MONTHS[month.rstrip(".")]
    year, day = _year_told(match, reference), int(match["day"])
    if year is not None:
        on = calendar.day_of(year, number, day)
        return None if on is None else Day(match.start(), match.end(), on)
    this_year = calendar.day_of(reference.year, number, day)
    if this_year is not None and this_year > reference and _BOOKING.search(match.string):
        return Day(match.start(), match.end(), None)
    on = calendar.latest_day_of_year(number, day, reference)
    return None if on is None else Day(match.start(), match.end(), on, 0.95)


def _english_month_day(match: re.Match[str], reference: date) -> Day | None:
    """May 5, when another number is there to be the amount."""
    others = match.string[: match.start()] + match.string[match.end() :]
    return _day_month(match, reference) if match["month"].isascii() and re.search(r"\d", others) else None


def _numeric(match: re.Match[str], reference: date) -> Day | None:
    day, month = int(match["day"]), int(match["month"])
    on = calendar.day_of(calendar.full_year(int(match["year"]), reference), month, day)
    swapped = calendar.day_of(calendar.full_year(int(match["year"]), reference), day, month)
    on = on or swapped
    return None if on is None else Day(match.start(), match.end(), on)


def _day_and_month_number(match: re.Match[str], reference: date) -> Day | None:
    if _ADDRESS.search(match.string, max(0, match.start() - 16), match.start()):
        return None
    on = calendar.latest_day_of_year(int(match["month"]), int(match["day"]), reference)
    return None if on is None else Day(match.start(), match.end(), on, 0.85)


def _month_only(match: re.Match[str], _: date) -> Day:
    return Day(match.start(), match.end(), None)


def _day_only(match: re.Match[str], reference: date) -> Day | None:
    day = int(match["day"])
    if day > reference.day and _BOOKING.search(match.string):
        return Day(match.start(), match.end(), None)
    on = calendar.latest_day_of_month(day, reference)
    return None if on is None else Day(match.start(), match.end(), on, 0.92)


def _day_of_last_month(match: re.Match[str], reference: date) -> Day | None:
    first = calendar.months_ago(1, reference.replace(day=1))
    on = calendar.day_of(first.year, first.month, int(match["day"]))
    return None if on is None else Day(match.start(), match.end(), on, 0.95)


def _part_of_month(match: re.Match[str], reference: date) -> Day | None:
    """The first, the 15th or the last day; the end that has come already is last month's."""
    first = calendar.months_ago(1, reference.replace(day=1)) if match["last"] else reference.replace(day=1)
    sure = _VAGUE
    if match["part"] in {"ต้น", "beginning", "start"}:
        return Day(match.start(), match.end(), first, sure)
    if match["part"] in {"กลาง", "middle"}:
        return Day(
            match.start(),
            match.end(),
            calendar.latest_day_of_month(15, first.replace(day=28) if match["last"] else reference),
            sure,
        )
    after = calendar.months_ago(-1, first) - timedelta(days=1)
    return Day(match.start(), match.end(), after if after <= reference else first - timedelta(days=1), sure)


def _ago(match: re.Match[str], reference: date) -> Day | None:
    count = _count(match["count"])
    unit = match["unit"]
    if count is None:
        return None
    if unit in {"เดือน", "month", "months"}:
        return Day(match.start(), match.end(), calendar.months_ago(count, reference), 0.8)
    days = count * (_WEEK if unit in {"สัปดาห์", "อาทิตย์", "week", "weeks"} else 1)
    return Day(match.start(), match.end(), reference - timedelta(days=days))


def _count(words: str) -> int | None:
    if words.isdigit():
        return int(words)
    if words in {"a", "an"}:
        return 1
    if "couple" in words:
        return 2
    if words == "a few":
        return 3
    spelled = read_thai(words) if not words.isascii() else read_english(words)
    return None if spelled is None else int(spelled.value)


def _back(days: int, sure: float = 0.97) -> Callable[[re.Match[str], date], Day]:
    def read(match: re.Match[str], reference: date) -> Day:
        return Day(match.start(), match.end(), reference - timedelta(days=days), sure)

    return read


def _month_back(match: re.Match[str], reference: date) -> Day:
    aside = _BILL.search(match.string) or _THIS_MONTH.search(match.string)
    on = None if aside else calendar.months_ago(1, reference)
    return Day(match.start(), match.end(), on, _MONTH_AGO)


def _year_back(match: re.Match[str], reference: date) -> Day:
    on = None if _THIS_YEAR.search(match.string) else calendar.months_ago(12, reference)
    return Day(match.start(), match.end(), on, _MONTH_AGO)


def _weekday(*, before: bool) -> Callable[[re.Match[str], date], Day]:
    def read(match: re.Match[str], reference: date) -> Day:
        on = calendar.latest_weekday(_WEEKDAYS[match["weekday"]], reference, before=before)
        return Day(match.start(), match.end(), on, 0.93)

    return read


def _last_weeks_day(match: re.Match[str], reference: date) -> Day:
    return Day(match.start(), match.end(), calendar.weekday_of_last_week(_WEEKDAYS[match["weekday"]], reference), 0.9)


def _iso(match: re.Match[str], reference: date) -> Day | None:
    on = calendar.day_of(calendar.full_year(int(match["year"]), reference), int(match["month"]), int(match["day"]))
    return None if on is None else Day(match.start(), match.end(), on)


_PERIOD_OF: Final = (
    r"(?:(?:รอบ|งวด|ประจำ)(?:บิล|เดือน|วันที่|การใช้งาน|การใช้|ใช้งาน|ชำระ)*"
    r"|(?<![a-z])(?:billing|period|cycle|usage|statement)(?: period| cycle| for| from)*)\s?:?\s*(?:วันที่\s*)?"
)
_PERIOD_DATE: Final = (
    r"\d{1,2}(?:[/.-]\d{1,2}(?:[/.-]\d{2,4})?"
    rf"|\s?(?:{_THAI_MONTH}|{_ENGLISH_MONTH})\.?(?:\s?\d{{2,4}}(?![\d,.]))?)?"
)
"""What a bill is for: from a day to a day, neither of which is when it was paid."""
_SHORT_YEAR: Final = r"(?P<year>(?:20|25)?\d\d)(?![\d/])"
_HALF_OF: Final = r"(?:โล|กิโล|kg|cup|แก้ว|ชั่วโมง|แผ่น|ตัว)"
_NOT_NEXT: Final = r"(?!\s?(?:หน้า|ถัดไป))"
_PAST_THAI: Final = r"\s?(?:ที่แล้ว|ก่อน|ที่ผ่านมา|ก่อนหน้า)"
_LAST_WEEK_THAI: Final = r"\s?(?:ของ)?(?:สัปดาห์|อาทิตย์)(?:ที่แล้ว|ก่อน)"

_TABLE: Final[tuple[tuple[str, Callable[[re.Match[str], date], Day | None]], ...]] = (
    (rf"{_PERIOD_OF}{_PERIOD_DATE}\s?(?:-|~|ถึง|to|until)\s?{_PERIOD_DATE}(?![\d,.]*\d)", _month_only),
    (r"(?<!\d)(?P<year>(?:20|25)\d\d)[-/.](?P<month>0?[1-9]|1[0-2])[-/.](?P<day>0?[1-9]|[12]\d|3[01])(?!\d)", _iso),
    (rf"(?<![\d/])(?P<day>\d{{1,2}})\s?(?P<sep>[/.-])\s?(?P<month>\d{{1,2}})\s?(?P=sep)\s?{_SHORT_YEAR}", _numeric),
    (
        rf"(?:วันที่\s*|on\s+(?:the\s+)?)?(?<![\d.,]){_DAY}(?:st|nd|rd|th)?(?:[-/]|\s*(?:of\s+)?)(?:เดือน\s*)?{_MONTH}{_YEAR}",
        _day_month,
    ),
    (rf"(?:on\s+)?{_MONTH}\s*(?:the\s+)?{_DAY}(?:st|nd|rd|th)(?:{_YEAR})", _day_month),
    (rf"(?:on\s+){_MONTH}\s+{_DAY}(?![\d,.]){_YEAR}", _day_month),
    (rf"(?<![ก-๎]){_MONTH}\s+{_DAY}(?:,\s*|\s+)(?P<year>(?:25|20)\d\d)(?!\d)", _day_month),
    (rf"{_MONTH}\s+{_DAY}(?!\d|,\d|[.%]|\s*(?:baht|thb|บาท|฿|bucks))", _english_month_day),
    (rf"{_MONTH}{_YEAR}", _month_only),
    (r"(?:เมื่อ|ตอน|ช่วง)?(?P<part>ต้น|กลาง|สิ้น|ปลาย)เดือน(?P<last>(?:ที่)?(?:แล้ว|ก่อน)|ที่ผ่านมา)?(?:นี้)?", _part_of_month),
    (
        r"(?:at|in|on)?\s*(?:the\s+)?(?P<part>beginning|start|middle|end) of (?:the |this |(?P<last>last ))month",
        _part_of_month,
    ),
    (rf"(?:เดือน(?:ที่แล้ว|ก่อน)\s*วันที่\s*{_DAY})(?!\d)", _day_of_last_month),
    (rf"(?:(?:เมื่อ)?วันที่\s*{_DAY}\s*(?:ของ)?เดือน(?:ที่แล้ว|ก่อน))", _day_of_last_month),
    (rf"(?:on\s+)?the\s+{_DAY}(?:st|nd|rd|th)\s+(?:of\s+)?last\s+month", _day_of_last_month),
    (rf"(?:เมื่อ)?วันที่\s*{_DAY}\s?[/]\s?(?P<month>0?[1-9]|1[0-2])(?![\d/])", _day_and_month_number),
    (rf"(?:เมื่อ|ทุก)?วันที่\s*{_DAY}(?![\d,.]*\d)(?:\s*(?:ที่ผ่านมา|ของเดือน|เดือนนี้|นี้))?", _day_only),
    (rf"(?:เมื่อ)?วัน{_THAI_DAY}ที่\s*{_DAY}(?![\d,.]*\d)", _day_only),
    (rf"(?:on\s+)?(?:the\s+){_DAY}(?:st|nd|rd|th)(?:\s+of\s+(?:this|the|every)\s+month)?", _day_only),
    (rf"(?<![\d/]){_DAY}/(?P<month>0?[1-9]|1[0-2])(?![\d/%])(?!\s?{_HALF_OF})", _day_and_month_number),
    (r"(?:เมื่อ)?วานซืน(?:นี้)?|the day before yesterday|day before yesterday|2 วันก่อน(?!หน้า)", _back(2)),
    (r"(?:มื้อ|มะ|เช้า|สาย|บ่าย|เย็น|ค่ำ|หัวค่ำ)วาน(?!ซืน)(?:นี้)?", _back(1)),
    (r"เมื่อวาน(?:นี้)?|วานนี้|เมื่อคืน(?:นี้)?|เมื่อคืนวาน|คืนวาน|yesterday|last night|ytd", _back(1)),
    (rf"(?:เมื่อ)?{_COUNT}\s?(?P<unit>วัน|สัปดาห์|อาทิตย์|เดือน)\s?(?:ที่แล้ว|ก่อน|ที่ผ่านมา|มาแล้ว)", _ago),
    (rf"(?<![a-z]){_COUNT}\s+(?P<unit>days?|weeks?|months?)\s+(?:ago|back|earlier)", _ago),
    (r"เมื่อวันก่อน|วันก่อน|the other day", _back(2, _VAGUE)),
    (r"เมื่อเช้า(?:นี้)?|เช้านี้|เที่ยงนี้|บ่ายนี้|เย็นนี้|คืนนี้|เมื่อกี้(?:นี้)?|ตะกี้|เมื่อสักครู่|วันนี้", _back(0)),
    (r"today|this morning|this afternoon|this evening|tonight|just now|earlier today", _back(0)),
    (rf"(?:เมื่อ)?(?:วัน)?{_THAI_DAY}{_LAST_WEEK_THAI}", _last_weeks_day),
    (rf"(?:on\s+)?(?<![a-z]){_ENGLISH_DAY}\s+(?:of\s+)?last\s+week", _last_weeks_day),
    (rf"(?:เมื่อ)?(?:คืน)?วัน{_THAI_DAY}(?:{_PAST_THAI})", _weekday(before=True)),
    (r"(?:เมื่อ)?(?:สัปดาห์|อาทิตย์)(?:ที่แล้ว|ก่อน|ที่ผ่านมา)|last week", _back(_WEEK, 0.8)),
    (rf"(?:เมื่อ)?(?P<weekday>จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัส|ศุกร์|เสาร์){_PAST_THAI}", _weekday(before=True)),
    (rf"(?:เมื่อ)?(?:คืน)?วัน{_THAI_DAY}{_NOT_NEXT}(?:\s?นี้)?", _weekday(before=False)),
    (r"(?P<weekday>จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์)นี้", _weekday(before=False)),
    (rf"(?<![a-z])(?:on\s+)?(?:last|past|previous)\s+{_ENGLISH_DAY}(?![a-z])", _weekday(before=True)),
    (rf"(?<![a-z])(?<!next )(?:on\s+|this\s+)?{_LONG_DAY}(?:'s)?(?![a-z]| roast)", _weekday(before=False)),
    (r"(?:เมื่อ)?เดือน(?:ที่แล้ว|ก่อน|ที่ผ่านมา)|last month", _month_back),
    (r"(?:เมื่อ)?ปี(?:ที่แล้ว|ก่อน)|last year(?! it (?:was|cost))", _year_back),
    (r"(?:พ\.ศ\.|ค\.ศ\.|ปี)\s?(?:25|20)\d\d(?!\d)", _month_only),
)  # fmt: skip
FORMS: Final = Patterns((re.compile(pattern), read) for pattern, read in _TABLE)
