"""What JSON and OFX do that tables do not."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from contracts.money import Currency
from tests.unit.adapters.statements.reading import read, refused
from workers.ports.statements import Direction

NOT_UNDERSTOOD = ErrorCode.STATEMENT_NOT_UNDERSTOOD
ITEM = {"date": "2025-01-02", "debit": "5.00"}
OFX = "OFXHEADER:100\n\n<OFX>{}</OFX>"


def statement(*rows: str, currency: str = "THB", account: str = "1", balance: str = "") -> str:
    return (
        f"<STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>{account}</BANKACCTFROM><BANKTRANLIST>{''.join(rows)}"
        f"</BANKTRANLIST>{balance}</STMTRS>"
    )


def transaction(day: str = "20250102", amount: str = "-5.00", more: str = "") -> str:
    return f"<STMTTRN><DTPOSTED>{day}<TRNAMT>{amount}<FITID>f{more}</STMTTRN>"


def test_the_list_may_stand_anywhere_and_what_stands_beside_it_counts() -> None:
    data = {
        "status": {"code": 0},
        "data": {
            "accountNumber": "55",
            "currency": "USD",
            "openingBalance": "10.00",
            "notices": [{"text": "hello"}],
            "items": [{**ITEM, "merchant": {"name": "x"}, "tags": ["a"], "parts": [{"amount": 1}]}],
            "closingBalance": 5,
        },
    }
    found = read(json.dumps(data))
    (row,) = found.rows
    assert (row.amount, row.currency, row.account, row.description) == (Decimal(5), Currency.USD, "55", "x")
    assert found.summary.accounts[0].agrees is True
    assert row.raw == {"date": "2025-01-02", "debit": "5.00", "merchant.name": "x"}


def test_names_that_only_later_rows_have_are_columns_too() -> None:
    rows = [ITEM, {**ITEM, "description": "later"}]
    assert [row.description for row in read(json.dumps(rows)).rows] == ["", "later"]


@pytest.mark.parametrize(
    "data", ['"text"', "[1, 2]", "{}", '{"a": 1}', '[{"a": 1}]', '[{"rows": [{"date": "2025-01-02", "debit": 1}]}]']
)
def test_json_without_such_a_list_is_refused(data: str) -> None:
    assert refused(" " + data if data[0] != '"' else "[" + data + "]") == (NOT_UNDERSTOOD, "header")


def test_json_with_two_such_lists_is_refused() -> None:
    assert refused(json.dumps({"a": [ITEM], "b": [ITEM]})) == (NOT_UNDERSTOOD, "header")


def test_an_object_of_very_many_names_is_a_wrong_row() -> None:
    rows = [ITEM, {**ITEM, **{f"n{number}": 1 for number in range(300)}}, ITEM]
    found = read(json.dumps(rows))
    assert [(row.number, row.field) for row in found.bad] == [(2, "row")]
    assert len(found.rows) == 2


@given(st.decimals("0.01", "999999999999.99", places=2), st.booleans())
def test_amounts_of_json_are_exact_as_numbers_and_as_texts(amount: Decimal, as_text: bool) -> None:  # noqa: FBT001
    written = f'"{amount}"' if as_text else str(amount)
    found = read(f'[{{"date":"2025-01-02","debit":{written}}}]')
    assert found.rows[0].amount == amount


@pytest.mark.parametrize("value", ["true", "null", '""', "[5]", '{"value": "5"}'])
def test_an_amount_of_another_type_is_a_wrong_row(value: str) -> None:
    found = read(f'[{{"date":"2025-01-02","debit":{value}}}, {json.dumps(ITEM)}]')
    assert [row.number for row in found.bad] in ([1], [])
    assert len(found.rows) == 1


def test_every_account_of_an_ofx_file_has_its_own_sums_and_balance() -> None:
    first = statement(transaction(), account="1", balance="<LEDGERBAL><BALAMT>7.50<DTASOF>20250103</LEDGERBAL>")
    second = statement(transaction(amount="2.25"), account="2", currency="USD")
    accounts = read(OFX.format(first + second)).summary.accounts
    assert [(each.account, each.currency.value, each.money_out, each.money_in, each.closing) for each in accounts] == [
        ("1", "THB", Decimal("5.00"), Decimal(0), Decimal("7.50")),
        ("2", "USD", Decimal(0), Decimal("2.25"), None),
    ]


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("20250102", date(2025, 1, 2), None),
        ("20250102000000", date(2025, 1, 2), None),
        ("20250102120000.000[0:GMT]", date(2025, 1, 2), None),
        ("20250102233000[+7:ICT]", date(2025, 1, 2), time(23, 30)),
        ("20250102233000[0:GMT]", date(2025, 1, 3), time(6, 30)),
        ("202501022330", date(2025, 1, 2), time(23, 30)),
        ("25680102", date(2025, 1, 2), None),
    ],
)
def test_dates_of_ofx(text: str, day: date, at: time | None) -> None:
    (row,) = read(OFX.format(statement(transaction(text)))).rows
    assert (row.day, row.at) == (day, at)


def test_the_day_of_the_purchase_is_better_than_that_of_the_booking() -> None:
    (row,) = read(OFX.format(statement(transaction(more="<DTUSER>20241231")))).rows
    assert row.day == date(2024, 12, 31)


@pytest.mark.parametrize(
    ("text", "amount"), [("-1234.5", "1234.50"), ("1234,56", "1234.56"), ("-1,234.56", "1234.56"), ("+7", "7")]
)
def test_amounts_of_ofx_may_have_a_decimal_comma(text: str, amount: str) -> None:
    (row,) = read(OFX.format(statement(transaction(amount=text)))).rows
    assert row.amount == Decimal(amount)
    assert row.direction is (Direction.OUT if text[0] == "-" else Direction.IN)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (transaction(day="20251301"), "date"),
        (transaction(day="20250102250000"), "date"),
        (transaction(day="2025"), "date"),
        (transaction(day="20250102233000[+99:X]"), "date"),
        (transaction(day=""), "date"),
        (transaction(day="20270102"), "date"),
        (transaction(amount=""), "amount"),
        (transaction(amount="0.00"), "amount"),
        (transaction(amount="1.234"), "amount"),
        (transaction(amount="a"), "amount"),
        (transaction(more="<CURRENCY><CURSYM>XXX</CURRENCY>"), "currency"),
    ],
)
def test_a_wrong_transaction_says_its_field(row: str, field: str) -> None:
    found = read(OFX.format(statement(row, transaction())))
    assert [(each.number, each.field) for each in found.bad] == [(1, field)]
    assert [each.number for each in found.rows] == [2]


def test_a_transaction_without_an_end_is_wrong_and_the_next_one_is_not() -> None:
    found = read(OFX.format(statement("<STMTTRN><TRNAMT>-1.00", transaction())))
    assert [(each.number, each.field) for each in found.bad] == [(1, "row")]
    assert len(found.rows) == 1


def test_currencies_of_ofx() -> None:
    own = transaction(more="<CURRENCY><CURRATE>1<CURSYM>JPY</CURRENCY>", amount="-500")
    origin = transaction(more="<ORIGCURRENCY><CURRATE>30<CURSYM>EUR</ORIGCURRENCY>")
    assert [row.currency.value for row in read(OFX.format(statement(own, origin))).rows] == ["JPY", "THB"]
    assert [row.field for row in read(OFX.format(statement(origin, currency="XXX"))).bad] == ["currency"]


def test_texts_of_ofx_are_unescaped_once_and_joined() -> None:
    more = "<NAME>A &amp;amp; B &#3585;<PAYEE><NAME>Payee</PAYEE><MEMO>less < more &co"
    (row,) = read(OFX.format(statement(transaction(more=more)))).rows
    assert row.description == "A &amp; B ก · Payee · less < more &co"


def test_a_card_statement_of_ofx_is_read_alike() -> None:
    card = f"<CCSTMTRS><CURDEF>THB<CCACCTFROM><ACCTID>4111</CCACCTFROM>{transaction()}</CCSTMTRS>"
    (row,) = read(OFX.format(card)).rows
    assert (row.account, row.direction) == ("4111", Direction.OUT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_ofx_is_decoded_by_content_whatever_its_header_says(encoding: str) -> None:
    text = OFX.format(statement(transaction(more="<NAME>ร้านกาแฟ"))).replace("100\n", "100\nCHARSET:1252\n")
    assert read(text.encode(encoding)).rows[0].description == "ร้านกาแฟ"


def test_ofx_without_a_statement_and_ofx_that_breaks_off_are_refused() -> None:
    assert refused(OFX.format("<SIGNONMSGSRSV1></SIGNONMSGSRSV1>")) == (NOT_UNDERSTOOD, "header")
    assert refused(OFX.format(statement(transaction()))[:-6]) == (ErrorCode.STATEMENT_UNREADABLE, "file")
