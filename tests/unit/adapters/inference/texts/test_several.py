from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    "text",
    [
        "coffee 60 at Amazon and a haircut 200",
        "movie 240 and dinner 560",
        "ค่าห้อง 5000 ให้แม่ 3000",
        "ทำบุญ 100 กินข้าว 60",
        "ซองงานบวช 500 ซองงานแต่ง 1,000",
        "ให้แม่ 3,000 แล้วก็ทำบุญ 200",
        "ซื้อบัตรรถไฟฟ้า 300 จ่ายค่าหมอ 700 แล้วก็ให้เงินแม่ 2,000",
    ],
)
def test_payments_at_different_places_or_for_different_ends_are_several(text: str) -> None:
    assert amount_or_code(text) == "several_purchases"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ดูหนัง 240 ป๊อปคอร์น 180", "420"),
        ("ไหว้เจ้า หมู 350 ไก่ 280 เป็ด 400", "1030"),
        ("เปลี่ยนผ้าเบรกหน้า 1,200 หลัง 900 ค่าแรง 400", "2500"),
        ("ซักผ้า 40 อบ 40", "80"),
        ("ยา 85 ขนม 30 ที่เซเว่น", "115"),
    ],
)
def test_what_belongs_together_is_added_up(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ค่าห้อง 3,200 น้ำ 150 ไฟ 780 โอนรวมทีเดียวให้หอ", "4130"),
        ("ซื้อหนังสือเรียนให้ลูก คณิต 95 ไทย 88 วิทย์ 110 บิลเดียว", "293"),
        ("flight to Udon, 1,450 fare and 300 for the bag, one booking", "1750"),
    ],
)
def test_what_the_text_calls_one_payment_is_added_up(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


def test_bills_that_are_told_apart_are_several_whatever_was_paid_at_once() -> None:
    assert amount_or_code("ค่าไฟ 780 กับเสื้อ 250 โอนทีเดียวแต่คนละร้าน") == "several_purchases"
