from datetime import date, timedelta

import pytest

from contracts.events.insights import Insight, InsightKind
from contracts.money import Currency
from contracts.values import Category
from tests.unit.domain.insights.samples import LAST, Diary, analysed, back, of_kind
from workers.domain.insights.history import History, days_before
from workers.domain.insights.recurring import Series, find_series, months_later


def netflix(diary: Diary, *months: int) -> Diary:
    for month in months:
        day = date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 12)
        diary.spend(day, 419, "Netflix", Category.ENTERTAINMENT)
    return diary


def recurring(diary: Diary, days: int = 365) -> list[Insight]:
    return of_kind(analysed(diary.entries, days), InsightKind.RECURRING)


def test_a_subscription_is_told_with_what_is_next() -> None:
    (found,) = recurring(netflix(Diary(), 10, 11, 12, 13, 14))
    assert found.text.en == (
        "Netflix is paid every month, usually 419.00 THB, 5 times so far; next around 12 Mar 2026."
    )
    assert found.text.th == "จ่าย Netflix ทุก เดือน ครั้งละประมาณ 419.00 บาท มาแล้ว 5 ครั้ง ครั้งถัดไปราววันที่ 12 มี.ค. 2569"
    assert str(found.impact) == "419.00 THB"
    assert (found.period.first, found.period.last) == (date(2025, 10, 12), date(2026, 2, 12))
    assert found.confidence.value > 0.85


@pytest.mark.parametrize(("months", "found"), [((13, 14), 0), ((12, 13, 14), 1)])
def test_a_monthly_bill_takes_three_payments(months: tuple[int, ...], found: int) -> None:
    assert len(recurring(netflix(Diary(), *months))) == found


def test_more_payments_make_a_bill_surer() -> None:
    sure = [recurring(netflix(Diary(), *range(first, 15)))[0].confidence.value for first in (12, 9, 4)]
    assert sure == sorted(sure)


def test_a_bill_may_differ_and_be_a_few_days_late() -> None:
    diary = Diary()
    for number, amount in enumerate((980, 1210, 1400, 1150, 1020)):
        diary.spend(months_later(date(2025, 10, 18), number) + timedelta(days=number % 3), amount, "การไฟฟ้านครหลวง")
    (found,) = recurring(diary)
    assert str(found.impact) == "1,150.00 THB"


def test_sums_that_have_nothing_in_common_are_no_bill() -> None:
    diary = Diary()
    for number, amount in enumerate((20, 3_000, 140, 950, 60)):
        diary.spend(months_later(date(2025, 10, 18), number), amount, "Lazada")
    assert recurring(diary) == []


def test_payments_without_a_rhythm_are_no_bill() -> None:
    diary = Diary()
    for days in (2, 9, 40, 43, 90, 150, 152):
        diary.spend(back(days), 419, "Netflix")
    assert recurring(diary) == []


@pytest.mark.parametrize(("last", "found"), [(date(2026, 3, 25), 1), (date(2026, 3, 26), 0)])
def test_a_subscription_that_ended_is_no_longer_told(last: date, found: int) -> None:
    """The last payment was on 12 February; a month of at most 36 days and 5 of grace later it is over."""
    diary = netflix(Diary(), 10, 11, 12, 13, 14)
    assert len(of_kind(analysed(diary.entries, 365, last), InsightKind.RECURRING)) == found


@pytest.mark.parametrize(("gap", "every"), [(7, "week"), (14, "two weeks"), (30, "month"), (91, "three months")])
def test_every_rhythm_is_known(gap: int, every: str) -> None:
    diary = Diary()
    for number in range(5 if gap < 90 else 4):
        diary.spend(back(3 + gap * number), 250, "เน็ตบ้าน", Category.BILLS)
    (found,) = recurring(diary)
    assert found.text.en.startswith(f"เน็ตบ้าน is paid every {every},")


def test_one_merchant_may_send_several_bills_beside_other_purchases() -> None:
    diary = Diary()
    for month in range(10, 15):
        netflix(diary, month)
        day = date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 20)
        diary.spend(day, 99, "netflix", Category.ENTERTAINMENT)
        diary.spend(back(3 * month), 700 + 31 * month, "NETFLIX")
    assert sorted(str(one.impact) for one in recurring(diary)) == ["419.00 THB", "99.00 THB"]


def test_daily_purchases_of_equal_sums_are_no_bills() -> None:
    diary = Diary()
    for number in range(300):
        diary.spend(back(number * 7919 % 200), 20 + number * 104_729 % 15, "7-Eleven")
    assert recurring(diary, 200) == []


def series_of(diary: Diary) -> Series:
    history = History(Currency.THB, diary.entries, days_before(LAST, 365))
    (one,) = find_series(history.by_merchant)
    return one


def test_due_days_follow_the_last_payment_and_an_overdue_one_is_due_tomorrow() -> None:
    one = series_of(netflix(Diary(), 11, 12, 13, 14))
    assert list(one.due(LAST, date(2026, 5, 12))) == [date(2026, 3, 12), date(2026, 4, 12), date(2026, 5, 12)]
    assert list(one.due(date(2026, 3, 12), date(2026, 4, 12))) == [date(2026, 3, 13), date(2026, 4, 12)]
    assert list(one.due(date(2026, 3, 20), date(2026, 3, 20))) == []


def test_a_bill_of_the_months_last_day_keeps_to_it() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2027, 11, 30), 3) == date(2028, 2, 29)
