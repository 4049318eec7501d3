"""Dates of statements: two eras, two languages, and an order that is decided over the column."""

from __future__ import annotations

from datetime import date, time

import pytest

from contracts.errors import ErrorCode
from tests.unit.adapters.statements.reading import one, read, refused

NOT_UNDERSTOOD = ErrorCode.STATEMENT_NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("days", "order", "assumed", "first"),
    [
        (["01/02/2025", "13/02/2025"], "dmy", False, date(2025, 2, 1)),
        (["01/02/2025", "02/13/2025"], "mdy", False, date(2025, 1, 2)),
        (["01/02/2025"], "dmy", True, date(2025, 2, 1)),
        (["25-01-02", "25-01-31"], "ymd", False, date(2025, 1, 2)),
        (["68-01-02", "68-01-31"], "ymd", False, date(2025, 1, 2)),
        (["01/12/2026", "03/01/2026"], "dmy", True, date(2026, 1, 3)),  # a row dated ahead proves nothing
        (["2025-01-02"], None, False, date(2025, 1, 2)),
    ],
)
def test_the_order_of_dates_is_decided_over_the_column(
    days: list[str],
    order: str | None,
    assumed: bool,  # noqa: FBT001
    first: date,
) -> None:
    found = read("Date,Debit\n" + "".join(f"{day},1\n" for day in days))
    assert (found.layout.date_order, found.layout.date_order_assumed) == (order, assumed)
    assert found.rows[0].day == first


def test_a_single_date_in_another_order_is_a_wrong_row() -> None:
    found = read("Date,Debit\n" + "".join(f"{day}/02/2025,1\n" for day in range(1, 29)) + "02/13/2025,1\n")
    assert [(row.number, row.field) for row in found.bad] == [(30, "date")]


@pytest.mark.parametrize("days", [["13/02/2025", "02/13/2025"], ["2/28/16", "16/2/28"]])
def test_a_column_of_contradicting_orders_is_refused(days: list[str]) -> None:
    assert refused("Date,Debit\n" + "".join(f"{day},1\n" for day in days)) == (NOT_UNDERSTOOD, "date")


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("1 ม.ค. 68", date(2025, 1, 1), None),
        ("๑ มกราคม ๒๕๖๘", date(2025, 1, 1), None),
        ("29 ก.พ. 2567", date(2024, 2, 29), None),
        ("5 ธันวาคม พ.ศ. 2567 14:05", date(2024, 12, 5), time(14, 5)),
        ("05-Dec-24", date(2024, 12, 5), None),
        ("Thu, 5 Dec 2024", date(2024, 12, 5), None),
        ("Dec 5, 2024", date(2024, 12, 5), None),
        ("5 Sept 2024", date(2024, 9, 5), None),
        ("20241205", date(2024, 12, 5), None),
        ("05122567", date(2024, 12, 5), None),
        ("2567/12/05", date(2024, 12, 5), None),
        ("2024-12-05T23:30:00Z", date(2024, 12, 6), time(6, 30)),
        ("2024-12-05T23:30:00.123+07:00", date(2024, 12, 5), time(23, 30)),
        ("05.12.2024 1:05 PM", date(2024, 12, 5), time(13, 5)),
        ("05/12/24 12.15 น.", date(2024, 12, 5), time(12, 15)),
        ("05/12/42", date(1999, 12, 5), None),
    ],
)
def test_dates_of_two_eras_and_languages(text: str, day: date, at: time | None) -> None:
    row = one(f'Date,Debit\n"{text}",1\n')
    assert (row.day, row.at) == (day, at)


@pytest.mark.parametrize("text", ["25:00", "13:61", "13 PM", "noon", "0:30 PM"])
def test_a_wrong_time_is_a_wrong_row(text: str) -> None:
    found = read(f"Date,Time,Debit\n2025-01-02,{text},1\n")
    assert [row.field for row in found.bad] == ["time"]


def test_only_the_posting_date_is_better_than_none() -> None:
    assert one("Posting Date,Debit\n2025-01-03,5\n").day == date(2025, 1, 3)
    assert one("Posting Date,Transaction Date,Debit\n2025-01-03,2025-01-02,5\n").day == date(2025, 1, 2)


@pytest.mark.parametrize(
    "text",
    ["2025-01-02 or so", "2025-01-02T10:00:00+99:99", "x" * 61, "5 Nonsense 2024", "2025-02-30T10:00:00Z", "=TODAY()"],
)
def test_what_is_no_date_is_a_wrong_row(text: str) -> None:
    found = read(f'Date,Debit\n"{text}",1\n')
    assert [row.field for row in found.bad] == ["date"]


def test_a_time_below_which_a_second_date_stands_is_taken() -> None:
    assert one('Date,Time,Debit\n2025-01-02,"13:45\n03-01-25",1\n').at == time(13, 45)
