"""Days by arithmetic: years of two eras, the most recent such day, weekdays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

BUDDHIST_ERA: Final = 543
_FIRST_BUDDHIST_YEAR: Final = 2400
_CENTURY: Final = 100
_WEEK: Final = 7


def full_year(year: int, reference: date) -> int:
    """A year of either era, four digits or two, as a Common Era year; two digits mean the year nearest to now."""
    if year >= _FIRST_BUDDHIST_YEAR:
        return year - BUDDHIST_ERA
    if year >= _CENTURY:
        return year
    readings = (2000 + year, 2500 + year - BUDDHIST_ERA)
    return min(readings, key=lambda reading: abs(reading - reference.year))


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def latest_day_of_month(day: int, reference: date) -> date | None:
    """The most recent such day of a month, the reference day included."""
    year, month = reference.year, reference.month
    for _ in range(3):
        found = day_of(year, month, day)
        if found is not None and found <= reference:
            return found
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return None


def latest_day_of_year(month: int, day: int, reference: date) -> date | None:
    """The most recent such day of a year, the reference day included."""
    for year in (reference.year, reference.year - 1):
        found = day_of(year, month, day)
        if found is not None and found <= reference:
            return found
    return None


def latest_weekday(weekday: int, reference: date, *, before: bool) -> date:
    """The most recent such weekday (Monday is 0); `before` leaves the reference day itself out."""
    back = (reference.weekday() - weekday) % _WEEK
    return reference - timedelta(days=_WEEK if before and back == 0 else back)


def weekday_of_last_week(weekday: int, reference: date) -> date:
    """That weekday in the week, Monday to Sunday, before the reference day's."""
    return reference - timedelta(days=reference.weekday() + _WEEK - weekday)


def months_ago(count: int, reference: date) -> date:
    """The same day some months earlier, or the last day that month has."""
    months = reference.year * 12 + reference.month - 1 - count
    year, month = divmod(months, 12)
    for day in range(reference.day, 0, -1):
        found = day_of(year, month + 1, day)
        if found is not None:
            return found
    return reference
