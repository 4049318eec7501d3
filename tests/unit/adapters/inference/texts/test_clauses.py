"""Of several prices the one that was paid, by the part of the text each stands in."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.inference.texts.clauses import SURE
from adapters.inference.texts.extraction import read_text
from adapters.inference.texts.opinion import CLEARLY_UNSPENT, chance_of_whole
from contracts.readings import ReadingContext
from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("เงินหมื่นเข้าแล้ว ไปซื้อพัดลมมาตัวนึง 890", "890"),
        ("เสนอคอร์ส 12,000 ไม่เอา จ่ายแค่ค่ายา 640", "640"),
        ("Farm loan: paid 6,500 today, 42,000 still to go", "6500"),
        ("client paid my 12,000 invoice, so I treated the team to pizza, 1,745 by bank transfer", "1745"),
        ("เงินเดือนออก 7,200 จ่ายค่าหอไปแล้ว 3,800", "3800"),
    ],
)
def test_what_came_in_or_is_left_is_not_added_to_what_was_paid(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("ข้าวผัด 60 น้ำเปล่า 10", "70"), ("โจ๊ก 45 ไข่ลวก 15 ปาท่องโก๋ 10", "70"), ("shampoo 120 and soap 45 at Big C", "165")],
)
def test_things_bought_together_are_still_added_up(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize("text", ["เงินเดือนออก 18,000 ยังเหลือหนี้ 42,000", "ขายผักได้ 300 ขายไข่ได้ 150"])
def test_where_no_part_tells_of_money_spent_nothing_is_picked_out(text: str) -> None:
    assert amount_or_code(text) == "no_amount"


def test_a_price_picked_out_is_no_surer_than_a_sum() -> None:
    reading = read_text(
        "Farm loan: paid 6,500 today, 42,000 still to go", ReadingContext(reference_date=date(2026, 7, 15))
    )
    assert reading.amount.confidence.value <= SURE
    assert reading.amount.evidence == "6,500"


def test_a_part_speaks_for_the_whole_unless_the_whole_is_clear() -> None:
    assert chance_of_whole(0.4, 0.1) == 0.1
    assert chance_of_whole(0.4, None) == 0.4
    assert chance_of_whole(CLEARLY_UNSPENT, 0.1) == CLEARLY_UNSPENT


def test_more_prices_than_can_be_weighed_are_read_as_before() -> None:
    assert amount_or_code("ผัก 20 หมู 80 ไข่ 60 น้ำปลา 25") == "185"
