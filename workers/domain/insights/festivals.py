"""When the festivals are that cost Thai households money.

- Songkran: 13 to 15 April, by law (Bank of Thailand, annual list of holidays).
- Chinese New Year: the first day of the Chinese year in the time of Beijing, by the rules of GB/T 33661-2017: the
  winter solstice is in month 11; where 13 months lie between two of these, the first without a principal term is leap.
  Families in Thailand buy on the third day (วันจ่าย) to offer on the second (วันไหว้) before and go out on the day itself.
- Loy Krathong: the full moon of the twelfth Thai month. Thailand's calendar is set by authority with leap months and
  days; here it is the first full moon from 31 October on, in the time of Bangkok, which is within a day of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from contracts.events.insights import DayRange
from workers.domain.insights.moon import full_moon, new_moon, number_near, sun_longitude

BEIJING: Final = timezone(timedelta(hours=8))
BANGKOK: Final = timezone(timedelta(hours=7))

_SOLSTICE: Final = 270.0
_TERM: Final = 30.0
_MONTHS_WITH_LEAP: Final = 13


class Festival(NamedTuple):
    """A festival of one year.

    Attributes:
        key: names it in ids.
        english: its name.
        thai: its name in Thai.
        days: on which it costs money.
    """

    key: str
    english: str
    thai: str
    days: DayRange


def festivals(days: DayRange) -> Iterator[Festival]:
    """The festivals that lie in these days, whole."""
    for year in range(days.first.year, days.last.year + 1):
        for festival in _of_year(year):
            if days.first <= festival.days.first and festival.days.last <= days.last:
                yield festival


@lru_cache(maxsize=64)
def _of_year(year: int) -> tuple[Festival, ...]:
    new_year, krathong = chinese_new_year(year), loy_krathong(year)
    return (
        Festival("chinese_new_year", "Chinese New Year", "ตรุษจีน", _around(new_year, 3, 1)),
        Festival("songkran", "Songkran", "สงกรานต์", DayRange(first=date(year, 4, 12), last=date(year, 4, 16))),
        Festival("loy_krathong", "Loy Krathong", "ลอยกระทง", _around(krathong, 1, 1)),
    )


def loy_krathong(year: int) -> date:
    """The day of Loy Krathong, to a day."""
    begin = datetime(year, 10, 31, tzinfo=BANGKOK)
    number = number_near(begin) - 2
    while full_moon(number) < begin:
        number += 1
    return full_moon(number).astimezone(BANGKOK).date()


def chinese_new_year(year: int) -> date:
    """The first day of the Chinese year that begins in that year."""
    eleventh, next_eleventh = _eleventh_month(year - 1), _eleventh_month(year)
    first = eleventh + 2
    if next_eleventh - eleventh == _MONTHS_WITH_LEAP and not (_has_term(eleventh + 1) and _has_term(eleventh + 2)):
        first += 1
    return _month_begin(first)


def _eleventh_month(year: int) -> int:
    """The number of the month that holds the winter solstice."""
    number = number_near(datetime(year, 12, 22, tzinfo=UTC)) + 1
    while _longitude_at(number) > _SOLSTICE or _month_begin(number) > date(year, 12, 24):
        number -= 1
    return number


def _has_term(number: int) -> bool:
    """Whether the sun passes a principal term, a multiple of 30 degrees, in a month."""
    return _longitude_at(number) // _TERM != _longitude_at(number + 1) // _TERM


def _month_begin(number: int) -> date:
    return new_moon(number).astimezone(BEIJING).date()


def _longitude_at(number: int) -> float:
    """The sun's longitude when a month begins, at midnight."""
    return sun_longitude(datetime.combine(_month_begin(number), time(), BEIJING))


def _around(day: date, before: int, after: int) -> DayRange:
    return DayRange(first=day - timedelta(days=before), last=day + timedelta(days=after))
