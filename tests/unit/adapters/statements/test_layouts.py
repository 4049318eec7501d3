"""What the reader makes of headers, signs, orders of dates, encodings, footers: one small file for each rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from contracts.errors import ErrorCode
from tests.unit.adapters.statements.reading import HINTS, one, read, refused
from workers.ports.statements import Direction

NOT_UNDERSTOOD = ErrorCode.STATEMENT_NOT_UNDERSTOOD
OUT, IN = Direction.OUT, Direction.IN


def test_a_thai_bank_statement_with_all_around_it() -> None:
    found = read(
        "ธนาคารตัวอย่าง จำกัด (มหาชน)\n"
        "เลขที่บัญชี: 123-4-56789-0\n"
        "\n"
        "วันที่ทำรายการ,เวลา,รายการ,ถอนเงิน,ฝากเงิน,ยอดคงเหลือ (บาท),ช่องทาง,หมายเหตุ\n"
        '01/02/2568,,ยอดยกมา,,,"10,000.00",,\n'
        '02/02/2568,13:45,ชำระเงิน,"1,250.50",,"8,749.50",K PLUS,"ร้าน ก, สาขา 2"\n'
        '๑๕/๐๒/๒๕๖๘,08.30 น.,รับโอน,-,๕๐๐.๐๐,"9,249.50",ATM,\n'
        ",,,,,,,\n"
        "วันที่ทำรายการ,เวลา,รายการ,ถอนเงิน,ฝากเงิน,ยอดคงเหลือ (บาท),ช่องทาง,หมายเหตุ\n"
        '28/02/2568,,ยอดยกไป,,,"9,249.50",,\n'
        ',,รวม,"1,250.50",500.00,,,\n'
        "เอกสารนี้ออกโดยระบบอัตโนมัติ,,,,,,,\n".encode("cp874")
    )
    first, second = found.rows
    assert (first.day, first.at, first.amount, first.direction) == (
        date(2025, 2, 2),
        time(13, 45),
        Decimal("1250.50"),
        OUT,
    )
    assert (first.description, first.channel) == ("ชำระเงิน · ร้าน ก, สาขา 2", "K PLUS")
    assert (second.day, second.at, second.amount, second.direction) == (
        date(2025, 2, 15),
        time(8, 30),
        Decimal(500),
        IN,
    )
    assert first.account == "123-4-56789-0"
    assert found.layout.encoding == "cp874"
    assert found.layout.header == 4
    assert (found.summary.rows, found.summary.notes) == (2, 5)
    (account,) = found.summary.accounts
    assert (account.opening, account.closing) == (Decimal("10000.00"), Decimal("9249.50"))
    assert (account.told_out, account.told_in) == (Decimal("1250.50"), Decimal("500.00"))
    assert account.agrees is True


def test_sums_that_differ_from_the_files_own_are_told() -> None:
    found = read("Date,Debit,Credit\n2025-01-02,1.00,\n2025-13-02,2.00,\nTotal,3.00,\n")
    assert found.summary.accounts[0].told_out == Decimal("3.00")
    assert found.summary.accounts[0].agrees is False


def test_balances_that_the_rows_do_not_explain_are_told() -> None:
    found = read("Opening balance,100\nClosing balance: 98.00\nDate,Debit,Credit\n2025-01-02,1.00,\n")
    assert (found.summary.accounts[0].opening, found.summary.accounts[0].agrees) == (Decimal(100), False)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("วันที่/Date", "date"),
        ("วันที่\nDate", "date"),
        ("วันที่ทํารายการ", "date"),  # sara am as two characters
        ("TRANSACTION_DATE", "date"),
        ("transactionDate", "date"),
        ("Posting Date", "posted"),
        ("ถอนเงิน / Withdrawal", "debit"),
        ("Withdrawal (Dr.)", "debit"),
        ("ฝาก (Deposit)", "credit"),
        ("Paid in", "credit"),
        ("จำนวนเงิน (บาท)", "amount"),
        ("Amount (USD)", "amount"),
        ("Dr/Cr", "direction"),
        ("ยอดคงเหลือ (Balance)", "balance"),
        ("Ref. No.", "reference"),
        ("details.description", "description"),
        ("fee.amount", None),
        ("No.", None),
        ("Lucky number", None),
    ],
)
def test_headers_are_known_by_meaning(name: str, meaning: str | None) -> None:
    quoted = '"' + name + '"'
    found = read(f"{quoted},Date,Value date,Debit\n" if meaning is None else _with(quoted, meaning), HINTS_IN)
    assert next(column.meaning for column in found.layout.columns if column.name == name) == meaning


HINTS_IN = replace(HINTS, positive=IN)


def _with(name: str, meaning: str) -> str:
    rest = {"date", "amount"} - {meaning} - ({"amount"} if meaning in {"debit", "credit"} else set())
    rest -= {"date"} if meaning == "posted" else set()
    return ",".join([name, *rest]) + "\n"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("วันที่,เวลา/วันที่มีผล,รายการ,ถอนเงิน,ฝากเงิน,ยอดคงเหลือ,ช่องทาง,รายละเอียด", "13/02/68,13:45,a,5.00,,95.00,K PLUS,b"),
        (
            "วันที่/Date,เวลา/Time,รายการ / Code,ช่องทาง,ลูกหนี้ (ถอน) / Debit,เจ้าหนี้ (ฝาก) / Credit,ยอดเงินคงเหลือ,Description",
            "13/02/68,13:45,a,ENET,5.00,,95.00,b",
        ),
        (
            "Trans. Date,Particulars,Chq. No.,Withdrawal,Deposit,Balance,Channel",
            "13 Feb 2025 13:45,a · b,,5.00,,95.00,x",
        ),
        ("วันที่ทำรายการ,รายการ,จำนวนเงิน,ภาษี,คงเหลือ,สาขา,หมายเหตุ", "13/02/2568 13:45,a,-5.00,,95.00,x,b"),
        ("Transaction Date,Type,Details,Amount (Baht),Balance", "2025-02-13 13:45,a,b,-5.00,95.00"),
        ("วันที่,เวลา,รายละเอียด,ประเภท,จำนวนเงิน,ยอดเงินคงเหลือ", "13 ก.พ. 68,13.45,a · b,เงินออก,5.00,95.00"),
        ("Date Time|Amount|Dr/Cr|Balance|Description", "13/02/2025 13:45|5.00|DR|95.00|a · b"),
    ],
)
def test_layouts_such_as_thai_banks_hand_out(header: str, row: str) -> None:
    found = one(f"{header}\n{row}\n")
    assert (found.day, found.at, found.amount, found.direction) == (date(2025, 2, 13), time(13, 45), Decimal(5), OUT)
    assert (found.balance, found.description) == (Decimal(95), "a · b")


def test_a_column_of_types_that_are_no_directions_is_text() -> None:
    found = read("Date,Type,Amount\n2025-01-02,Transfer,-5\n2025-01-02,Fee,-1\n")
    assert [(row.direction, row.description) for row in found.rows] == [(OUT, "Transfer"), (OUT, "Fee")]
    assert found.layout.columns[1].meaning == "description"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Name,Amount", "header"),
        ("Date,Description", "header"),
        ("Date,Amount,จำนวนเงิน", "header"),
        ("Date,วันที่,Amount", "header"),
        ("Date,Amount,Debit", "header"),
        ("Date,Debit (USD),Credit (THB)", "header"),
    ],
)
def test_a_header_that_tells_too_little_or_two_things_is_refused(header: str, field: str) -> None:
    assert refused(f"{header}\n2025-01-02,1,2\n") == (NOT_UNDERSTOOD, field)


def test_a_header_far_down_is_none() -> None:
    assert refused("x\n" * 100 + "Date,Amount\n2025-01-02,-1\n") == (NOT_UNDERSTOOD, "header")


@pytest.mark.parametrize(
    ("rows", "because", "ways"),
    [
        ("2025-01-02,-5,\n2025-01-03,7,", "minus", [OUT, IN]),
        ("2025-01-02,5,95\n2025-01-03,7,102", "balance", [IN, IN]),
        ("2025-01-02,5,95\n2025-01-03,7,88", "balance", [OUT, OUT]),
        ("2025-01-03,7,88\n2025-01-02,5,95", "balance", [OUT, OUT]),  # newest first
        ("2025-01-02,5 CR,\n2025-01-03,7,", "marks", [IN, OUT]),
        ("2025-01-02,5,95 CR\n2025-01-03,100,5 DR", "balance", [OUT, OUT]),
        ("2025-01-02,5 CR,\n2025-01-03,7DR,", None, [IN, OUT]),
    ],
)
def test_the_way_of_a_positive_amount_is_found_in_the_file(
    rows: str, because: str | None, ways: list[Direction]
) -> None:
    found = read(f"Date,Amount,Balance\n{rows}\n")
    assert [row.direction for row in found.rows] == ways
    assert found.layout.positive_because == because


def test_a_cards_amounts_are_purchases() -> None:
    found = read("หมายเลขบัตร 1234-XXXX\nDate,Description,Amount\n2025-01-02,shop,5.00\n2025-01-03,payment,-9.00\n")
    assert [row.direction for row in found.rows] == [OUT, IN]
    assert found.layout.positive_because == "card"


@pytest.mark.parametrize(
    "data",
    [
        "Date,Amount\n2025-01-02,5\n2025-01-03,6\n2025-01-04,-11\n",  # a card's payment, or an account's only expense?
        "credit card\nDate,Amount\n2025-01-02,-5\n2025-01-03,-6\n",
        "Date,Amount,Balance\n2025-01-02,5,95\n2025-01-03,7,102\n2025-01-04,7,95\n2025-01-05,9,86\n",
    ],
)
def test_amounts_that_two_things_explain_are_refused(data: str) -> None:
    assert refused(data) == (NOT_UNDERSTOOD, "amount")


def test_a_balance_that_is_carried_forward_is_no_income_wherever_it_stands() -> None:
    found = read("Date,Description,Debit,Credit\n2025-01-01,Balance brought forward,,50.00\n2025-01-02,x,5,\n")
    assert (len(found.rows), found.summary.notes) == (1, 1)
    assert (found.summary.accounts[0].opening, found.summary.accounts[0].money_in) == (Decimal(50), Decimal(0))


def test_an_amount_that_nothing_gives_a_way_is_refused_unless_it_is_said() -> None:
    data = "Date,Amount\n2025-01-02,5.00\n"
    assert refused(data) == (NOT_UNDERSTOOD, "amount")
    assert read(data, replace(HINTS, positive=OUT)).rows[0].direction is OUT


@pytest.mark.parametrize(
    ("cells", "field"),
    [("DR,-5", None), ("เดบิต,5", None), ("CR,-5", "amount"), ("maybe,5", "direction"), ("DR,5 CR", "direction")],
)
def test_a_column_of_directions_rules_and_is_not_contradicted(cells: str, field: str | None) -> None:
    found = read(f"Type,Amount,Date\n{cells},2025-01-02\nDR,1,2025-01-02\nCR,1,2025-01-02\n")
    assert [row.field for row in found.bad] == ([field] if field else [])


def test_a_minus_in_every_debit_is_decoration_and_a_single_one_is_wrong() -> None:
    all_of_them = read("Date,Debit,Credit\n2025-01-02,-5.00,\n2025-01-03,-6.00,\n2025-01-03,,7\n")
    assert [row.direction for row in all_of_them.rows] == [OUT, OUT, IN]
    rows = "2025-01-02,5.00,\n" * 9
    single = read(f"Date,Debit,Credit\n{rows}2025-01-03,-6.00,\n")
    assert [(row.number, row.field) for row in single.bad] == [(11, "debit")]


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ("2025-01-02,5,6", "statement_row_invalid", "amount"),
        ("2025-01-02,,", "statement_row_invalid", "amount"),
        ("2025-01-02,0.00,0.00", "amount_out_of_range", "amount"),
        ("2025-01-02,9999999999999,", "amount_out_of_range", "debit"),
        ("2025-01-02,1.234,", "statement_row_invalid", "amount"),
        ("2025-01-02,5 CR,", "statement_row_invalid", "debit"),
        (",5,", "statement_row_invalid", "date"),
        ("2027-01-02,5,", "date_in_future", "date"),
        ("2025-02-30,5,", "statement_row_invalid", "date"),
        ("1889-02-03,5,", "statement_row_invalid", "date"),
        ("yesterday,5,", "statement_row_invalid", "date"),
        ("2025-01-02 26:00,5,", "statement_row_invalid", "time"),
        ("2025-01-02,1,250.00,x", "statement_row_invalid", "row"),
        ("2025-01-02,5 apples,", "statement_row_invalid", "debit"),
    ],
)
def test_a_wrong_row_says_its_field_and_code(cells: str, code: str, field: str) -> None:
    found = read(f"Date,Debit,Credit\n{cells}\n2025-01-02,1,\n")
    assert [(row.number, row.code, row.field) for row in found.bad] == [(2, code, field)]
    assert len(found.rows) == 1


def test_each_account_and_currency_has_sums_of_its_own() -> None:
    found = read("Date,Debit,Currency,Account\n2025-01-02,5,THB,1\n2025-01-02,6,USD,1\n2025-01-02,7,THB,2\n")
    assert [(each.account, each.currency.value, each.money_out) for each in found.summary.accounts] == [
        ("1", "THB", Decimal(5)),
        ("1", "USD", Decimal(6)),
        ("2", "THB", Decimal(7)),
    ]


def test_more_accounts_than_anybody_has_are_refused() -> None:
    rows = "".join(f"2025-01-02,5,{number}\n" for number in range(101))
    assert refused(f"Date,Debit,Account\n{rows}") == (NOT_UNDERSTOOD, "account")


def test_the_delimiter_is_told_by_the_header_and_not_by_the_preamble() -> None:
    found = read("Bank, Branch, Town, Country\nDate;Debit;Description\n2025-01-02;5;a, b\n")
    assert (found.layout.delimiter, found.rows[0].description) == (";", "a, b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_three_ways_and_count_alike(end: str) -> None:
    found = read(end.join(["Date,Debit,Description", '2025-01-02,5,"a\nb"', "2025-01-03,6,c"]))
    assert [row.number for row in found.rows] == [2, 4]


def test_blanks_around_delimiters_and_quotes_do_not_matter() -> None:
    assert one('Date, Description, Debit\n2025-01-02, "a, b", "1,000.00"\n').description == "a, b"


def test_cells_without_a_name_are_kept_by_their_place() -> None:
    assert one("Date,Note,Note,Debit\n2025-01-02,x,y,5\n").raw["Note 3"] == "y"
    assert one("Date,,Debit\n2025-01-02,x,5\n").raw == {"Date": "2025-01-02", "column 2": "x", "Debit": "5"}


def test_balances_and_totals_below_the_rows_are_taken_from_beside_their_labels() -> None:
    found = read(
        "Date,Debit,Credit\n2025-01-02,5,\n2025-01-03,,7\n"
        "Beginning balance: 100.00\nยอดยกไป,102.00\nTotal withdrawals,5\nTotal credits: see below\n"
    )
    (account,) = found.summary.accounts
    assert (account.opening, account.closing, account.told_out) == (Decimal(100), Decimal(102), Decimal(5))
    assert account.agrees is True
    assert (found.summary.notes, found.summary.bad) == (4, 0)


def test_a_shop_named_total_is_a_row_as_others_are() -> None:
    found = read("Date,Description,Debit\n2025-01-02,Total,5\n2025-01-03,Total,\n")
    assert (len(found.rows), [row.field for row in found.bad]) == (1, ["amount"])


@pytest.mark.parametrize(("word", "way"), [("+", IN), ("-", OUT), ("เงินเข้า", IN), ("Withdrawal", OUT)])
def test_words_and_signs_for_directions(word: str, way: Direction) -> None:
    assert one(f"Date,Direction,Amount\n2025-01-02,{word},5\n").direction is way
