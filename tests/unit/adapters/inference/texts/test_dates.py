from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.lexicon.prose import read_prose
from adapters.inference.texts import calendar
from adapters.inference.texts.dates import THAI_MONTHS, day_told, days_in

SUNDAY = date(2025, 6, 15)


def _told(text: str, reference: date = SUNDAY) -> str | None:
    day = day_told(days_in(read_prose(text), reference))
    return None if day is None or day.on is None else day.on.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("กาแฟ 3 มิ.ย. 68", "2025-06-03"),
        ("กาแฟ ๓ มิถุนายน ๒๕๖๘", "2025-06-03"),
        ("coffee 3 June 2025", "2025-06-03"),
        ("coffee June 3rd", "2025-06-03"),
        ("กาแฟ 3/6/68", "2025-06-03"),
        ("กาแฟ 03-06-2568", "2025-06-03"),
        ("coffee 2025-06-03", "2025-06-03"),
        ("coffee 03/06/25", "2025-06-03"),
        ("กาแฟ 1 ก.ค.", "2024-07-01"),
        ("ตัดบัตรวันที่ 1", "2025-06-01"),
        ("วันที่ 20 ซื้อหมวก", "2025-05-20"),
        ("on the 31st", "2025-05-31"),
        ("เมื่อวาน", "2025-06-14"),
        ("เมื่อวานซืน", "2025-06-13"),
        ("สามวันก่อน", "2025-06-12"),
        ("3 days ago", "2025-06-12"),
        ("a week ago", "2025-06-08"),
        ("สัปดาห์ก่อน", "2025-06-08"),
        ("วันศุกร์ที่แล้ว", "2025-06-13"),
        ("last Friday", "2025-06-13"),
        ("ศุกร์อาทิตย์ที่แล้ว", "2025-06-06"),
        ("วันอาทิตย์", "2025-06-15"),
        ("วันเสาร์ที่ 7 ซื้อต้นไม้", "2025-06-07"),
        ("วันอาทิตย์ที่แล้ว", "2025-06-08"),
        ("last night", "2025-06-14"),
        ("เมื่อเช้า", "2025-06-15"),
        ("วันที่ 25 เดือนที่แล้ว", "2025-05-25"),
    ],
)
def test_a_told_day_is_understood(text: str, expected: str) -> None:
    assert _told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ค่าไฟรอบ พ.ค. 68",
        "electric bill for May",
        "bill due 25 June",
        "ครบกำหนดวันที่ 25",
        "จองตั๋วเครื่องบิน 20 ก.ค. 68",
        "วันศุกร์หน้า",
        "กาแฟ 65",
        "32/13/2568",
    ],
)
def test_periods_due_days_and_appointments_are_no_day_of_spending(text: str) -> None:
    assert _told(text) is None


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 900))
def test_a_past_date_reads_the_same_in_both_eras(reference: date, back: int) -> None:
    day = reference - timedelta(days=back)
    month = THAI_MONTHS[day.month - 1][0]
    assert _told(f"{day.day} {month} {day.year + 543}", reference) == day.isoformat()
    assert _told(f"{day.day}/{day.month}/{day.year}", reference) == day.isoformat()


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 31))
def test_a_day_of_month_is_never_in_the_future_nor_older_than_three_months(reference: date, day: int) -> None:
    found = calendar.latest_day_of_month(day, reference)
    assert found is not None
    assert reference - timedelta(days=92) < found <= reference


@pytest.mark.parametrize(("year", "expected"), [(68, 2025), (25, 2025), (2568, 2025), (2025, 2025), (67, 2024)])
def test_a_year_is_read_in_the_era_nearest_to_now(year: int, expected: int) -> None:
    assert calendar.full_year(year, SUNDAY) == expected
