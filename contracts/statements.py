"""Statements of banks and cards on the wire: the file, what becomes of its rows, and their sums."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Contract, StrictContract
from contracts.events.outcomes import OpenErrorCode
from contracts.money import Currency, Total
from contracts.values import InlineBytes, PlainText, Sha256, StoreKey, inline_limit

MAX_STATEMENT_BYTES: Final = 32 * 1024 * 1024
MAX_INLINE_STATEMENT_BYTES: Final = 512 * 1024
CHUNK_ROWS: Final = 500
"""Rows that are imported by one command: their outcome fits a record with room to spare."""

AccountNumber = Annotated[PlainText, Field(max_length=64, examples=["123-4-56789-0"])]
SheetName = Annotated[PlainText, Field(max_length=64)]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]


class MoneyDirection(StrEnum):
    """Which way the money went, seen from the owner."""

    OUT = "out"
    IN = "in"

    @property
    def other(self) -> MoneyDirection:
        """The opposite way."""
        return MoneyDirection.IN if self is MoneyDirection.OUT else MoneyDirection.OUT


class InlineStatement(StrictContract):
    """A statement carried in the message itself, base64, at most 512 KiB.

    Attributes:
        kind: tells the two ways of sending a statement apart.
        data: the file's bytes: CSV, XLSX, JSON, OFX or QFX, in base64.
    """

    kind: Literal["inline"] = "inline"
    data: Annotated[InlineBytes, inline_limit(MAX_INLINE_STATEMENT_BYTES, "a", "statement")]


class StatementReference(StrictContract):
    """A statement in the fleet's object store, named by key and checked by its SHA-256.

    Attributes:
        kind: tells the two ways of sending a statement apart.
        key: where it is kept.
        sha256: what it must hash to.
    """

    kind: Literal["reference"] = "reference"
    key: Annotated[StoreKey, Field(examples=["acme/2026/01/card.csv"])]
    sha256: Sha256


StatementFile = Annotated[InlineStatement | StatementReference, Field(discriminator="kind")]
"""A statement by value or by reference."""


class ColumnMeaning(Contract):
    """A column of the file.

    Attributes:
        name: its head, at most 100 characters of it.
        meaning: what it was taken to mean; left out where it is not used.
    """

    name: str
    meaning: str | None = None


class AccountSums(Contract):
    """The sums over the readable rows of one account and currency, beside what the file says of them.

    Attributes:
        account_ending: the last four letters or digits of the account's number, where the file tells it.
        currency: of the sums.
        money_out: what went out.
        money_in: what came in.
        opening: the balance before the first row, as the file tells it.
        closing: the balance after the last row, as the file tells it.
        told_out: the total of what went out, as the file tells it.
        told_in: the total of what came in, as the file tells it.
        agrees: whether the sums equal everything the file says of them; left out where it says nothing.
    """

    account_ending: str | None = None
    currency: Currency
    money_out: Total
    money_in: Total
    opening: Total | None = None
    closing: Total | None = None
    told_out: Total | None = None
    told_in: Total | None = None
    agrees: bool | None = None


class RowStatus(StrEnum):
    """What became of a row."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    INCOME = "income"
    REJECTED = "rejected"


class RowResult(Contract):
    """What became of one row.

    Attributes:
        row: of the line (CSV), the sheet's row (XLSX) or the transaction (JSON, OFX), from 1.
        status: recorded as an entry; a duplicate of one; income, which is no spending and is only summed; or rejected.
        entry_id: the entry that was recorded, by this import or, of a duplicate, before.
        earlier: of a duplicate, the import that had recorded it.
        earlier_row: of a duplicate, its row there.
        code: of a rejected row, the taxonomy's code; a reader may meet one released after it.
        field: of a rejected row, what is wrong.
        reason: of a rejected row, why, for developers; never contains the owner's own words.
    """

    row: Number
    status: RowStatus
    entry_id: UUID | None = None
    earlier: UUID | None = None
    earlier_row: Number | None = None
    code: OpenErrorCode | None = None
    field: str | None = None
    reason: str | None = None


class CurrencySums(Contract):
    """Sums over rows of one currency.

    Attributes:
        currency: of the sums.
        money_out: of all readable rows of money that went out: recorded, duplicates, and what was refused.
        money_in: of all rows of money that came in.
        recorded: of what was recorded.
        duplicates: of what had been recorded before.
    """

    currency: Currency
    money_out: Total
    money_in: Total
    recorded: Total
    duplicates: Total

    def plus(self, more: CurrencySums) -> CurrencySums:
        """Both together, of one currency."""
        return CurrencySums(
            currency=self.currency,
            money_out=self.money_out + more.money_out,
            money_in=self.money_in + more.money_in,
            recorded=self.recorded + more.recorded,
            duplicates=self.duplicates + more.duplicates,
        )


class StatementTotals(Contract):
    """What became of many rows.

    Attributes:
        rows: all of them: `recorded + duplicates + income + rejected`.
        recorded: as entries.
        duplicates: that had been recorded before.
        income: that are no spending.
        rejected: that cannot be recorded.
        sums: one for each currency, in the order they appeared.
    """

    rows: Count = 0
    recorded: Count = 0
    duplicates: Count = 0
    income: Count = 0
    rejected: Count = 0
    sums: tuple[CurrencySums, ...] = ()

    def plus(self, more: StatementTotals) -> StatementTotals:
        """Both together."""
        sums = {one.currency: one for one in self.sums}
        for one in more.sums:
            before = sums.get(one.currency)
            sums[one.currency] = one if before is None else before.plus(one)
        return StatementTotals(
            rows=self.rows + more.rows,
            recorded=self.recorded + more.recorded,
            duplicates=self.duplicates + more.duplicates,
            income=self.income + more.income,
            rejected=self.rejected + more.rejected,
            sums=tuple(sums.values()),
        )
