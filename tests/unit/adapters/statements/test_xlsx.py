"""What spreadsheets do that text files do not: typed cells, formulas, errors, styles, several sheets."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from adapters.statements.xlsx_styles import moment_of, shows_a_date
from contracts.errors import ErrorCode
from tests.unit.adapters.statements.reading import HINTS, Read, read, refused
from tests.unit.adapters.statements.workbooks import SHEET, sheet_of, workbook

HEAD = ("Date", "Description", "Debit", "Credit")
STYLES = (
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[$-41E]d mmm bb;@'/></numFmts>"
    "<cellXfs>{}</cellXfs></styleSheet>"
)


def saved(book: Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def book_of(*rows: tuple[object, ...]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (HEAD, *rows):
        sheet.append(list(row))
    return book, sheet


def read_rows(*rows: tuple[object, ...]) -> Read:
    return read(saved(book_of(*rows)[0]))


def test_days_moments_and_numbers_are_taken_as_such() -> None:
    found = read_rows((date(2025, 1, 2), "a", 12.5, None), (datetime(2025, 1, 3, 13, 45), "b", None, 0.1 + 0.2))  # noqa: DTZ001
    assert [(row.day, row.at, row.amount) for row in found.rows] == [
        (date(2025, 1, 2), None, Decimal("12.50")),
        (date(2025, 1, 3), time(13, 45), Decimal("0.30")),
    ]


def test_a_buddhist_year_that_was_typed_as_a_common_one_is_understood() -> None:
    assert read_rows((date(2568, 1, 2), "a", 1, None)).rows[0].day == date(2025, 1, 2)


def test_a_formula_counts_by_the_value_remembered_with_it_and_not_otherwise() -> None:
    cells = "<c r='A{0}' t='str'><v>2025-01-02</v></c><c r='C{0}'><f>1+1</f>{1}</c>"
    found = read(workbook(sheet_of(cells.format(2, "<v>2</v>"), cells.format(3, ""), cells.format(4, "<v></v>"))))
    assert [(row.number, row.amount) for row in found.rows] == [(2, Decimal(2))]
    assert [(row.number, row.field, row.raw["Debit"]) for row in found.bad] == [(3, "debit", "="), (4, "debit", "=")]


def test_a_formula_that_openpyxl_wrote_has_no_value() -> None:
    found = read_rows(("2025-01-02", '=HYPERLINK("http://x","y")', 1, None))
    assert [(row.number, row.field) for row in found.bad] == [(2, "description")]


def test_errors_of_the_spreadsheet_are_wrong_rows() -> None:
    found = read(workbook(sheet_of("<c t='str'><v>2025-01-02</v></c><c t='e'><v>#N/A</v></c><c><v>1</v></c>")))
    assert [(row.field, row.raw["Description"]) for row in found.bad] == [("description", "#N/A")]


@pytest.mark.parametrize("number", ["7", "-1", "x"])
def test_a_text_that_the_workbook_lacks_is_a_wrong_row(number: str) -> None:
    cells = f"<c t='str'><v>2025-01-02</v></c><c t='s'><v>{number}</v></c><c><v>1</v></c>"
    assert [row.field for row in read(workbook(sheet_of(cells), strings="<sst><si><t>x</t></si></sst>")).bad] == [
        "description"
    ]


def test_texts_of_several_runs_are_joined_and_their_pronunciation_is_left_out() -> None:
    strings = "<sst><si><t>x</t></si><si><r><t>กา</t></r><r><t>แฟ</t></r><rPh><t>kafae</t></rPh></si></sst>"
    cells = "<c t='str'><v>2025-01-02</v></c><c t='s'><v>1</v></c><c><v>1</v></c>"
    assert read(workbook(sheet_of(cells), strings=strings)).rows[0].description == "กาแฟ"


def test_texts_within_the_cells_are_taken() -> None:
    runs = "<c t='inlineStr'><is><r><t>a</t></r><r><t>b</t></r></is></c>"
    cells = f"<c t='inlineStr'><is><t>2025-01-02</t></is></c>{runs}<c><v>1</v></c>"
    assert read(workbook(sheet_of(cells))).rows[0].description == "ab"


@pytest.mark.parametrize(
    ("properties", "day"), [("", date(2025, 1, 2)), ("<workbookPr date1904='1'/>", date(2029, 1, 3))]
)
def test_both_ways_to_count_days_are_known(properties: str, day: date) -> None:
    styles = STYLES.format("<xf numFmtId='0'/><xf numFmtId='164'/>")
    cells = "<c s='1'><v>45659</v></c><c t='str'><v>x</v></c><c><v>1</v></c>"
    hints = replace(HINTS, reference=date(2030, 1, 1))
    assert read(workbook(sheet_of(cells), styles=styles, properties=properties), hints).rows[0].day == day


@pytest.mark.parametrize("serial", ["-5", "9999999", "0.25", "1e99", "nan"])
def test_a_number_that_is_no_day_is_a_wrong_row(serial: str) -> None:
    styles = STYLES.format("<xf numFmtId='14'/>")
    found = read(workbook(sheet_of(f"<c s='0'><v>{serial}</v></c><c/><c><v>1</v></c>"), styles=styles))
    assert [row.field for row in found.bad] == ["date"]


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("d mmm yy", True), ("[$-41E]d mmm bb;@", True), ("[h]:mm", True), ("dd/mm/yyyy", True), ("General", False),
        ("0.00E+00", False), ('#,##0.00 "baht"', False), ("#,##0.00;[Red]-#,##0.00", False),
        ("_(* #,##0_)", False), ("@", False), ("[$฿-41E]#,##0.00", False),
    ],
)  # fmt: skip
def test_dates_are_told_from_numbers_by_their_format(code: str, shows: bool) -> None:  # noqa: FBT001  a case
    assert shows_a_date(code) is shows


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_survives_being_a_number(moment: datetime) -> None:
    at = moment.replace(microsecond=0)
    number = at - datetime(1899, 12, 30)  # noqa: DTZ001
    serial = Decimal(number.days) + Decimal(number.seconds) / 86_400
    assert moment_of(serial, since_1904=False) == (at if number.seconds else at.date())


def test_only_the_sheet_with_rows_is_read_and_hidden_ones_are_not() -> None:
    book, _ = book_of((date(2025, 1, 2), "a", 1, None))
    book.create_sheet("Notes", 0).append(("nothing", "here"))
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    hidden.append(HEAD)
    found = read(saved(book))
    assert (found.layout.sheet, len(found.rows)) == ("Sheet", 1)


def test_of_two_sheets_with_rows_one_has_to_be_named() -> None:
    book, _ = book_of((date(2025, 1, 2), "a", 1, None))
    second = book.create_sheet("Feb")
    second.append(HEAD)
    second.append((date(2025, 2, 2), "b", 1, None))
    data = saved(book)
    assert refused(data) == (ErrorCode.STATEMENT_NOT_UNDERSTOOD, "sheet")
    assert refused(data, replace(HINTS, sheet="March")) == (ErrorCode.STATEMENT_NOT_UNDERSTOOD, "sheet")
    assert [row.description for row in read(data, replace(HINTS, sheet="Feb")).rows] == ["b"]


def test_a_workbook_without_a_header_is_refused_by_its_sheet() -> None:
    assert refused(workbook(SHEET.replace("Date", "Dream"))) == (ErrorCode.STATEMENT_NOT_UNDERSTOOD, "sheet")


def test_gaps_between_cells_and_rows_keep_their_places() -> None:
    book, sheet = book_of()
    sheet["A9"], sheet["D9"] = date(2025, 1, 2), 7
    found = read(saved(book))
    assert [(row.number, row.amount, row.direction.value) for row in found.rows] == [(9, Decimal(7), "in")]


def test_a_cell_that_is_longer_than_any_is_a_wrong_row() -> None:
    long = "x" * 40_000
    found = read(workbook(sheet_of(f"<c t='str'><v>2025-01-02</v></c><c t='str'><v>{long}</v></c><c><v>1</v></c>")))
    assert [(row.number, row.field) for row in found.bad] == [(2, "row")]


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_that_lacks_a_part_is_unreadable(part: str) -> None:
    data = workbook().replace(part.encode(), part.encode()[:-1] + b"_")
    assert refused(data) == (ErrorCode.STATEMENT_UNREADABLE, "file")


def test_a_day_where_an_amount_should_be_is_a_wrong_row() -> None:
    found = read_rows(("2025-01-02", "a", date(2025, 1, 2), None))
    assert [row.field for row in found.bad] == ["debit"]


def test_a_broken_formula_in_the_date_is_a_wrong_row() -> None:
    found = read(workbook(sheet_of("<c><f>TODAY()</f></c><c t='str'><v>x</v></c><c><v>1</v></c>")))
    assert [row.field for row in found.bad] == ["date"]
