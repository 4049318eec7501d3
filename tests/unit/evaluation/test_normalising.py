"""The forms in which names, amounts and dates are compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from workers.evaluation.normalising import plain_amount, plain_name, printed_amount, printed_days


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MR D.I.Y. (M) SDN BHD", "mr diy m sdn bhd"),
        ("ร้าน ป้าแดง", "ร้านป้าแดง"),
        ("ＣＡＦＥ", "cafe"),
        ("CAFE-24", "CAFE 24"),
    ],
)
def test_capitals_punctuation_and_spaces_do_not_tell_names_apart(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(("one", "other"), [("ป้าแดง", "ป่าแดง"), ("ปา", "ปี"), ("SHOP 1", "SHOP 2")])
def test_thai_vowels_and_tone_marks_and_digits_do(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


@pytest.mark.parametrize(
    ("printed", "amount"), [("RM 1,030.90", Decimal("1030.90")), ("$9.00", Decimal("9.00")), ("free", None), ("", None)]
)
def test_an_amount_is_read_as_it_is_printed(printed: str, amount: Decimal | None) -> None:
    assert printed_amount(printed) == amount


@pytest.mark.parametrize("amount", ["65", "65.0", "65.00", "6.5e1"])
def test_one_amount_has_one_form(amount: str) -> None:
    assert plain_amount(Decimal(amount)) == "65"


def test_nothing_is_zero_without_a_sign_or_an_exponent() -> None:
    assert [plain_amount(Decimal(amount)) for amount in ("0", "0.00", "-0", "1E+3")] == ["0", "0", "0", "1000"]


@pytest.mark.parametrize(
    ("printed", "days"),
    [
        ("2018-11-18", {date(2018, 11, 18)}),
        ("18-11-18", {date(2018, 11, 18)}),
        ("03/04/2018", {date(2018, 4, 3)}),
        ("25 MAR 2018", {date(2018, 3, 25)}),
        ("soon", set()),
    ],
)
def test_a_date_is_read_as_it_is_printed_with_the_day_first(printed: str, days: set[date]) -> None:
    assert printed_days(printed) == days
