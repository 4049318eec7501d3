from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize("text", ["เกลือ 12@0", "เกลือ 12 ถุง ถุงละ 0 บาท", "salt each 0, paid 20"])
def test_what_costs_nothing_for_one_breaks_no_reading(text: str) -> None:
    assert amount_or_code(text) in {"12", "20", "amount_out_of_range"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("กล้วยน้ำว้าหวีละ 35 เอามา 3 หวี", "105"),
        ("ไหมพรม 6 ไจ ไจละ 45", "270"),
        ("ไก่กอและ 3 ไม้ ไม้ละ 20 บาท", "60"),
        ("แพมเพิส 2 ห่อ ห่อละ 329 ห่อนึงมี 50 ชิ้น", "658"),
        ("3 months of Netflix at 419 each", "1257"),
        ("2 coffees at 70", "140"),
        ("ซ้อมเต้น 3 ชั่วโมง ชม.ละ 250", "750"),
        ("guitar lessons, 6 hours @ 350/hr", "2100"),
        ("จอดรถชั่วโมงละ 20 จอดไป 4 hours", "80"),
        ("two months of the storage room at 450 a month", "900"),
        ("four bags of rice husk, 35 a bag", "140"),
        ("ผ้าอนามัย 6 pack ละ 42", "252"),
        ("water is 18 baht a unit, used 12 units, paid", "216"),
    ],
)
def test_a_quantity_times_its_price(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ค่าห้องพัก 2 ห้อง 3 คืน คืนละ 900", "5400"),
        ("โรงแรม 2 คืน 3 คน คืนละ 1,200", "2400"),
        ("สุกี้ 3 หัว หัวละ 219 น้ำรีฟิลหัวละ 39", "774"),
        ("ตั๋วเรือผู้ใหญ่ 2 คน คนละ 60 เด็ก 1 คน 30", "150"),
        ("ปูน 20 ถุง ถุงละ 135 ทราย 1 คิว 450 บิลเดียวกัน", "3150"),
        ("จ้างคนดำนา 4 คน คนละ 350 บาท 2 วัน", "2800"),
    ],
)
def test_rooms_heads_and_single_prices_take_part_where_they_count(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ถ่ายเอกสาร 40 แผ่น แผ่นละ 50 สตางค์ จ่ายไป 20 บาท", "20"),
        ("ลาเต้แก้วละ 70 สองแก้ว ลด 10% จ่าย 126", "126"),
        ("เสื้อตัวละ 199 3 ตัว 500", "500"),
        ("เติมน้ำมัน 1,050 ลิตรละ 35", "1050"),
    ],
)
def test_the_price_told_beside_a_unit_price_is_what_was_paid(text: str, amount: str) -> None:
    assert amount_or_code(text) == amount


@pytest.mark.parametrize("text", ["ตัดบัตรผ่อน 3 เดือน ราคา 9000 เดือนละ 3000", "ค่าประกันรถ 18,000 จ่าย 6 งวด งวดละ 3,000"])
def test_of_a_price_in_instalments_one_was_paid(text: str) -> None:
    assert amount_or_code(text) == "3000"
