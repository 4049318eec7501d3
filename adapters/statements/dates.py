"""Dates and times of statements: two eras, two languages, and three orders of bare numbers.

A date is read in every order that makes it a day from 1990 to the reference day. Which order a file has is decided over
its whole column (`Orders`). Two-digit years are of the era in which they are past: 68 is 2568, 25 is 2025.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from adapters.statements.records import Cell, RowFaultError, Unusable
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_BUDDHIST_ERA: Final = 543
_FIRST_BUDDHIST_YEAR: Final = 2400
_FIRST_YEAR: Final = 1990
_CENTURY: Final = 100
_NOON: Final = 12
_LONGEST: Final = 60
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

_ENGLISH: Final = (
    ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may", "may"), ("jun", "june"),
    ("jul", "july"), ("aug", "august"), ("sep", "september"), ("oct", "october"), ("nov", "november"),
    ("dec", "december"),
)  # fmt: skip
_THAI: Final = (
    ("มค", "มกราคม"), ("กพ", "กุมภาพันธ์"), ("มีค", "มีนาคม"), ("เมย", "เมษายน"), ("พค", "พฤษภาคม"), ("มิย", "มิถุนายน"),
    ("กค", "กรกฎาคม"), ("สค", "สิงหาคม"), ("กย", "กันยายน"), ("ตค", "ตุลาคม"), ("พย", "พฤศจิกายน"), ("ธค", "ธันวาคม"),
)  # fmt: skip
MONTHS: Final = {
    name: number for names in (_ENGLISH, _THAI) for number, pair in enumerate(names, 1) for name in pair
} | {"sept": 9}

_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2})"
_ERA: Final = r"(?:(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|B\.?E\.?|A\.?D\.?)\s?)?"
_REST: Final = r"(?P<rest>(?:[T,\s]|$).*)"
_ISO: Final = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<gap>[-/.])(?P<month>[0-9]{{1,2}})(?P=gap)(?P<day>[0-9]{{1,2}}){_REST}"
)
_NUMBERS: Final = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<gap>[-/. ])(?P<b>[0-9]{{1,2}})(?P=gap){_ERA}(?P<c>[0-9]{{4}}|[0-9]{{2}}){_REST}"
)
_COMPACT: Final = re.compile(rf"(?P<digits>[0-9]{{8}}){_REST}")
_NAMED: Final = re.compile(
    rf"(?P<day>[0-9]{{1,2}})[\s\-/.,]{{0,2}}(?P<name>[A-Za-z]{{3,9}}|[\u0e01-\u0e4e][\u0e01-\u0e4e.\s]{{1,12}}?)[.\s\-/,']{{0,2}}{_ERA}{_YEAR}{_REST}"
)
_NAME_FIRST: Final = re.compile(
    rf"(?P<name>[A-Za-z]{{3,9}})[.\s\-]{{0,2}}(?P<day>[0-9]{{1,2}}),?[\s\-]{{0,2}}{_YEAR}{_REST}"
)
_WEEKDAY: Final = re.compile(r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]?\s+)", re.IGNORECASE)
_TIME: Final = re.compile(
    r"T?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"\s?(?P<half>[AP]\.?M\.?)?(?:น\.?)?\s?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_THE_USUAL: Final = "dmy"
_SURE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as it stands.

    Attributes:
        days: by order of the numbers; under "" where the order does not matter. Empty: it is no day at all.
        at: the time of day beside it.
        later: it makes a day, and if `days` is empty, only one after the reference.
        possible: the orders in which the numbers make a day at all. A row that is dated ahead proves nothing about the
            order of the others, so one soon after the reference counts here.
    """

    days: dict[str, date]
    at: time | None = None
    later: bool = False
    possible: tuple[str, ...] = ()


class Calendar:
    """Reads dates as of a reference day."""

    def __init__(self, reference: date, zone: ZoneInfo) -> None:
        self._reference = reference
        self._zone = zone
        # Rows of one day stand together, and most files have a few hundred days.
        self._text = lru_cache(maxsize=1024)(self._read_text)

    def read(self, cell: Cell) -> Reading | None:
        """The date in a cell, in every order that makes sense; None for an empty one.

        Raises:
            RowFaultError: it has no form of a date, or its time is none.
        """
        match cell:
            case datetime():
                return self.whole(cell.year, cell.month, cell.day, cell.time() if cell.time() != time() else None)
            case date():
                return self.whole(cell.year, cell.month, cell.day, None)
            case str():
                return self._text(cell)
            case Unusable():
                raise RowFaultError("date", cell.reason)
            case _:
                return self._text(str(cell))

    def _read_text(self, cell: str) -> Reading | None:
        text = _WEEKDAY.sub("", cell.translate(_THAI_DIGITS).strip())
        if not text:
            return None
        if len(text) > _LONGEST:
            raise RowFaultError("date", "is longer than any date")
        if found := _ISO.fullmatch(text):
            return self._moved(int(found["year"]), int(found["month"]), int(found["day"]), found["rest"])
        if found := _NUMBERS.fullmatch(text):
            return self._orders(found["a"], found["b"], found["c"], found["rest"])
        if found := _COMPACT.fullmatch(text):
            return self._compact(found["digits"], found["rest"])
        if (found := _NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text)) and (month := month_of(found["name"])):
            return self.whole(int(found["year"]), month, int(found["day"]), _time_beside(found["rest"]))
        raise RowFaultError("date", "has no form of a date that is read")

    def _moved(self, year: int, month: int, day: int, rest: str) -> Reading:
        """A date whose time may have an offset: then it is the day it was in the statement's zone."""
        found = _TIME.fullmatch(rest.strip(" ,"))
        if not (found and found["offset"]):
            return self.whole(year, month, day, _time_beside(rest))
        at, offset = _time(found), _offset(found["offset"])
        try:
            there = datetime.combine(date(year, month, day), at, timezone(offset)).astimezone(self._zone)
        except (ValueError, OverflowError):
            return Reading({})
        return self.whole(there.year, there.month, there.day, there.time())

    def _orders(self, a: str, b: str, c: str, rest: str) -> Reading:
        found = {"dmy": (c, b, a), "mdy": (c, a, b)}
        if len(c) == len(a) == len("25"):
            found["ymd"] = (a, b, c)
        all_days = {order: self._days(int(year), int(month), int(day)) for order, (year, month, day) in found.items()}
        days = {order: past for order, each in all_days.items() if (past := self._past(each))}
        soon = self._reference.year + 1
        possible = tuple(order for order, each in all_days.items() if any(day.year <= soon for day in each))
        return Reading(days, _time_beside(rest), any(all_days.values()), possible)

    def _compact(self, digits: str, rest: str) -> Reading:
        by_year = self.whole(int(digits[:4]), int(digits[4:6]), int(digits[6:]), _time_beside(rest))
        if by_year.days or by_year.later:
            return by_year
        return self.whole(int(digits[4:]), int(digits[2:4]), int(digits[:2]), by_year.at)

    def whole(self, year: int, month: int, day: int, at: time | None) -> Reading:
        """The date of numbers whose order is known; the year in either era."""
        days = self._days(year, month, day)
        past = self._past(days)
        return Reading({"": past} if past else {}, at, bool(days))

    def _days(self, year: int, month: int, day: int) -> list[date]:
        return [found for candidate in _years(year) if (found := _date(candidate, month, day))]

    def _past(self, days: list[date]) -> date | None:
        """The latest of them that is not after the reference."""
        return max((day for day in days if day <= self._reference), default=None)


def month_of(name: str) -> int | None:
    """The month of a name or an abbreviation, with or without dots."""
    return MONTHS.get(re.sub(r"[.\s]", "", name.replace("\u0e4d\u0e32", "\u0e33")).casefold())


def time_of(cell: Cell) -> time | None:
    """The time of day in a cell; None for an empty one, or one that holds something else.

    Raises:
        RowFaultError: it looks like a time and is none.
    """
    match cell:
        case datetime() | time():
            return cell.time() if isinstance(cell, datetime) else cell
        case str() if cell.strip(" -"):
            # Some banks put a second date below the time.
            first = cell.translate(_THAI_DIGITS).split("\n")[0].strip()
            found = _TIME.fullmatch(first)
            if found is None:
                raise RowFaultError("time", "has no form of a time that is read")
            return _time(found)
        case _:
            return None


def _time_beside(rest: str) -> time | None:
    """What stands behind the date.

    Raises:
        RowFaultError: it is no time.
    """
    text = rest.strip(" ,\n\t")
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        raise RowFaultError("date", "has something behind it that is no time")
    return _time(found)


def _time(found: re.Match[str]) -> time:
    hour, half = int(found["hour"]), (found["half"] or "").upper().replace(".", "")
    if half and not 1 <= hour <= _NOON:
        raise RowFaultError("time", "is no time of day")
    if half:
        hour = hour % _NOON + (_NOON if half == "PM" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise RowFaultError("time", "is no time of day") from None


def _offset(text: str) -> timedelta:
    if text.upper() == "Z":
        return timedelta()
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timedelta(minutes=-minutes if text[0] == "-" else minutes)


def _years(year: int) -> tuple[int, ...]:
    both = (2000 + year, 2500 + year) if year < _CENTURY else (year,)
    common = (each - _BUDDHIST_ERA if each >= _FIRST_BUDDHIST_YEAR else each for each in both)
    return tuple(each for each in common if each >= _FIRST_YEAR)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(slots=True)
class Orders:
    """Gathers over a column which order of numbers its dates have."""

    votes: Counter[str] = field(default_factory=Counter)
    possible: Counter[str] = field(default_factory=Counter)

    def take(self, reading: Reading) -> None:
        """Count a date. It proves an order if it makes sense in that one only."""
        if len(reading.possible) == 1:
            self.votes.update(reading.possible)
        self.possible.update(reading.possible)

    def decide(self) -> tuple[str | None, bool]:
        """The order, and whether it is only assumed; None where no date needs one.

        Without a proof it is day, month, year, which everybody in Thailand writes.

        Raises:
            StatementError: statement_not_understood: rows contradict each other.
        """
        if not self.possible:
            return None, False
        if not self.votes:
            return _THE_USUAL, True
        ((best, count),) = self.votes.most_common(1)
        if count < _SURE * self.votes.total():
            reason = "some dates make sense as day, month, year only, and others in another order only"
            raise StatementError(ErrorCode.STATEMENT_NOT_UNDERSTOOD, reason, field="date")
        return best, False


def day_in(reading: Reading, order: str | None) -> date:
    """The day, in the order of the column.

    Raises:
        RowFaultError: there is no such day; date_in_future if it would be one after the reference.
    """
    found = reading.days.get("") or reading.days.get(order or "")
    if found:
        return found
    if reading.later:
        raise RowFaultError("date", "is later than the statement", ErrorCode.DATE_IN_FUTURE)
    raise RowFaultError("date", "is no day of the calendar, or not in the order of the other rows")
