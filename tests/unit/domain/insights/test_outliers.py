from datetime import date
from decimal import Decimal

import pytest

from contracts.events.insights import InsightKind
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, back, of_kind


def meals(count: int, *, step: int = 5) -> Diary:
    diary = Diary()
    for number in range(count):
        diary.spend(back(2 * number), 60 + number * 7 % 10 * step, f"ร้าน {number}")
    return diary


def test_an_amount_far_above_its_category_is_told_with_the_difference() -> None:
    diary = meals(30)
    odd = diary.spend(back(5), 1_950, "MK")
    diary.spend(back(6), 1_950, "Agoda", Category.TRAVEL)  # alone in its category, so nobody knows
    (found,) = of_kind(analysed(diary.entries), InsightKind.ANOMALY)
    assert found.evidence.entry_ids == (odd.id,)
    assert found.text.en == (
        "1,950.00 THB at MK on 24 Feb 2026 is 22.9 times what you usually pay for Food & Dining (85.00 THB)."
    )
    assert "วันที่ 24 ก.พ. 2569 สูงเป็น 22.9 เท่าของที่จ่ายปกติในหมวดอาหารและเครื่องดื่ม (85.00 บาท)" in found.text.th
    assert (found.impact.amount, found.category, found.merchant) == (Decimal("1865.00"), Category.FOOD, "MK")
    assert (found.period.first, found.period.last) == (date(2026, 2, 24), date(2026, 2, 24))


@pytest.mark.parametrize(("others", "found"), [(10, 0), (11, 1)])
def test_an_anomaly_takes_twelve_entries_of_the_category(others: int, found: int) -> None:
    diary = meals(others)
    diary.spend(back(5), 9_500, "MK")
    assert len(of_kind(analysed(diary.entries), InsightKind.ANOMALY)) == found


def test_where_all_amounts_are_equal_a_tenth_more_is_no_anomaly() -> None:
    diary = meals(30, step=0)
    diary.spend(back(5), 66)
    assert of_kind(analysed(diary.entries), InsightKind.ANOMALY) == []
    diary.spend(back(5), 120)
    assert len(of_kind(analysed(diary.entries), InsightKind.ANOMALY)) == 1


def test_a_rent_among_small_bills_is_no_anomaly() -> None:
    diary = Diary()
    for number in range(30):
        diary.spend(back(3 * number), 60 + number * 7 % 10, f"ร้าน {number}", Category.BILLS)
    for month in (1, 2, 3):
        diary.spend(date(2026, month, 1), 7_500, "ค่าเช่าห้อง", Category.BILLS)
    assert of_kind(analysed(diary.entries), InsightKind.ANOMALY) == []


def test_a_day_of_many_purchases_is_a_spike() -> None:
    diary = meals(30)
    for number in range(12):
        diary.spend(back(5), 90 + number, f"ตลาด {number}", Category.SHOPPING)
    (found,) = of_kind(analysed(diary.entries), InsightKind.DAILY_SPIKE)
    assert found.text.en == (
        "On 24 Feb 2026 you spent 1,146.00 THB in 12 payments; a day with spending usually costs 85.00 THB."
    )
    assert (found.evidence.count, found.impact.amount) == (12, Decimal("1061.00"))


def test_a_day_of_one_large_purchase_is_none() -> None:
    diary = meals(30)
    diary.spend(back(5), 9_500, "Banana IT", Category.SHOPPING)
    diary.spend(back(5), 100, "Banana IT", Category.SHOPPING)
    assert of_kind(analysed(diary.entries), InsightKind.DAILY_SPIKE) == []


@pytest.mark.parametrize(("others", "found"), [(12, 0), (13, 1)])
def test_a_spike_takes_fourteen_days_with_spending(others: int, found: int) -> None:
    diary = meals(others)
    for number in range(12):
        diary.spend(back(5), 500 + number, f"ตลาด {number}", Category.SHOPPING)
    assert len(of_kind(analysed(diary.entries), InsightKind.DAILY_SPIKE)) == found
