from decimal import Decimal

import pytest

from adapters.inference.texts.spelled import read_english, read_thai


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("สิบ", 10),
        ("สิบเอ็ด", 11),
        ("ยี่สิบห้า", 25),
        ("เก้าสิบเก้า", 99),
        ("ร้อยนึง", 100),
        ("ร้อยห้า", 105),
        ("สามร้อยห้าสิบ", 350),
        ("พันห้า", 1500),
        ("2 พันห้า", 2500),
        ("2 หมื่น", 20000),
        ("1 หมื่น 2 พัน", 12000),
        ("หมื่นสอง", 12000),
        ("2 หมื่น 5", 25000),
        ("สองแสนครึ่ง", 250000),
        ("สองล้านห้าแสน", 2500000),
        ("หนึ่งล้านสองแสนสามหมื่นสี่พันห้าร้อยหกสิบเจ็ด", 1234567),
        ("สิบล้าน", 10000000),
        ("1.5 แสน", 150000),
        ("3 ร้อย 50", 350),
    ],
)
def test_thai_number_words_have_their_value(words: str, value: int) -> None:
    read = read_thai(words)
    assert read is not None
    assert read.value == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("fifty", "50"),
        ("twelve hundred", "1200"),
        ("a hundred and five", "105"),
        ("two hundred and fifty", "250"),
        ("two fifty", "250"),
        ("one twenty five", "125"),
        ("twenty-five", "25"),
        ("three thousand two hundred", "3200"),
        ("half a grand", "500"),
        ("three and a half thousand", "3500"),
        ("2.5 thousand", "2500"),
        ("one million", "1000000"),
    ],
)
def test_english_number_words_have_their_value(words: str, value: str) -> None:
    read = read_english(words)
    assert read is not None
    assert read.value == Decimal(value)


def test_digits_alone_are_no_spelled_number() -> None:
    assert read_thai("250") is None
