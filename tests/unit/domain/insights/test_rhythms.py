"""Weekdays, visits and regular merchants. The last day is a Sunday."""

from collections.abc import Iterable
from datetime import date

import pytest

from contracts.events.insights import Direction, Insight, InsightKind
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, back, daily, of_kind


def dear_fridays(days: int, friday: int = 400) -> Diary:
    diary = Diary()
    for number, day in enumerate(daily(days)):
        diary.spend(day, friday - number % 5 * 10 if day.weekday() == 4 else 100 + number % 3)
    return diary


def weekday(diary: Diary, days: int = 90) -> list[Insight]:
    return of_kind(analysed(diary.entries, days), InsightKind.WEEKDAY_PATTERN)


def test_a_dear_weekday_is_told_with_what_it_costs_more() -> None:
    (found,) = weekday(dear_fridays(84))
    assert found.text.en == "On Fridays you usually spend 380.00 THB a day, 3.8 times the 101.00 THB of other days."
    assert found.text.th == "วันศุกร์มักใช้จ่ายวันละ 380.00 บาท หรือ 3.8 เท่าของวันอื่นซึ่งอยู่ที่ 101.00 บาท"
    assert str(found.impact) == "3,348.00 THB"
    assert (found.evidence.count, len(found.evidence.entry_ids)) == (12, 12)
    assert 0.8 <= found.confidence.value <= 1


def test_more_weeks_make_a_weekday_surer() -> None:
    sure = [weekday(dear_fridays(days))[0].confidence.value for days in (35, 56, 84)]
    assert sure == sorted(sure)


@pytest.mark.parametrize(("days", "found"), [(27, 0), (28, 1)])
def test_a_weekday_takes_four_weeks(days: int, found: int) -> None:
    assert len(weekday(dear_fridays(days))) == found


def test_a_weekday_takes_twenty_entries() -> None:
    diary = Diary()
    for day in daily(84):
        if day.weekday() == 4:
            diary.spend(day, 400 + len(diary.entries), f"shop {len(diary.entries)}")
    assert len(diary.entries) == 12
    assert weekday(diary) == []
    for day in list(daily(84))[:8]:
        diary.spend(day, 20, f"other {day}")
    (found,) = weekday(diary)
    assert found.text.en.endswith("a day, on most other days nothing.")


def test_a_weekend_can_be_dear() -> None:
    diary = Diary()
    for day in daily(84):
        diary.spend(day, 300 + day.day if day.weekday() >= 5 else 100 + day.day)
    (found,) = weekday(diary)
    assert found.text.en.startswith("On weekends you usually spend")


def test_days_that_are_all_alike_have_no_pattern() -> None:
    assert weekday(dear_fridays(84, friday=101)) == []


def visits(days: Iterable[date], merchant: str = "Café Amazon") -> Diary:
    diary = Diary()
    for number, day in enumerate(days):
        diary.spend(day, 60 + number % 5 * 10, merchant)
    return diary


def frequency(diary: Diary, days: int = 90) -> list[Insight]:
    return of_kind(analysed(diary.entries, days), InsightKind.VISIT_FREQUENCY)


def test_visits_that_became_more_are_told_with_both_rates() -> None:
    diary = visits([back(55), back(48), *daily(20)])
    (found,) = frequency(diary)
    assert found.direction is Direction.UP
    assert found.merchant == "Café Amazon"
    assert found.text.en == "You now pay at Café Amazon 5.0 times a week, up from 0.5; 80.00 THB a time."
    assert "สัปดาห์ละ 5.0 ครั้ง เพิ่มขึ้นจาก 0.5 ครั้ง" in found.text.th
    # 18 visits more in 28 days are 19.57 more in a month of average length.
    assert str(found.impact) == "1,565.36 THB"


def test_visits_that_became_fewer_are_told_too() -> None:
    diary = visits([*(back(number) for number in range(40, 56)), back(3)])
    (found,) = frequency(diary)
    assert found.direction is Direction.DOWN
    assert "down from" in found.text.en


@pytest.mark.parametrize(("count", "found"), [(7, 0), (8, 1)])
def test_a_frequency_takes_eight_visits(count: int, found: int) -> None:
    diary = visits([back(number) for number in range(count)])
    diary.spend(back(59), 100, "the first entry")
    assert len(frequency(diary)) == found


def test_a_frequency_takes_four_weeks() -> None:
    assert frequency(visits([*[back(26)], *daily(13), *daily(13)])) == []


def test_even_visits_are_no_change() -> None:
    assert frequency(visits(daily(60))) == []


def regular(diary: Diary) -> list[Insight]:
    return of_kind(analysed(diary.entries), InsightKind.REGULAR_MERCHANT)


def test_a_merchant_of_every_week_is_told() -> None:
    diary = Diary()
    for week in range(12):
        diary.spend(back(7 * week + week % 3), 100 + week * 9 % 40, "Lotus's", Category.GROCERIES)
        diary.spend(back(7 * week + 4), 30 + week * 7 % 40, "LOTUS'S ", Category.GROCERIES)
    diary.spend(back(83), 2_000, "Uniqlo", Category.SHOPPING)
    (found,) = regular(diary)
    assert (found.merchant, found.evidence.count) == ("LOTUS'S", 24)
    assert "24 times in 12 of 12 weeks" in found.text.en
    assert found.impact.amount == sum(entry.amount for entry in diary.entries[:-1])


def test_at_most_five_regular_merchants_are_told_those_of_the_most_money() -> None:
    diary = Diary()
    for merchant in range(7):
        for week in range(12):
            diary.spend(
                back(7 * week + (week * merchant) % 5), (50 + week * 9 % 40) * (merchant + 1), f"shop {merchant}"
            )
    assert {found.merchant for found in regular(diary)} == {f"shop {merchant}" for merchant in range(2, 7)}


@pytest.mark.parametrize(("weeks", "found"), [(8, 0), (9, 1)])
def test_a_regular_merchant_takes_three_of_four_weeks(weeks: int, found: int) -> None:
    diary = Diary()
    diary.spend(back(83), 500, "the first entry")
    for week in range(weeks):
        diary.spend(back(7 * week + week * 2 % 7), 100 + 37 * week % 90, "Lotus's")
    assert len(regular(diary)) == found


def test_a_regular_merchant_takes_four_weeks() -> None:
    diary = Diary()
    for day in daily(27):
        diary.spend(day, 50 + day.day, "Lotus's")
    assert regular(diary) == []
