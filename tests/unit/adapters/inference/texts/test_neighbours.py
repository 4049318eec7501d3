"""Numbers judged by what is beside them: names and prices, corrections, bargains, parts of a price, what is owed."""

from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ซื้อ notebook Acer Nitro 5 สองหมื่นสามพัน", "23000"),
        ("ทีวี 55 นิ้ว 4k 12,990", "12990"),
        ("Bought a Xiaomi 14 phone case for 250 at MBK", "250"),
        ("ตัดแว่น สายตาสั้น 150 ราคา 2,200 บาท", "2200"),
        ("พันธุ์ข้าว 105 ห้าถุง ถุงละ 620", "3100"),
        ("หวย 3 ตัวตรง 123 20 บาท", "20"),
        ("Condo rent 14.5k unit 1807", "14500"),
        ("bought 10 usd steam card for 360 baht", "360"),
        ("ขึ้นทางด่วน 2 ด่าน 50 กับ 45", "95"),
        ("เค้กวันเกิด 2 ปอนด์ ราคา 650", "650"),
    ],
)
def test_a_number_that_names_is_no_price(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("พิมพ์ผิด ข้าวหมูแดงไม่ใช่ 55 เป็น 65 บาท", "65"),
        ("เมื่อกี้จดผิด ข้าว 60 ไม่ใช่ 50", "60"),
        ("taxi was not 120 but 150", "150"),
        ("lunch 120 not 100", "120"),
        ("ลาเต้ 75 เอ้ย 85", "85"),
    ],
)
def test_a_number_named_only_to_be_denied_does_not_count(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("haggled from 500 to 350 for a hat", "350"),
        ("กระเป๋าจาก 4,500 ต่อได้ 3,800", "3800"),
        ("แท็กซี่ 187 ปัดเป็น 200", "200"),
        ("นั่งแท็กซี่เข้าเมือง 380 รวมทางด่วน 75", "380"),
        ("นั่งแท็กซี่เข้าเมือง 380 ไม่รวมทางด่วน 75", "455"),
        ("ร้านอาหาร 1,000 บวก service 10% vat 7%", "1177"),
        ("ค่าเน็ต 600 ยังไม่รวม vat 7%", "642"),
    ],
)
def test_what_was_bargained_or_put_on_top_makes_the_price(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("มัดจำโซฟา 5,000 ที่เหลือ 13,900 จ่ายตอนส่งของ", "5000"),
        ("มัดจำโรงแรม 1,000 จากทั้งหมด 4,500", "1000"),
        ("เค้ก ราคา 650 มัดจำไปแล้ว 300 จ่ายส่วนที่เหลือ 350", "350"),
        ("Dive trip 2,800, had already put down 800 so paid the remaining 2,000", "2000"),
    ],
)
def test_of_a_deposit_and_the_rest_that_counts_which_was_paid(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    "text", ["ซื้อของหมดไปหลายร้อย", "between 200 and 300 for lunch", "ค่าข้าว 200 หรือ 250", "a few hundred on clothes"]
)
def test_a_vague_amount_is_none(text: str) -> None:
    assert amount_or_code(text) == "no_amount"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("บุฟเฟ่ต์แซลมอน 699 อิ่มจนเดินไม่ไหว 5555", "699"),
        ("ปุ๋ยสูตร 15-15-15 สิบกระสอบ กระสอบละ 850", "8500"),
        ("คอนแทคเลนส์ -3.00 2 กล่อง 700", "700"),
        ("จ่ายภาษีป้าย 1,200 บาท โอนเรียบร้อย", "1200"),
        ("รถมือสอง 3.5 แสน", "350000"),
    ],
)
def test_laughter_formulas_lenses_and_words_are_no_money(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    "text",
    ["Paid the electricity bill for room 502", "ค่ารถเมล์สาย 8 ไปอนุสาวรีย์", "ค่าน้ำห้อง 1205 จ่ายแล้ว", "ran 10k this morning"],
)
def test_a_room_a_line_and_a_distance_are_no_amount(text: str) -> None:
    assert amount_or_code(text) == "no_amount"
