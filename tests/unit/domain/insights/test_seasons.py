from datetime import date, timedelta

import pytest

from contracts.events.insights import Insight, InsightKind
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, of_kind

MAY = date(2026, 5, 15)


def spring(days: int, songkran: int = 900) -> Diary:
    """So many days up to the middle of May; Songkran cost more."""
    diary = Diary()
    for number in range(days):
        day = MAY - timedelta(days=number)
        festive = date(2026, 4, 12) <= day <= date(2026, 4, 16)
        diary.spend(day, songkran if festive else 100 + number * 7 % 23, f"ร้าน {number}", Category.FESTIVAL)
    return diary


def festive(diary: Diary, days: int = 120) -> list[Insight]:
    return of_kind(analysed(diary.entries, days, MAY), InsightKind.FESTIVAL)


def test_a_festival_that_cost_more_is_told_with_how_much() -> None:
    (found,) = festive(spring(80))
    assert found.text.en == ("Songkran 2026 cost 4,500.00 THB in 5 days, 3,944.00 THB more than as many ordinary days.")
    assert found.text.th == "ช่วงสงกรานต์ปี 2569 ใช้จ่าย 4,500.00 บาท ใน 5 วัน มากกว่าวันปกติจำนวนเท่ากัน 3,944.00 บาท"
    assert (found.period.first, found.period.last) == (date(2026, 4, 12), date(2026, 4, 16))
    assert (found.evidence.count, str(found.impact)) == (5, "3,944.00 THB")
    assert found.confidence.value > 0.8


def test_a_festival_that_cost_no_more_is_none() -> None:
    assert festive(spring(80, songkran=110)) == []


@pytest.mark.parametrize(("days", "found"), [(38, 0), (39, 1)])
def test_a_festival_takes_six_ordinary_stretches_of_its_length(days: int, found: int) -> None:
    """34 days reach back to the first day of Songkran, 38 add four ordinary days to the 29 after it."""
    assert len(festive(spring(days))) == found


def test_a_festival_at_the_edge_of_the_days_is_not_judged() -> None:
    assert festive(spring(33)) == []


@pytest.mark.parametrize(("others", "found"), [(18, 0), (19, 1)])
def test_a_festival_takes_twenty_entries(others: int, found: int) -> None:
    diary = Diary()
    diary.spend(date(2026, 4, 13), 2_000, "ห้าง", Category.FESTIVAL)
    ordinary = [MAY - timedelta(days=4 * number) for number in range(40)]
    for number, day in enumerate([day for day in ordinary if day.month != 4][:others]):
        diary.spend(day, 100 + 7 * number % 23, f"ร้าน {number}")
    assert len(festive(diary)) == found
