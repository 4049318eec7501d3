"""What rows expect, and how those that expect what cannot be are told of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from workers.evaluation.cases import Case
from workers.evaluation.keys import WrongKeyError, receipt_case, text_case

DAY = date(2025, 6, 15)


def text(**expected: object) -> Case:
    return text_case("t1", expected, DAY)


def receipt(**row: object) -> Case:
    return receipt_case("r1.jpg", row, {"image", "kind"})


def forms(case: Case) -> dict[str, set[str | None]]:
    return {name: set(one.forms) for name, one in case.expected.items()}


def test_a_text_expects_what_its_row_tells() -> None:
    case = text(
        amount="65.00", currency="THB", merchant="ปตท.", category="Food & Dining", payment_method=None, date=None
    )
    assert forms(case) == {
        "amount": {"65"},
        "currency": {"THB"},
        "merchant": {"ปตท"},
        "category": {"Food & Dining"},
        "payment_method": {None},
        "date": {"2025-06-15"},
    }
    assert (case.main, case.rejected, case.unknown) == ("amount", None, ())


def test_what_a_row_leaves_out_or_leaves_empty_is_not_judged() -> None:
    assert list(forms(text(amount=65, category=""))) == ["amount"]
    assert list(forms(receipt(total="65", company="", date=""))) == ["total"]


@pytest.mark.parametrize("amount", [65, 65.0, "65", "65.00"])
def test_an_amount_may_be_a_number_or_a_text(amount: object) -> None:
    assert forms(text(amount=amount)) == {"amount": {"65"}}


def test_any_of_the_alternatives_is_right_and_all_are_shown() -> None:
    case = text(category="Education", category_alt=["Shopping"], payment_method="Cash", payment_alt=["Other"])
    assert forms(case) == {"category": {"Education", "Shopping"}, "payment_method": {"Cash", "Other"}}
    assert case.expected["category"].shown == "Education or Shopping"


def test_a_merchants_usual_name_is_right_as_well() -> None:
    assert forms(text(merchant="ปตท.", merchant_canonical="PTT")) == {"merchant": {"ปตท", "PTT"}}
    assert forms(text(merchant_canonical="PTT")) == {"merchant": {"PTT"}}


def test_a_text_to_be_refused_expects_its_code_alone() -> None:
    case = text(rejected="no_amount")
    assert (case.rejected, dict(case.expected)) == ("no_amount", {})


def test_a_date_of_a_text_is_the_day_itself() -> None:
    assert forms(text(date="2025-06-14")) == {"date": {"2025-06-14"}}


def test_names_that_no_field_has_are_kept_to_be_told() -> None:
    assert text(amount=1, period="monthly").unknown == ("period",)
    assert receipt(total=1, image="r1.jpg", address="Bangkok").unknown == ("address",)


def test_a_receipt_is_told_as_it_is_printed_by_either_name() -> None:
    case = receipt(company="ABC HO TRADING", date="09/01/2019", total="RM 1,031.00", vat="2.17", payment="Cash")
    assert forms(case) == {
        "merchant": {"ABCHOTRADING"},
        "date": {"2019-01-09"},
        "total": {"1031"},
        "tax": {"2.17"},
        "payment_method": {"Cash"},
    }


def test_null_says_that_something_does_not_stand_on_a_receipt() -> None:
    case = receipt(total=65, date=None, merchant=None, tax=None, time=None, payment_method=None, tax_id=None)
    assert all(some == {None} for name, some in forms(case).items() if name != "total")
    assert case.expected["date"].shown == "nothing"


def test_a_fee_of_nothing_is_right_printed_or_not() -> None:
    assert forms(receipt(fee="0.00")) == {"fee": {"0", None}}
    assert forms(receipt(fee=25)) == {"fee": {"25"}}


def test_a_receipts_time_counts_to_the_minute() -> None:
    assert forms(receipt(time="08:41:59", reference="AB-12")) == {"time": {"08:41"}, "reference": {"AB12"}}


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("65", "expected: is no object"),
        (None, "expected: is no object"),
        ({}, "expected.amount: nothing is to be judged"),
        ({"amout": 5}, "expected.amount: nothing is to be judged"),
        ({"amount": "sixty"}, "expected.amount: 'sixty' is no amount"),
        ({"amount": None}, "expected.amount: is no amount"),
        ({"amount": True}, "expected.amount: is no amount"),
        ({"amount": -5}, "expected.amount: -5 is no amount"),
        ({"amount": "NaN"}, "expected.amount: 'NaN' is no amount"),
        ({"currency": None}, "expected.currency: is null"),
        ({"currency": "BHT"}, "expected.currency: 'BHT' is not known; known are THB, USD"),
        ({"category": "Food and Dining"}, "expected.category: 'Food and Dining' is not known; did you mean Food & Di"),
        ({"category": []}, "expected.category: [] is not known"),
        ({"payment_method": "xyz"}, "expected.payment_method: 'xyz' is not known; known are Cash, "),
        ({"date": "15/06/2025"}, "expected.date: '15/06/2025' is no date such as 2025-06-15"),
        ({"merchant": 7}, "expected.merchant: 7 is no text"),
        ({"merchant": "--"}, "expected.merchant: '--' is no text"),
        ({"rejected": "no_amout"}, "expected.rejected: 'no_amout' is not known; did you mean no_amount?"),
        ({"category": "Travel", "category_alt": "Bills"}, "expected.category_alt: is no list"),
        ({"category": "Travel", "category_alt": ["Bill"]}, "expected.category_alt: 'Bill' is not known"),
    ],
)
def test_what_cannot_be_expected_of_a_text_is_told_with_its_field(expected: object, told: str) -> None:
    with pytest.raises(WrongKeyError) as wrong:
        text_case("t1", expected, DAY)
    assert str(wrong.value).startswith(told)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"image": "r1.jpg"}, "total: nothing is to be judged"),
        ({"total": None}, "total: is no amount"),
        ({"total": "RM"}, "total: 'RM' is no amount"),
        ({"total": "-5.00"}, "total: '-5.00' is no amount"),
        ({"date": "31/02/2025"}, "date: '31/02/2025' is no date"),
        ({"time": "noon"}, "time: 'noon' is no time"),
    ],
)
def test_what_cannot_be_expected_of_a_receipt_is_told_with_its_field(row: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongKeyError) as wrong:
        receipt(**row)
    assert str(wrong.value).startswith(told)
