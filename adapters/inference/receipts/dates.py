"""Printed dates and times: several orders, Thai and English months, common and Buddhist years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.misread import month_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from adapters.inference.receipts.rows import Row

BUDDHIST_ERA: Final = 543
FIRST_BUDDHIST_YEAR: Final = 2400
MONTHS_IN_YEAR: Final = 12
TWO_DIGITS: Final = 100

_ENGLISH: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_THAI_SHORT: Final = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_THAI_LONG: Final = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
_THAI: Final = {name.replace(".", ""): number % 12 + 1 for number, name in enumerate(_THAI_SHORT + _THAI_LONG)}

_THAI_NAMES: Final = "|".join([*_THAI_LONG, *(re.escape(name).replace(r"\.", r"\.?") for name in _THAI_SHORT)])
_YEAR: Final = r"(?P<year>(?:19|20|25)\d\d|\d\d(?!\d(?!\d?:)))"
_FORMS: Final = (
    re.compile(
        r"(?<!\d)(?P<year>(?:20|25)\d\d)\s?(?P<gap>[-/.])\s?(?P<month>\d{1,2})\s?(?P=gap)\s?(?P<day>\d{1,2})(?!\d(?!\d?:))"
    ),
    re.compile(rf"(?<!\d)(?<!\d[/.,])(?P<day>\d{{1,2}})\s?(?P<gap>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=gap)\s?{_YEAR}"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})[\s\-/.,']{{0,2}}(?P<name>(?:{'|'.join(_ENGLISH)})[a-z]{{0,6}})[\s\-/.,']{{0,2}}{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![a-z])(?P<name>(?:{'|'.join(_ENGLISH)})[a-z]{{0,6}})[\s.\-]{{0,2}}(?P<day>\d{{1,2}})[\s,]{{1,2}}{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\s?(?P<name>{_THAI_NAMES})\s?(?:พ\.?ศ\.?\s?)?{_YEAR}"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\s?(?P<word>[\u0e01-\u0e4e.]{{2,12}})\s?(?:พ\.?ศ\.?\s?)?{_YEAR}"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\s?(?P<word>[A-Za-z]{3,9})\s?(?P<year>20\d\d)(?!\d)"),
)
_TIME: Final = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])\s?(?::\s?(?P<minute>[0-5]\d)(?:\s?:\s?[0-5]\d)?|\.(?P<thai>[0-5]\d)(?=\s?น\.?))"
    r"(?![\d:])\s?(?P<half>[AP]\.?M)?",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"\bda?te\b|วันที่|\btarikh\b|\bdated?:", re.IGNORECASE)
_OTHER_DAY: Final = re.compile(
    r"expir|\bexp\b|valid|\bdue\b|birth|\bdob\b|member|until|since|หมดอายุ|ครบกำหนด|check.?in\b|best before",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date on the paper and how far it can be trusted to be the day of the purchase."""

    day: date
    at: time | None
    confidence: float
    evidence: str


def find_date(rows: Sequence[Row], reference: date) -> PrintedDate | None:
    """The day of the purchase: not after the reference date, labelled or beside a time where there are several."""
    found = [candidate for row in rows for candidate in _candidates(row, reference)]
    if not found:
        return None
    best = max(found, key=lambda candidate: candidate.confidence)
    if best.at is None:
        best = PrintedDate(best.day, _first_time(row.text for row in rows), best.confidence, best.evidence)
    agreeing = len({candidate.day for candidate in found}) == 1
    return PrintedDate(best.day, best.at, round(min(0.98, best.confidence + 0.1 * agreeing), 3), best.evidence)


def _candidates(row: Row, reference: date) -> Iterator[PrintedDate]:
    text = row.text
    for order, form in enumerate(_FORMS):
        for match in form.finditer(text):
            day = _day(match, reference)
            if day is None:
                continue
            at = _time(_TIME.search(text, match.end()) or _TIME.search(" " + text[match.end() :]))
            trust = 0.7 + 0.15 * bool(_LABEL.search(text)) + 0.1 * (at is not None)
            trust -= 0.4 * bool(_OTHER_DAY.search(text)) + 0.02 * order
            trust -= 0.2 * (reference - day > timedelta(days=5 * 366))
            yield PrintedDate(day, at, max(0.05, trust) * (0.5 + 0.5 * row.confidence), text[:200])


def _day(match: re.Match[str], reference: date) -> date | None:
    parts = match.groupdict()
    day, year = int(parts["day"]), int(parts["year"])
    month = _month(parts)
    if month is None:
        return None
    if month > MONTHS_IN_YEAR >= day:
        day, month = month, day
    possible = [_date(candidate, month, day) for candidate in _years(year)]
    past = [each for each in possible if each is not None and each <= reference]
    return max(past, default=None)


def _years(year: int) -> tuple[int, ...]:
    """Two digits may stand for a common or a Buddhist year; the later one that is past is meant."""
    if year >= FIRST_BUDDHIST_YEAR:
        return (year - BUDDHIST_ERA,)
    if year >= TWO_DIGITS:
        return (year,)
    return (2000 + year, 2500 + year - BUDDHIST_ERA)


def _month(parts: dict[str, str]) -> int | None:
    if parts.get("month"):
        return int(parts["month"])
    if parts.get("word"):
        return month_of(parts["word"])
    name = parts["name"]
    return _THAI.get(name.replace(".", "")) or _ENGLISH.index(name[:3].lower()) + 1


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _first_time(texts: Iterable[str]) -> time | None:
    return next((at for text in texts if (at := _time(_TIME.search(text)))), None)


def _time(match: re.Match[str] | None) -> time | None:
    if match is None:
        return None
    hour = int(match["hour"])
    half = (match["half"] or "").replace(".", "").upper()
    if half == "PM" and hour < MONTHS_IN_YEAR:
        hour += 12
    elif half == "AM" and hour == MONTHS_IN_YEAR:
        hour = 0
    return time(hour, int(match["minute"] or match["thai"]))
