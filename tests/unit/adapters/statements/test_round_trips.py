"""Whatever a bank writes, in any layout, is read back exactly: rows, wrong rows, sums, balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.adapters.statements.reading import HINTS, REFERENCE, Read, read
from tests.unit.adapters.statements.writing import (
    DATES,
    LANGUAGES,
    MONEY,
    NEGATIVE,
    OPENING,
    Entry,
    Style,
    as_csv,
    as_json,
    as_ofx,
    as_xlsx,
    balances,
    table,
    total,
)
from workers.ports.errors import StatementError
from workers.ports.statements import Direction, StatementHints

WORDS = st.sampled_from(
    ["กาแฟ", "ร้านน้ำ", "ซื้อของ", "7-Eleven", "A & B", '"quoted"', "x,y", "a;b", "c|d", "<tag>", "first\nsecond", "O'Neil",
     "100%", "รวม", "Total", "2568", "-", "(x)", "&amp;", "tab\there"]
)  # fmt: skip
ENTRIES = st.builds(
    Entry,
    day=st.dates(date(2001, 1, 1), REFERENCE),
    at=st.none() | st.times(time(0, 1), time(11, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
    amount=st.decimals("0.01", "9999999.99", places=2),
    direction=st.sampled_from(Direction),
    description=st.lists(WORDS, min_size=1, max_size=5).map(" ".join),
    reference=st.integers(10**6, 10**7 - 1).map("R{}".format),
    bad=st.sampled_from([None] * 18 + ["date", "amount"]),
)
FIRST = Entry(date(2020, 1, 28), time(9, 5), Decimal("12.34"), Direction.OUT, "ก่อนอื่น", "R1")
"""Its day proves the order of dates, and its minus what a sign means."""
STATEMENTS = st.lists(ENTRIES, max_size=12).map(lambda entries: [FIRST, *entries])
PLAIN = Style("iso", "two", "en", "minus", thousands=False, balance=True, preamble=False, totals=False)
STYLES = st.builds(
    Style,
    dates=st.sampled_from(sorted(DATES)),
    money=st.sampled_from(MONEY),
    language=st.sampled_from(LANGUAGES),
    negative=st.sampled_from(NEGATIVE),
    thousands=st.booleans(),
    balance=st.booleans(),
    preamble=st.booleans(),
    totals=st.booleans(),
    newest_first=st.booleans(),
).map(lambda style: possible(style))  # noqa: PLW0108  it is defined below


def possible(style: Style) -> Style:
    """A card's statement says so above its rows, and has no balance of an account; only two columns have totals."""
    if style.money == "card":
        style = replace(style, preamble=True, balance=False)
    return style if style.money == "two" else replace(style, totals=False)


def hints(style: Style) -> StatementHints:
    """Without a balance a few signs do not tell for sure which way a positive amount went, so the owner does."""
    if style.balance or style.money not in {"signed", "card"}:
        return HINTS
    return replace(HINTS, positive=Direction.IN if style.money == "signed" else Direction.OUT)


def check(found: Read, entries: Sequence[Entry], style: Style | None = None) -> None:
    pairs = list(zip(entries, balances(entries), strict=True))
    pairs = pairs[::-1] if style and style.newest_first else pairs
    good = [(each, balance) for each, balance in pairs if not each.bad]
    assert [(row.day, row.at, row.amount, row.direction, row.reference) for row in found.rows] == [
        (each.day, each.at, each.amount, each.direction, each.reference) for each, _ in good
    ]
    assert [row.description for row in found.rows] == [" ".join(each.description.split()) for each, _ in good]
    if style and style.balance:
        assert [row.balance for row in found.rows] == [balance for _, balance in good]
    wrong = [each.bad for each, _ in pairs if each.bad]
    assert ["date" if row.field == "date" else "amount" for row in found.bad] == wrong
    check_sums(found, entries)


def check_sums(found: Read, entries: Sequence[Entry]) -> None:
    summary = found.summary
    wrong = sum(1 for each in entries if each.bad)
    assert (summary.rows, summary.good, summary.bad) == (len(entries), len(entries) - wrong, wrong)
    (account,) = summary.accounts
    assert account.money_out == total(entries, Direction.OUT)
    assert account.money_in == total(entries, Direction.IN)


@given(
    STATEMENTS,
    STYLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp874"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_is_read_as_it_was_written(
    entries: list[Entry], style: Style, delimiter: str, encoding: str, end: str
) -> None:
    found = read(as_csv(table(entries, style), delimiter, encoding, end), hints(style))
    check(found, entries, style)
    if style.totals:
        assert found.summary.accounts[0].agrees is True
        assert found.summary.notes == 1
    assert found.layout.delimiter == delimiter
    assert found.rows[0].account == ("123-4-56789-0" if style.preamble else None)


@settings(max_examples=40)
@given(STATEMENTS, STYLES, st.booleans())
def test_xlsx_is_read_as_openpyxl_wrote_it(entries: list[Entry], style: Style, typed: bool) -> None:  # noqa: FBT001
    found = read(as_xlsx(table(entries, style), typed=typed), hints(style))
    check(found, entries, style)
    if style.totals:
        assert found.summary.accounts[0].agrees is True


@given(STATEMENTS, st.booleans(), st.booleans())
def test_json_is_read_as_it_was_written(entries: list[Entry], lines: bool, numbers: bool) -> None:  # noqa: FBT001
    found = read(as_json(entries, lines=lines, numbers=numbers), replace(HINTS, positive=Direction.IN))
    check(found, entries)
    assert found.rows[0].account == (None if lines else "55")


@given(STATEMENTS, st.booleans())
def test_ofx_is_read_as_it_was_written(entries: list[Entry], xml: bool) -> None:  # noqa: FBT001
    found = read(as_ofx(entries, xml=xml))
    check(found, entries)
    assert {row.account for row in found.rows} == {"55"}
    closing = OPENING + total(entries, Direction.IN) - total(entries, Direction.OUT)
    assert found.summary.accounts[0].closing == closing


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_code_and_a_field(data: bytes) -> None:
    for start in (
        b"",
        b"Date,Amount\n",
        b'[{"date":"2025-01-01",',
        b"OFXHEADER:100\n<OFX><STMTRS><STMTTRN>",
        b"PK\x03\x04",
    ):
        assert read_or_refused(start + data)


@settings(max_examples=30)
@given(STATEMENTS, st.integers(0, 10_000), st.integers(0, 255))
def test_a_workbook_with_a_wrong_byte_is_read_or_refused(entries: list[Entry], place: int, byte: int) -> None:
    data = bytearray(as_xlsx(table(entries, PLAIN), typed=True))
    data[place % len(data)] = byte
    assert read_or_refused(bytes(data))


def read_or_refused(data: bytes) -> bool:
    """Whether a file ends in rows or in an error that names its field; anything else is raised."""
    try:
        return read(data).summary.rows >= 0
    except StatementError as error:
        return bool(error.field)
