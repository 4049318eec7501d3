from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.models.evidence import currency_named, line_with, normalised, occurs, plain_amount
from contracts.money import Currency


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("100", "taxi 100"),
        ("100", "taxi 100."),
        ("100", "แท็กซี่100บาท"),
        ("100", "฿100"),
        ("๑๐๐", "แท็กซี่ 100 บาท"),
        ("100", "แท็กซี่ ๑๐๐ บาท"),
        ("100 บาท", "แท็กซี่  100 บาท"),
        ("1,250.00", "TOTAL 1,250.00"),
        ("Grab", "จ่าย grab 80"),
        ("7-Eleven", "at 7-eleven"),
        ("ก๋วยเตี๋ยว", "กินก๋วยเตี๋ยว50"),
        ("น้ำ", "ซื้อน้ำ"),
        ("50", "x 50, y"),
    ],
)
def test_what_stands_in_a_text_occurs(quote: str, text: str) -> None:
    assert occurs(quote, text)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("100", "taxi 300"),
        ("100", "taxi 1100"),
        ("100", "taxi 1000"),
        ("100", "taxi 1,100"),
        ("100", "taxi 100.50"),
        ("100", "taxi 100,000"),
        ("50", "refund -50"),
        ("50", "0.50"),
        ("00", "100"),
        ("1", "บ้านเลขที่ 1/2"[:-3] + "12"),
        ("Grab", "grabbed 100"),
        ("", "anything"),
        ("  ", "anything"),
    ],
)
def test_what_only_looks_like_it_does_not(quote: str, text: str) -> None:
    assert not occurs(quote, text)


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_one_number_never_stands_for_another(said: int, other: int) -> None:
    assert occurs(str(said), f"taxi {other} baht") == (said == other)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("quote", "amount"),
    [
        ("100", "100"),
        ("฿100", "100"),
        ("100 บาท", "100"),
        ("1,250.-", "1250"),
        ("๑,๒๕๐.๕๐", "1250.50"),
        ("THB 99.90", "99.90"),
        ("$12.5", "12.5"),
        ("1,250,000.00", "1250000.00"),
    ],
)
def test_a_plain_number_is_an_amount(quote: str, amount: str) -> None:
    assert plain_amount(quote) == Decimal(amount)


@pytest.mark.parametrize("quote", ["", "บาท", "2 หมื่น", "1.5k", "100 + 50", "-100", "12/03/2568", "1,2,3", "100 200"])
def test_anything_else_is_none_here(quote: str) -> None:
    assert plain_amount(quote) is None


@pytest.mark.parametrize(
    ("currency", "text", "named"),
    [
        (Currency.USD, "lunch 12 dollars", True),
        (Currency.USD, "lunch 12", False),
        (Currency.THB, "ข้าว 50 บาท", True),
        (Currency.MYR, "RM 12", True),
        (Currency.MYR, "farm 12", False),
        (Currency.EUR, "€5", True),
    ],
)
def test_a_currency_counts_where_the_text_says_it(currency: Currency, text: str, *, named: bool) -> None:
    assert currency_named(currency, text) is named


def test_the_evidence_of_a_quote_is_its_line() -> None:
    assert line_with("99.00", ("SHOP", "TOTAL 99.00", "CASH 99.00")) == "TOTAL 99.00"
    assert line_with("9.00", ("SHOP", "TOTAL 99.00")) is None
