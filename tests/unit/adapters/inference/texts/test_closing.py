"""Totals that the numbers before them make, and lines that speak for themselves alone."""

from __future__ import annotations

import pytest

from tests.unit.adapters.inference.texts.reading import amount_or_code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("bill was 2,350 plus I left a 250 tip, so 2,600 on the card", "2600"),
        ("มิเตอร์ 187 ทางด่วน 75 รวมเบิก 262 บาท", "262"),
        ("ข้าวกล่อง 45.00\nน้ำดื่ม 10.00\nรวม 2 ชิ้น 55.00\nTrueMoney Wallet 55.00", "55"),
        ("เสื้อ ฿399 ค่าส่ง ฿38 โค้ดส่วนลด -฿60 ยอดชำระ ฿377", "377"),
        ("ค่าโดยสาร 156.00\nค่าธรรมเนียม 20.00\nโปรโมชัน -30.00\nรวม 146.00", "146"),
        ("ข้าว 200 vat 7% เป็น 214", "214"),
    ],
)
def test_a_number_that_those_before_it_make_is_the_total(text: str, value: str) -> None:
    assert amount_or_code(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ก๋วยเตี๋ยว 3 ชามรวม 60 หมูอีก 20", "80"),
        ("ข้าว 50 น้ำ 20 รวม 70 ทิป 10", "80"),
        ("ข้าว 50 น้ำ 20 รวม 70 ยอดสุทธิ 65", "65"),
    ],
)
def test_what_comes_after_a_total_is_put_on_it_or_replaces_it(text: str, value: str) -> None:
    assert amount_or_code(text) == value


def test_two_totals_of_prices_of_their_own_are_two_purchases() -> None:
    assert amount_or_code("ก๋วยเตี๋ยว 50.00\nรวม 50.00\n\nดีเซล 800.00\nรวม 800.00") == "several_purchases"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ยอดรวม 612.00\nส่วนลด -62.00\nยอดสุทธิ 550.00\nเงินสด 600.00\nเงินทอน 50.00\nคะแนนสะสม 1,240", "550"),
        ("กาแฟ 65.00\nคะแนนสะสม 120", "65"),
        ("ยอดชำระ\n250.00", "250"),
    ],
)
def test_the_words_of_another_line_say_nothing_of_a_number_with_words_of_its_own(text: str, value: str) -> None:
    assert amount_or_code(text) == value


@pytest.mark.parametrize("text", ["ส่วนลด -30 บาท", "ค่ากาแฟ -85 บาท", "ใช้เงินไป -500", "กาแฟ -60 ขนม 40"])
def test_a_minus_that_takes_nothing_off_a_higher_price_is_refused(text: str) -> None:
    assert amount_or_code(text) == "negative_amount"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("เติมน้ำมันที่บางจาก 500 บาท", "500"),
        ("เติมนํ้ามัน 95 ปั๊มบางจาก 1,000 บาท", "1000"),
        ("internet 599", "599"),
        ("25/11/69 20:11 จ่าย 459.00 บ. ร้านชาบู เหลือ 8,120.33 บ.", "459"),
        ("มีการใช้บัตร x1234 จำนวน 350.00 บ. ที่ SHELL วงเงินคงเหลือ 45,000.00 บ.", "350"),
        ("purchase of USD 34.99 at STEAM with card x5567 on 05-JUN-26. Available limit THB 61,240.10", "34.99"),
        ("grab ended up 219, app quoted 245", "219"),
    ],
)
def test_the_end_of_a_name_and_what_is_left_to_spend_are_no_cues_of_a_price(text: str, value: str) -> None:
    assert amount_or_code(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ซื้อโน้ตบุ๊คมือสอง หมื่นห้า", "15000"),
        ("ซื้อทองหนึ่งบาทราคาห้าหมื่นสองพันห้าร้อยบาท", "52500"),
        ("ปริ้นรายงาน 64 หน้า หน้าละ 2 บาท ค่าเข้าเล่มอีก 30", "158"),
        ("ผ้าอ้อม 2 ห่อ ๆ ละ 360", "720"),
        ("ค่าห้อง 1200 ห้อง 305", "1200"),
        ("ปูน 20 ถุง ถุงละ 135 ทราย 1 คิว 450", "3150"),
        ("ชาไข่มุก 2 แก้วๆละ 60", "120"),
        ("เหล้าขาว 40 ดีกรี 2 ขวด 240", "240"),
        ("ที่พัก 860 เช็คอิน 14.00 เช็คเอาท์ 12.00", "860"),
        ("charged 219.00, order GPA.3312-8890-1123", "219"),
        ("dress was on sale 1,290 from 2,590", "1290"),
        ("withdrew 2000, paid the cleaner 1500", "1500"),
        ("หมดไป 359 บาท กับบุฟเฟ่ต์ 359", "359"),
        ("สลากกินแบ่ง 2 ใบ ใบละ 80 เลข 123456", "160"),
        ("ค่าจ้าง 2,000 หัก ณ ที่จ่าย 3% คงเหลือ 1,940", "1940"),
        ("ค่าเทอมเหลืออีก 7000 จ่ายไปก่อน 3000", "3000"),
        ("gave the driver 150 for a 142 ride, kept the change", "150"),
        ("Makro run 1,245 (incl. VAT 81.45)", "1245"),
        ("หนังสือ 320 หน้า 220 บาท", "220"),
        ("กาแฟ 35 คิว 12", "35"),
        ("หยอดตู้น้ำดื่ม ยี่สิบบาท เหรียญสิบ 2 เหรียญ", "20"),
        ("วินเข้าซอย 15 บาท เหรียญห้า 3 เหรียญ", "15"),
        ("ค่าหนังสือ 12 เหรียญ", "12"),
        ("Subtotal 1,084.00\nDelivery fee 60.00\nDiscount -100.00\nGrand total 1,044.00", "1044"),
        ("ผ้าถุง 2 ผืน รวม 500 แถวตลาดใหญ่", "500"),
        ("ค่าทางด่วน 65 ด่านดินแดง", "65"),
        ("ชาเย็น 2 แก้ว 110 แก้วนึงของเพื่อน", "110"),
        ("ซื้อหมู 2 โลครึ่ง โลละ 140", "350"),
        ("Yoga 10-class pass 3,200", "3200"),
        ("ให้หลานไปโรงเรียนวันละยี่สิบบาท ให้ไว้ 5 วันเลย", "100"),
        ("เติม Roblox 800 Robux 350 บาท", "350"),
        ("IndiGo 6E 1052, THB 13,890", "13890"),
        ("Maid salary 11,000 transferred", "11000"),
        ("กิน laksa ที่ Changi T3 S$8.50", "8.5"),
        ("ยางมอเตอร์ไซค์ 70/90-17 คู่ละ 3,200", "3200"),
    ],
)
def test_scales_weights_units_times_and_sums_of_other_purposes(text: str, value: str) -> None:
    assert amount_or_code(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "เติมน้ำมันเต็มถัง 32 ลิตร เลขไมล์ 88,120", "picked up a prescription, queue 117, room 4", "ไปหาหมอ คิวที่ 23 ห้องตรวจ 5",
        "my order number is 552810, waiting for delivery", "ordered 2 pizzas and 1 coke", "เหลือเงินในบัญชี 1,250 บาท",
        "ดูหนังรอบ 19.30 ที่นั่ง F12", "เติมลมยาง 32 ปอนด์", "แม่โอนมาให้ 3,000 ค่าขนม",
        "มีเงินอยู่ 500 บาท", "อยากกินหมูกระทะจัง 299", "ราคาน้ำมันขึ้นลิตรละ 2 บาท", "ถึงสนามบินตอน 9.45 เกต 23",
    ],
)  # fmt: skip
def test_what_counts_names_or_is_left_is_no_amount(text: str) -> None:
    assert amount_or_code(text) == "no_amount"


@pytest.mark.parametrize(
    "text",
    [
        "กาแฟที่คาเฟ่ อเมซอน 60 บาท แล้วก็เติมน้ำมันที่บางจาก 500 บาท", "จ่ายค่าห้องห้าพันบาทแล้วก็โอนให้แม่อีกสองพันบาท",
        "กาแฟ 65 บาท แล้วก็ตัดผม 250 บาท",
    ],
)  # fmt: skip
def test_and_then_another_act_is_another_purchase(text: str) -> None:
    assert amount_or_code(text) == "several_purchases"
