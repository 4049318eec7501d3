from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("dinner for 4, 1200 total, split evenly", "300"),
        ("dinner 1,500 for 3 people split equally", "500"),
        ("ค่าข้าว 900 แบ่งสามคน", "300"),
        ("ลาเต้ 65 อเมริกาโน่ 55 หาร 2", "60"),
        ("หมูกระทะ 800 หารสี่คน", "200"),
    ],
)
def test_a_bill_is_divided_by_those_who_shared_it(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ดินเนอร์ 2,760 หารสี่ จ่าย 690", "690"),
        ("netflix 419 หาร 4 คน จ่าย 105", "105"),
        ("pizza 480, split 50/50, paid 240", "240"),
        ("หาหมอ 1,500 ประกันจ่าย 1,000 จ่ายไป 500", "500"),
    ],
)
def test_a_share_that_is_told_is_taken_as_told(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ค่าข้าว 450 ออกกันคนละครึ่ง", "225"),
        ("pizza 500, paid half", "250"),
        ("internet 600, split with roommate", "300"),
        ("shirt at half price 250", "250"),
    ],
)
def test_half_is_half_where_it_was_shared(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ออกคนละ 80 ค่าแท็กซี่ 3 คน", "80"),
        ("กินหมูกระทะกับเพื่อน 5 คน หัวละ 229 จ่ายแค่ของตัวเอง", "229"),
        ("ชาบู 4 คน 1,196 คนละ 299", "299"),
        ("ชาบูหัวละ 299 ไป 4 คน", "1196"),
        ("ค่าทัวร์ 2 คน คนละ 4,900 รวม 9,800", "9800"),
    ],
)
def test_a_price_a_head_is_a_share_only_where_words_or_a_bill_say_so(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("หาหมอ 1,500 เบิกได้ 1,000", "500"),
        ("ถอนฟัน 2,500 ประกันสังคมช่วย 900 ควักเอง 1,600", "1600"),
        ("ซื้อของให้แม่ 850 แม่คืนมา 500", "350"),
    ],
)
def test_what_others_paid_is_taken_off(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount
