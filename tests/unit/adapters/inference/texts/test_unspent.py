from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    "text",
    [
        "แม่ให้เงิน 1000", "พ่อโอนมา 3,000", "ลูกค้าโอนมา 1,500", "ได้ค่าแรง 400", "เก็บเงินได้ 100 บาท", "ยืมเงินเพื่อนมา 500",
        "ดอกเบี้ยเข้า 12.50", "mom gave me 500", "received 2000 from dad", "Tom paid me back 300", "friend owes me 500",
        "borrowed 300 from Ann", "bonus 30,000 came in",
    ],
)  # fmt: skip
def test_money_that_came_in_is_no_spending(text: str) -> None:
    assert amount_or_code(text) == "no_amount"


@pytest.mark.parametrize(
    "text",
    [
        "อยากได้รองเท้า 2,500", "ว่าจะซื้อตู้เย็น 8,990", "ว่าจะซื้อรองเท้า 2000 แต่ไม่ได้ซื้อ", "ยังไม่ได้จ่ายค่าไฟ 890",
        "พรุ่งนี้ต้องจ่ายค่าเทอม 15,000", "almost bought shoes 2,000 but didn't", "will pay rent 8,000 tomorrow",
        "thinking about a 15,000 bike",
    ],
)  # fmt: skip
def test_a_purchase_that_was_not_made_is_none(text: str) -> None:
    assert amount_or_code(text) == "no_amount"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("อยากได้มานาน วันนี้ซื้อแล้ว 19,900", "19900"),
        ("จ่ายค่ามัดจำ 500 ที่เหลือยังไม่ได้จ่าย", "500"),
        ("ให้แม่ 1,000", "1000"),
        ("แม่ให้ไปซื้อไข่ 65", "65"),
        ("คืนเงินเพื่อน 500", "500"),
        ("had to pay 500 for parking", "500"),
        ("พรุ่งนี้วันเกิดแม่ ซื้อเค้ก 590", "590"),
        ("กะจะซื้อเสื้อแต่ได้กางเกงมา 490", "490"),
        ("เพื่อนเลี้ยงหนัง เราเลี้ยงข้าว 350", "350"),
        ("got paid today so treated myself to sushi 890", "890"),
        ("planning a trip, booked hotel 3,200", "3200"),
        ("พรุ่งนี้จะไปเที่ยว ซื้อขนม 120", "120"),
        ("need to remember: paid 500 to plumber", "500"),
        ("เงินเดือนเข้า 25,000 โอนให้แม่ 5,000", "5000"),
    ],
)
def test_what_was_bought_all_the_same_is_read(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


def test_a_meal_somebody_else_paid_is_none_of_the_owners() -> None:
    assert amount_or_code("เพื่อนเลี้ยงข้าว มื้อละ 350") == "no_amount"
    assert amount_or_code("boss treated us, bill was 2,400") == "no_amount"
    assert amount_or_code("เลี้ยงข้าวเพื่อน 3 คน 450") == "450"
