from decimal import Decimal

import pytest

from adapters.inference.receipts.amounts import amounts_in, currency_said
from adapters.inference.receipts.spelling import clean, label
from contracts.money import Currency


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("TOTAL 1,250.00", ["1250.00"]),
        ("1,250.-", ["1250.00"]),
        ("รวม100.00บาท", ["100.00"]),
        ("CASH 1,000.00 CHANGE 300.00", ["1000.00", "300.00"]),
        ("POINTS 12,500", ["12500.00"]),
        ("14.99SR", ["14.99"]),
        ("Grand TotalRM21.85", ["21.85"]),
        ("TOTAL 120", ["120.00"]),
        ("l,25O.OO", ["1250.00"]),
        ("65 . 00", ["65.00"]),
        ("1, 250.00", ["1250.00"]),
        ("31.309", []),
        ("7%", []),
        ("VAT 7 %", []),
        ("15/06/68", []),
        ("08:41", []),
        ("TEL 053-555-0142", []),
        ("TAX ID 0105544000122", []),
        ("035.00", []),
        ("x-xxxx-5678", []),
        ("31.94 บาท/ลิตร", []),
    ],
)
def test_money_is_told_from_other_numbers(text: str, values: list[str]) -> None:
    assert [amount.value for amount in amounts_in(clean(text))] == [Decimal(value) for value in values]


@pytest.mark.parametrize("text", ["-54.00", "-RM 54.00", "RM-54.00", "\u221254.00"])
def test_a_deduction_is_known_by_its_sign(text: str) -> None:
    (amount,) = amounts_in(text)
    assert (amount.value, amount.negative) == (Decimal("54.00"), True)


def test_each_amount_has_the_words_before_it() -> None:
    assert [amount.label for amount in amounts_in("CASH 1,000.00 CHANGE 300.00")] == ["CASH", "CHANGE"]


def test_a_currency_may_stand_beside_the_label() -> None:
    assert currency_said("Amount (THB)") is Currency.THB
    assert currency_said("TERM 1") is None


@pytest.mark.parametrize(
    ("noisy", "read"),
    [
        ("ร้ านข้ าวแกง ป้ าสม", "ร้านข้าวแกง ป้าสม"),
        ("รวมเ งิน", "รวมเงิน"),
        ("๑๕ เม.ย. ๒๕๖๘", "15 เม.ย. 2568"),
        ("SOLO OIL", "SOLO OIL"),
    ],
)
def test_recognition_noise_is_undone(noisy: str, read: str) -> None:
    assert clean(noisy) == read


@pytest.mark.parametrize(
    ("words", "folded"),
    [("T0TAL:", "total"), ("Sub-Total", "sub total"), ("CHANG CO.", "chang co"), ("Net Amt", "net amount")],
)
def test_a_misread_key_word_is_put_right(words: str, folded: str) -> None:
    assert label(words) == folded
