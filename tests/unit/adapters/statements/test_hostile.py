"""Files that are made to harm, or are simply not what they should be: each is refused by name, early and cheaply."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.statements.limits import LIMITS
from adapters.statements.reader import FileStatementReader
from contracts.errors import ErrorCode
from tests.unit.adapters.statements.reading import HINTS, read, refused
from tests.unit.adapters.statements.workbooks import SHEET, packed, workbook, workbook_parts
from workers.ports.errors import StatementError

UNREADABLE = ErrorCode.STATEMENT_UNREADABLE
UNSUPPORTED = ErrorCode.STATEMENT_UNSUPPORTED
TOO_LARGE = ErrorCode.STATEMENT_TOO_LARGE
HEAD = "Date,Description,Debit,Credit\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OFX = "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
XML = '<?xml version="1.0"?>{}<?OFX OFXHEADER="200"?><OFX><STMTRS>{}</STMTRS></OFX>'
LAUGHS = '<!DOCTYPE OFX [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
SMALL = replace(LIMITS, file_bytes=20_000, inflated_bytes=50_000, silent_bytes=5_000, rows=3)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (OLE + b"x" * 600, "old Excel"),
        (OLE + b"x" * 70_000 + "EncryptedPackage".encode("utf-16-le"), "with a password"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"<html><table><tr><td>Date</td></tr></table></html>", "HTML or XML"),
        (b"\xff\xd8\xff\xe0 JFIF", "a picture"),
    ],
)
def test_what_is_no_statement_is_refused_by_what_it_is(data: bytes, told: str) -> None:
    with pytest.raises(StatementError, match=told) as caught:
        read(data)
    assert (caught.value.code, caught.value.field) == (UNSUPPORTED, "file")


def test_an_empty_file_is_unreadable() -> None:
    assert refused(b"") == (UNREADABLE, "file")


def test_a_file_is_refused_as_soon_as_it_is_too_long() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 1000

    with pytest.raises(StatementError) as caught, FileStatementReader(SMALL).open(endless(), HINTS):
        pass
    assert caught.value.code is TOO_LARGE
    assert len(taken) == 21


@pytest.mark.parametrize(
    "data", [HEAD + "2025-01-02,x,1.00,\n" * 4, OFX.format("<STMTTRN><TRNAMT>1</STMTTRN>" * 4)], ids=["csv", "ofx"]
)
def test_too_many_rows_are_refused_before_the_first_is_given_out(data: str) -> None:
    with (
        pytest.raises(StatementError, match="more than 3 rows") as caught,
        FileStatementReader(SMALL).open([data.encode()], HINTS),
    ):
        pytest.fail("it was opened")
    assert (caught.value.code, caught.value.field) == (TOO_LARGE, "file")


@pytest.mark.parametrize("byte", [b"\xff", b"\x81"])
def test_what_is_neither_utf8_nor_thai_is_refused_with_its_place(byte: bytes) -> None:
    with pytest.raises(StatementError, match="near byte 38") as caught:
        read(HEAD.encode() + b"caf" + b"\xc3" + b"xyz," + byte)
    assert (caught.value.code, caught.value.field) == (UNREADABLE, "encoding")


def test_latin1_is_not_taken_for_thai() -> None:
    rows = "2025-01-02,café crème,1.00,\n".encode("latin-1")
    assert refused(HEAD.encode() + rows) == (UNREADABLE, "encoding")


@pytest.mark.parametrize(
    "data",
    [HEAD.encode("utf-32"), b"Date,Amount\n\0\1\2\3\0\0\7", b"MZ\x90\0\3\0\0\0\4" * 50, b"Date,Amount\nx" + b"\0" * 40],
)
def test_programs_and_strange_encodings_are_refused(data: bytes) -> None:
    assert refused(data) == (UNREADABLE, "encoding")


def test_a_broken_byte_order_mark_promise_is_refused() -> None:
    assert refused(HEAD.encode("utf-16") + b"\x00\xd8\x41\x00") == (UNREADABLE, "encoding")


def test_a_line_without_an_end_is_refused_and_not_collected() -> None:
    assert refused(HEAD + "2025-01-02," + "x" * 70_000) == (UNREADABLE, "file")


def test_a_million_columns_are_one_wrong_row() -> None:
    found = read(HEAD + "," * 60_000 + "\n2025-01-02,x,1.00,\n")
    assert [(row.number, row.field) for row in found.bad] == [(2, "row")]
    assert len(found.rows) == 1


def test_a_header_of_a_million_columns_is_none() -> None:
    assert refused("Date,Amount," + "x," * 30_000 + "\n2025-01-02,-1.00\n") == (
        ErrorCode.STATEMENT_NOT_UNDERSTOOD,
        "header",
    )


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    lines = "".join(f"2025-01-02,x{number},1.00,\n" for number in range(200))
    found = read(f'{HEAD}2025-01-02,"open,1.00,\n{lines}')
    assert [(row.number, row.field) for row in found.bad] == [(2, "row")]
    assert [row.description for row in found.rows] == [f"x{number}" for number in range(200)]


def test_a_quote_that_the_next_one_would_close_costs_its_own_row_only() -> None:
    found = read(f'{HEAD}2025-01-02,"open,1.00,\n2025-01-03,"a, b",2.00,\n2025-01-04,c,3.00,\n')
    assert [row.number for row in found.bad] == [2]
    assert [row.description for row in found.rows] == ["a, b", "c"]


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x","y")', "=1+1", "=cmd|' /C calc'!A0"])
def test_a_formula_in_a_text_file_is_a_wrong_row_and_never_evaluated(formula: str) -> None:
    quoted = '"' + formula.replace('"', '""') + '"'
    found = read(f"{HEAD}2025-01-02,{quoted},1.00,\n2025-01-03,x,{quoted},\n2025-01-04,y,1.00,\n")
    assert [(row.number, row.field) for row in found.bad] == [(2, "description"), (3, "debit")]
    assert found.bad[0].raw["Description"] == formula
    assert len(found.rows) == 1


def test_a_number_that_is_kept_as_text_by_a_formula_is_taken() -> None:
    found = read('Date,Reference,Debit\n2025-01-02,"=""00123""",1.00\n')
    assert found.rows[0].reference == "00123"


@pytest.mark.parametrize("data", [OFX.format(LAUGHS), XML.format(LAUGHS, "")])
def test_a_document_type_is_refused_before_any_entity_is_expanded(data: str) -> None:
    with pytest.raises(StatementError, match="document type") as caught:
        read(data)
    assert caught.value.code is UNREADABLE


def test_a_document_type_in_a_sheet_is_refused() -> None:
    assert refused(workbook(sheet=LAUGHS.replace("OFX", "worksheet") + SHEET)) == (UNREADABLE, "file")


@pytest.mark.parametrize(
    "data", [OFX.format("<NAME>" + "x" * 200_000), XML.format("", "<NAME>" + "x" * 200_000 + "</NAME>")]
)
def test_an_endless_value_of_ofx_is_cut_and_not_collected(data: str) -> None:
    assert read(data, limits=replace(LIMITS, cell=100)).summary.rows == 0


@pytest.mark.parametrize("data", [XML.format("", "<NAME " + "x" * 200_000), '[{"date": "' + "x" * 200_000])
def test_a_token_without_an_end_is_refused(data: str) -> None:
    assert refused(data, limits=replace(LIMITS, silent_bytes=70_000)) == (UNREADABLE, "file")


def test_json_that_nests_too_deep_is_refused() -> None:
    assert refused("[" * 100_000) == (UNREADABLE, "file")


@pytest.mark.parametrize("data", ['[{"date":"2025-01-02","amount":-1}', '{"date": nul}', "[NaN]", '{"a":1}}'])
def test_json_that_is_wrong_or_breaks_off_is_refused_before_its_first_row(data: str) -> None:
    assert refused(data) == (UNREADABLE, "file")


def test_numbers_that_would_fill_the_memory_are_wrong_rows() -> None:
    found = read('[{"date":"2025-01-02","debit":1e999999},{"date":"2025-01-02","debit":2}]')
    assert [(row.number, row.field) for row in found.bad] == [(1, "debit")]
    assert len(found.rows) == 1


def test_a_zip_bomb_is_refused_by_what_it_promises() -> None:
    bomb = workbook(sheet=SHEET + " " * 5_000_000)
    assert len(bomb) < 10_000
    assert refused(bomb) == (TOO_LARGE, "file")


def test_a_zip_bomb_that_lies_about_its_size_is_refused_while_it_is_inflated() -> None:
    honest = workbook(sheet=SHEET + " " * 5_000_000)
    place = honest.index(b"PK\x01\x02", honest.index(b"xl/worksheets/sheet1.xml"))
    while honest[place + 46 : place + 70] != b"xl/worksheets/sheet1.xml":
        place = honest.index(b"PK\x01\x02", place + 1)
    lying = honest[: place + 24] + struct.pack("<I", 400) + honest[place + 28 :]
    assert refused(lying) == (UNREADABLE, "file")


def test_the_parts_of_a_workbook_count_together() -> None:
    data = workbook(
        sheet=SHEET + "<!--" + "ab" * 15_000 + "-->", strings="<sst>" + "<!--" + "cd" * 15_000 + "--></sst>"
    )
    assert refused(data, limits=replace(SMALL, inflated_bytes=40_000)) == (TOO_LARGE, "file")
    assert read(data).rows


def test_an_archive_of_very_many_files_is_refused_before_they_are_listed() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number:0100}", "")
    assert refused(data.getvalue(), limits=replace(LIMITS, directory_bytes=20_000)) == (TOO_LARGE, "file")


def test_another_zip_archive_is_no_workbook() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refused(data.getvalue()) == (UNSUPPORTED, "file")


def test_an_archive_with_a_password_is_refused() -> None:
    data = bytearray(workbook())
    place = data.index(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 1)
    assert refused(bytes(data)) == (UNSUPPORTED, "file")


@pytest.mark.parametrize("length", [3, 100, 500, -30, -1])
def test_a_workbook_that_breaks_off_is_refused(length: int) -> None:
    assert refused(workbook()[:length] if length != 3 else b"PK\x03\x04")[0] is UNREADABLE


def test_a_row_of_very_many_cells_is_a_wrong_row_and_is_not_collected() -> None:
    cells = "".join("<c t='str'><v>x</v></c>" for _ in range(20_000))
    found = read(workbook(sheet=SHEET.replace("</sheetData>", f"<row r='9'>{cells}</row></sheetData>")))
    assert [(row.number, row.field, row.raw) for row in found.bad] == [(9, "row", {})]


@pytest.mark.parametrize("number", ["0", "99999999", "-1", "x"])
def test_a_row_with_a_senseless_number_is_refused(number: str) -> None:
    assert refused(workbook(sheet=SHEET.replace("<row r='2'>", f"<row r='{number}'>"))) == (UNREADABLE, "file")


def test_a_temporary_file_is_gone_after_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refused(b"x" * 2_000_000)
    assert not list(tmp_path.iterdir())


def test_reasons_hold_none_of_the_owners_words() -> None:
    found = read(f"{HEAD}2025-13-45,Somchai,1.00,\n2025-01-02,Somchai,Somchai,\n2025-01-02,Somchai,1,2\n")
    assert len(found.bad) == 3
    assert "Somchai" not in " ".join(row.reason for row in found.bad)


def test_a_part_that_is_packed_in_an_unusual_way_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in workbook_parts().items():
            archive.writestr(name, content)
    assert refused(data.getvalue()) == (UNREADABLE, "file")


def test_a_workbook_of_very_many_relations_is_refused() -> None:
    parts = workbook_parts()
    name = "xl/_rels/workbook.xml.rels"
    more = "".join(f"<Relationship Id='r{number}' Target='x'/>" for number in range(300))
    parts[name] = parts[name].replace("</Relationships>", f"{more}</Relationships>")
    assert refused(packed(parts)) == (UNREADABLE, "file")


def test_zero_characters_in_utf16_are_refused() -> None:
    assert refused((HEAD + "\0").encode("utf-16")) == (UNREADABLE, "encoding")
