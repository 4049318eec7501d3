from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.events.insights import DayRange
from workers.domain.insights.festivals import chinese_new_year, festivals, loy_krathong
from workers.domain.insights.moon import full_moon, new_moon, number_near, sun_longitude

# As published; 2034 follows a year whose leap month is the eleventh, which simple rules get wrong.
_NEW_YEARS = """
2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26
2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05
2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13
2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
2040-02-12
"""
_KRATHONGS = """
2012-11-28 2013-11-17 2014-11-06 2015-11-25 2016-11-14 2017-11-03 2018-11-22 2019-11-11 2020-10-31 2021-11-19
2022-11-08 2023-11-27 2024-11-15 2025-11-05
"""
CHINESE_NEW_YEARS = [date.fromisoformat(day) for day in _NEW_YEARS.split()]
LOY_KRATHONGS = [date.fromisoformat(day) for day in _KRATHONGS.split()]


@pytest.mark.parametrize("day", CHINESE_NEW_YEARS)
def test_the_chinese_new_year_is_on_the_day_that_was_published(day: date) -> None:
    assert chinese_new_year(day.year) == day


@pytest.mark.parametrize("day", LOY_KRATHONGS)
def test_loy_krathong_is_within_a_day_of_the_one_thailand_kept(day: date) -> None:
    assert abs(loy_krathong(day.year) - day) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("computed", "published"),
    [
        (
            new_moon(-283),
            datetime(1977, 2, 18, 3, 37, tzinfo=UTC),
        ),  # example 49.a of Meeus, without its 48 s of clock lag
        (full_moon(318), datetime(2025, 10, 7, 3, 47, tzinfo=UTC)),
        (new_moon(321), datetime(2025, 12, 20, 1, 43, tzinfo=UTC)),
    ],
)
def test_phases_of_the_moon_are_right_to_minutes(computed: datetime, published: datetime) -> None:
    assert abs(computed - published) < timedelta(minutes=3)


@pytest.mark.parametrize(
    ("moment", "degrees"),
    [(datetime(2025, 12, 21, 15, 3, tzinfo=UTC), 270), (datetime(2026, 6, 21, 8, 24, tzinfo=UTC), 90)],
)
def test_the_sun_stands_where_solstices_want_it(moment: datetime, degrees: float) -> None:
    assert sun_longitude(moment) == pytest.approx(degrees, abs=0.02)


def test_a_moment_is_near_its_new_moon() -> None:
    moment = datetime(2026, 2, 18, tzinfo=UTC)
    assert abs(new_moon(number_near(moment)) - moment) < timedelta(days=16)


def test_only_festivals_that_lie_whole_in_the_days_are_told() -> None:
    year = DayRange(first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert [one.key for one in festivals(year)] == ["chinese_new_year", "songkran", "loy_krathong"]
    cut = DayRange(first=date(2026, 4, 13), last=date(2026, 11, 24))
    assert [one.key for one in festivals(cut)] == []
    two = DayRange(first=date(2025, 11, 1), last=date(2026, 3, 1))
    assert [(one.key, one.days.last.year) for one in festivals(two)] == [
        ("loy_krathong", 2025),
        ("chinese_new_year", 2026),
    ]
