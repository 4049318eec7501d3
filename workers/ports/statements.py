"""Statements of banks and cards: a file in, its rows and their sums out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.statements import MoneyDirection
from contracts.values import DEFAULT_TIME_ZONE


class StatementKind(StrEnum):
    """The kinds of file that are read, told by their content."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    OFX = "ofx"


Direction = MoneyDirection
"""Which way the money went, seen from the owner."""


@dataclass(frozen=True, slots=True)
class StatementHints:
    """What the caller knows besides the file.

    Attributes:
        reference: the day the file was sent. No row is later; two-digit years are told by it.
        currency: of amounts whose currency the file does not tell.
        positive: which way money of a positive amount went, where the file has one column of amounts. None: the file
            has to tell.
        sheet: the sheet of an XLSX file. None: the only one with a header line.
        time_zone: of the rows' dates; a date and time with an offset of its own is converted to it.
    """

    reference: date
    currency: Currency = Currency.THB
    positive: Direction | None = None
    sheet: str | None = None
    time_zone: str = DEFAULT_TIME_ZONE


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One transaction.

    Attributes:
        number: of the line (CSV), the sheet's row (XLSX) or the transaction (JSON, OFX), from 1.
        day: when it happened; where the file only tells when it was booked, that.
        at: the time of day, if told.
        amount: above zero, with no more decimals than the currency has.
        balance: after this row, if told; may be negative.
        description: the texts of the row, joined; may be empty.
        account: as the file writes it, if told.
        raw: the cells as they stand, by the names of their columns; empty cells are left out.
    """

    number: int
    day: date
    at: time | None
    amount: Decimal
    currency: Currency
    direction: Direction
    balance: Decimal | None
    description: str
    reference: str | None
    channel: str | None
    account: str | None
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read. The rows around it are not affected.

    Attributes:
        number: as in StatementRow.
        code: statement_row_invalid, date_in_future or amount_out_of_range.
        field: what is wrong: date, time, amount, debit, credit, direction, balance, currency, description, row.
        reason: for people and logs; never the owner's own words.
        raw: the cells as they stand, as far as the row could be taken apart.
    """

    number: int
    code: ErrorCode
    field: str
    reason: str
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, and what it was taken to mean (None: not used)."""

    name: str
    meaning: str | None


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """How the file was understood.

    Attributes:
        encoding: of the characters; None where the format fixes it.
        delimiter: between the cells of a CSV file.
        sheet: of an XLSX file.
        header: number of the header line; None where there is none.
        date_order: of dates that are three numbers: dmy, mdy or ymd; None where there are no such dates.
        date_order_assumed: no row proves the order, so that it is the one usual in Thailand.
        positive: which way money of a positive amount went; None where each row says it itself.
        positive_because: what told that: hint, balance, marks, card or minus.
    """

    kind: StatementKind
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header: int | None = None
    columns: tuple[Column, ...] = ()
    date_order: str | None = None
    date_order_assumed: bool = False
    positive: Direction | None = None
    positive_because: str | None = None


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """The sums over the good rows of one account and currency, beside what the file says of them.

    Attributes:
        money_out: sum of what went out, exact.
        money_in: sum of what came in, exact.
        opening: the balance before the first row, as the file tells it.
        closing: the balance after the last row, as the file tells it.
        told_out: the total of what went out, as the file tells it.
        told_in: the total of what came in, as the file tells it.
    """

    account: str | None
    currency: Currency
    money_out: Decimal
    money_in: Decimal
    opening: Decimal | None = None
    closing: Decimal | None = None
    told_out: Decimal | None = None
    told_in: Decimal | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether the sums equal everything the file says of them; None where it says nothing."""
        checks = []
        if self.told_out is not None:
            checks.append(self.told_out == self.money_out)
        if self.told_in is not None:
            checks.append(self.told_in == self.money_in)
        if self.opening is not None and self.closing is not None:
            checks.append(self.opening + self.money_in - self.money_out == self.closing)
        return all(checks) if checks else None


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """What was read so far; final once the rows are at their end.

    Attributes:
        rows: transactions, `good + bad`.
        notes: lines after the header that are no transactions: balances, totals, repeated headers, remarks.
        accounts: one for each account and currency, in the order they appeared.
    """

    rows: int
    good: int
    bad: int
    notes: int
    accounts: tuple[AccountTotals, ...]


class Statement(Protocol):
    """An opened statement, read once from its first row to its last."""

    @property
    def layout(self) -> StatementLayout:
        """How the file was understood."""
        ...

    def rows(self) -> Iterator[StatementRow | BadRow]:
        """Every transaction in the file's order. Memory does not grow with their number. Blocks while it reads.

        Raises:
            StatementError: what follows cannot be read: the file is damaged further on, or beyond a limit.
        """
        ...

    def summary(self) -> StatementSummary:
        """Counts and sums of the rows that were given out so far."""
        ...


class StatementReader(Protocol):
    """Reads the files that banks and card companies hand out."""

    def open(self, chunks: Iterable[bytes], hints: StatementHints) -> AbstractContextManager[Statement]:
        """Take a file in by pieces of any size, and find out what it is and what its columns mean.

        Whatever does not fit a small buffer is kept in an unnamed temporary file until the context ends. Blocks while
        it reads: callers on an event loop use a thread.

        Raises:
            StatementError: it cannot be read; the field says what is wrong: file, encoding, header, sheet, date or
                amount.
        """
        ...


class Occurrences(Protocol):
    """Counts how often each of many keys was met. Memory does not grow with their number. Blocks."""

    def next(self, key: str) -> int:
        """How often the key was met, this time included: 1 for the first."""
        ...


OccurrencesOpener = Callable[[], AbstractContextManager[Occurrences]]
"""Opens an empty count."""
