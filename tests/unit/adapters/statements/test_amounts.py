"""Amounts and currencies of statements, exact or refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.money import Currency
from tests.unit.adapters.statements.reading import HINTS, one, read
from workers.ports.statements import Direction

OUT = Direction.OUT


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,250.50", "1250.50"), ("1250", "1250"), ("฿1,250.-", "1250"), ("๑,๒๕๐.๕๐", "1250.50"),
        ("THB 1,250.50", "1250.50"),
        ("1,250.50 บาท", "1250.50"), ("+5", "5"), (".50", "0.50"), ("5.", "5"), ("  5.00  ", "5"),
        ("１２．５０", "12.50"), ("5.00 DR", "5"),
        ("DR 5.00", "5"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(text: str, amount: str) -> None:
    assert one(f'Date,Debit\n2025-01-02,"{text}"\n').amount == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "1,25",
        "1.250,00",
        "12,50.00",
        "1 250",
        "--5",
        "(5)-",
        "(5",
        "5)",
        "five",
        "1e5",
        "0x10",
        "5%",
        "1.2.3",
        "$ €5",
        "x" * 80,
    ],
)
def test_what_may_be_two_amounts_or_none_is_a_wrong_row(text: str) -> None:
    found = read(f'Date,Debit\n2025-01-02,"{text}"\n')
    assert [row.field for row in found.bad] == ["debit"]


@pytest.mark.parametrize("text", ["-5.00", "(5.00)", "5.00-", "−5.00", "฿-5.00", "-฿5.00"])
def test_a_negative_amount_in_any_of_its_forms(text: str) -> None:
    row = one(f'Date,Amount\n2025-01-02,"{text}"\n')
    assert (row.amount, row.direction) == (Decimal(5), OUT)


def test_currencies_of_column_head_cell_file_and_hint() -> None:
    assert one("Date,Debit\n2025-01-02,$5\n").currency is Currency.USD
    assert one("Date,Debit (EUR)\n2025-01-02,5\n").currency is Currency.EUR
    assert one("Currency,SGD\nDate,Debit\n2025-01-02,5\n").currency is Currency.SGD
    assert one("Date,Debit,Currency\n2025-01-02,5,jpy\n").currency is Currency.JPY
    assert read("Date,Debit\n2025-01-02,5\n", replace(HINTS, currency=Currency.GBP)).rows[0].currency is Currency.GBP


@pytest.mark.parametrize("cells", ["5,XYZ", "$5,THB", "5.50,JPY"])
def test_a_currency_that_is_unknown_or_contradicts_is_a_wrong_row(cells: str) -> None:
    assert len(read(f"Date,Debit,Currency\n2025-01-02,{cells}\n").bad) == 1


def test_an_overdrawn_balance_is_negative() -> None:
    assert one("Date,Debit,Balance\n2025-01-02,5,95.00 DR\n").balance == Decimal(-95)
