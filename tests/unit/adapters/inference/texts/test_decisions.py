"""Rules for amounts one at a time, each with what it must not take for its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.inference.texts import RuleTextExtraction
from adapters.inference.texts.extraction import read_text
from contracts.errors import ErrorCode
from contracts.readings import ReadingContext
from workers.ports.errors import RejectionError

CONTEXT = ReadingContext(reference_date=date(2025, 6, 15))


def amount(text: str) -> Decimal:
    return read_text(text, CONTEXT).amount.value.amount


def code(text: str) -> ErrorCode:
    with pytest.raises(RejectionError) as refused:
        read_text(text, CONTEXT)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ร้อยนึง เอ๊ย ร้อยห้าสิบ ค่าข้าวเย็น", "150"),
        ("lunch eighty no wait ninety baht", "90"),
        ("taxi 150 sorry 180", "180"),
        ("spent two hundred no two hundred twenty on fruit", "220"),
        ("ไม่ใช่กาแฟ ชา 45 บาท", "45"),
    ],
)
def test_what_a_speaker_takes_back_does_not_count(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["เงินเดือนเข้า 25,000", "ขายของออนไลน์ได้เงิน 1,200", "got paid 12,000 from freelance work", "ลูกค้าโอนเงินมาให้ 3,500"],
)
def test_money_that_came_in_is_no_spending(text: str) -> None:
    assert code(text) is ErrorCode.NO_AMOUNT


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("จ่ายเงินเดือนแม่บ้าน ค่าแม่บ้าน 3,000", "3000"),
        ("ร้านขายยา ยาแก้ปวด 85 ได้ทอน 15", "85"),
        ("แม่โอนเงินมาให้ ซื้อข้าว 60", "60"),
        ("ขายของไม่ได้เลย ข้าวแกง 50", "50"),
    ],
)
def test_words_of_income_beside_a_purchase_do_not_refuse_it(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ข้าวกล่อง 12 กล่อง x 55 บาท", "660"),
        ("กระดาษ 5 รีม รีมละ 115", "575"),
        ("lotus flowers 5 for 50 baht", "50"),
        ("หนังสือเล่มละเก้าสิบ สามเล่ม", "270"),
        ("ปริ้นรายงาน 60 หน้า 90 บาท", "90"),
    ],
)
def test_counts_are_told_from_prices(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ค่าอาหาร 645", "645"),
        ("พิซซ่า 798 หารครึ่ง", "399"),
        ("dinner bill 1,800 split in half", "900"),
        ("ค่าแท็กซี่ 240 แบ่งกัน 2 คน", "120"),
        ("แท็กซี่ 83 ให้ร้อยไม่ต้องทอน", "100"),
        ("ค่าเช่ารถ 1,200 มัดจำ 3,000 คืนแล้ว", "1200"),
    ],
)
def test_bills_are_divided_only_where_the_text_says_so(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("flight TG 102 to Chiang Mai 2,450 baht", "2450"),
        ("ใบเสร็จ RC-20261008 ค่าอาหาร 1,120", "1120"),
        ("แท็กซี่ทะเบียน 1กข 2345 ค่ารถ 210", "210"),
        ("ต่อทะเบียนรถ 1,600", "1600"),
        ("ลูก ป.3 ค่าหนังสือ 1,150", "1150"),
        ("ไปเกาะล้าน ค่าเรือ 30 บาท", "30"),
        ("สายชาร์จไอโฟน 290", "290"),
        ("oil filter change 950", "950"),
        ("ค่าเช่าห้อง 3500", "3500"),
        ("ค่าไฟห้อง 101 500 บาท", "500"),
        ("coffee x2 120", "120"),
    ],
)
def test_codes_plates_places_and_models_are_no_amounts(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("ซื้อหนังสือมาสองร้อยเก้าสิบห้าบาท", "295"), ("ซื้อรถมือสองสองแสนห้า", "250000"), ("หมูสามชั้นครึ่งโล 90", "90")],
)
def test_a_plain_thai_number_begins_a_word_of_its_own(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("ต้นเดือนจ่ายค่าห้อง 5,000", date(2025, 6, 1)),
        ("สิ้นเดือนที่แล้วโอนให้แม่ 4,000", date(2025, 5, 31)),
        ("ปลายเดือนจ่ายค่าเน็ต 599", date(2025, 5, 31)),
        ("กลางเดือนจ่ายค่าประกัน 2,500", date(2025, 6, 15)),
        ("กลางเดือนที่แล้วจ่ายค่าประกัน 2,500", date(2025, 5, 15)),
        ("at the end of last month paid rent 9,000", date(2025, 5, 31)),
        ("Dinner 1,450 THB, 2nd February 2025, Visa", date(2025, 2, 2)),
        ("หวยงวด 1 มิ.ย. ใบละ 100", date(2025, 6, 15)),
    ],
)
def test_parts_of_a_month_are_days(text: str, day: date) -> None:
    assert read_text(text, CONTEXT).spent_on.value == day


async def test_a_category_told_by_letters_names_its_backend() -> None:
    reading, answers = await RuleTextExtraction().extract("brekfast 95 baht", CONTEXT)
    assert reading.category.evidence == "brekfast"
    assert [(one.capability, one.backend) for one in answers] == [
        ("text_extraction", "rules/9"),
        ("categorization", "letters/5"),
    ]
