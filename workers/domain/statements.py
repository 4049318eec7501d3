"""Importing statements: which rows are the same row, what becomes of each, and exact sums. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from contracts.commands.spending import RecordSpending
from contracts.commands.statements import CloseStatement, ImportStatementChunk
from contracts.errors import ErrorCode
from contracts.events.spending import SpendingRecorded
from contracts.events.statements import StatementImported
from contracts.ids import derived_id
from contracts.money import Currency, Money
from contracts.spending import Source, SourceKind
from contracts.statements import AccountSums, CurrencySums, MoneyDirection, RowResult, RowStatus, StatementTotals
from contracts.values import Category, Confidence, ProcessingMethod, clean_text
from workers.domain.errors import RejectionError
from workers.domain.spending import SpendingEntry, apply, record

NO_MERCHANT: Final = "-"
"""What an entry says of a row without a word: an entry has a merchant."""
_MOST_MERCHANT: Final = 200
_NAMESPACE: Final = UUID("6f0a6c1e-8d2b-5c43-9b1e-2c1d5a7e4f10").bytes
_BETWEEN: Final = "\x1f"
"""Parts the parts of a key; clean text never holds it."""


class SpentRow(NamedTuple):
    """A readable row of money that went out.

    Attributes:
        account: its number in one form, empty where nothing tells it.
    """

    day: date
    at: time | None
    amount: Decimal
    currency: Currency
    description: str
    reference: str | None
    account: str


def plain(text: str) -> str:
    """A text of a statement as it may be stored and published: clean, and without halves of surrogate pairs."""
    return clean_text(text).encode("utf-8", "replace").decode()


def account_key(number: str | None) -> str:
    """An account's number in one form: `123-4-56789-0` is `1234567890`."""
    return "".join(char for char in unicodedata.normalize("NFKC", number or "").casefold() if char.isalnum())


def row_key(row: SpentRow) -> str:
    """What makes a row the same row in every statement that holds it.

    The bank's reference where there is one, else the time and the words. Rows that are alike in all of this are told
    apart by their number among each other alone.
    """
    amount = format(row.amount.quantize(row.currency.quantum), "f")
    words = " ".join(unicodedata.normalize("NFKC", row.description).casefold().split())
    at = "" if row.at is None else row.at.isoformat("minutes")
    told = ("reference", row.reference.casefold()) if row.reference else ("words", at, words)
    return _BETWEEN.join((row.account, row.day.isoformat(), row.currency, amount, *told))


def entry_id_of(tenant: str, owner: str, row: SpentRow, occurrence: int) -> UUID:
    """The id of a row's entry: derived, so that importing the row again means the same entry."""
    name = _BETWEEN.join((tenant, owner, row_key(row), str(occurrence)))
    return derived_id(_NAMESPACE, name)


class Judged(NamedTuple):
    """What a row's words mean.

    Attributes:
        confidence: of the category; the rest of an entry stands in the statement.
    """

    category: Category
    subcategory: str | None
    confidence: Confidence


class Importing(NamedTuple):
    """Whose import records rows, and when it was told to."""

    tenant: str
    owner: str
    sent_at: datetime
    command: ImportStatementChunk


class Spent(NamedTuple):
    """A row to be recorded.

    Attributes:
        number: of the row.
        entry: what is stored under its id.
        judged: its category; None where the row is not to be recorded.
    """

    number: int
    row: SpentRow
    entry_id: UUID
    entry: SpendingEntry | None
    judged: Judged | None


class Outcome(NamedTuple):
    """What became of a row: its result, and what is to be stored of it."""

    result: RowResult
    event: SpendingRecorded | None = None
    state: SpendingEntry | None = None


def decide(spent: Spent, importing: Importing) -> Outcome:
    """Record a row, unless that was done before.

    What this import itself recorded is recorded and no duplicate, however often its command comes.
    """
    current = spent.entry
    if current is not None and current.owner == importing.owner:
        return Outcome(_known(spent.number, current, importing.command.statement_id))
    try:
        event = record(current, _entry(spent, importing), importing.owner, spent.entry_id, importing.sent_at)
    except RejectionError as refusal:
        return Outcome(rejected(spent.number, refusal.code, refusal.field or "row", refusal.reason))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        return Outcome(rejected(spent.number, ErrorCode.STATEMENT_ROW_INVALID, field, "is no value an entry can have"))
    state = apply(None, event, importing.tenant, importing.owner)
    result = RowResult(row=spent.number, status=RowStatus.RECORDED, entry_id=spent.entry_id)
    return Outcome(result, event, state)


def rejected(number: int, code: ErrorCode | str, field: str, reason: str) -> RowResult:
    """The result of a row that cannot be recorded."""
    return RowResult(row=number, status=RowStatus.REJECTED, code=code, field=field, reason=reason)


def _known(number: int, entry: SpendingEntry, statement_id: UUID) -> RowResult:
    earlier = _import_of(entry.source)
    if earlier == statement_id:
        return RowResult(row=number, status=RowStatus.RECORDED, entry_id=entry.id)
    row = entry.source.row if earlier else None
    return RowResult(row=number, status=RowStatus.DUPLICATE, entry_id=entry.id, earlier=earlier, earlier_row=row)


def _import_of(source: Source) -> UUID | None:
    if source.kind is not SourceKind.STATEMENT or source.command_id is None:
        return None
    try:
        return UUID(source.command_id)
    except ValueError:
        return None


def _entry(spent: Spent, importing: Importing) -> RecordSpending:
    row, command = spent.row, importing.command
    judged = spent.judged or Judged(Category.MISCELLANEOUS, None, Confidence(0.0))
    return RecordSpending(
        amount=Money(amount=row.amount, currency=row.currency),
        merchant=merchant_of(row),
        description=row.description if len(row.description) > _MOST_MERCHANT else None,
        spent_on=row.day,
        spent_at=row.at,
        time_zone=command.time_zone,
        category=judged.category,
        subcategory=judged.subcategory,
        payment_method=command.payment_method,
        confidence=judged.confidence,
        processing_method=ProcessingMethod.BATCH,
        source=Source(
            kind=SourceKind.STATEMENT,
            command_id=str(command.statement_id),
            reference=row.reference,
            row=spent.number,
        ),
    )


def merchant_of(row: SpentRow) -> str:
    """Who was paid, as far as the statement tells it: its words, else the reference."""
    return (row.description or row.reference or NO_MERCHANT)[:_MOST_MERCHANT].strip() or NO_MERCHANT


class Summed(NamedTuple):
    """A row as its sums see it; of one that cannot be read there is no money."""

    result: RowResult
    currency: Currency | None = None
    amount: Decimal = Decimal(0)


def totals_of(rows: Iterable[Summed]) -> StatementTotals:
    """What became of rows, counted and summed exactly."""
    counts = dict.fromkeys(RowStatus, 0)
    sums: dict[Currency, dict[str, Decimal]] = {}
    for result, currency, amount in rows:
        counts[result.status] += 1
        if currency is None:
            continue
        sum_ = sums.setdefault(currency, dict.fromkeys(_SUMS, Decimal(0)))
        sum_["money_in" if result.status is RowStatus.INCOME else "money_out"] += amount
        if result.status in _OWN_SUM:
            sum_[_OWN_SUM[result.status]] += amount
    return StatementTotals(
        rows=sum(counts.values()),
        recorded=counts[RowStatus.RECORDED],
        duplicates=counts[RowStatus.DUPLICATE],
        income=counts[RowStatus.INCOME],
        rejected=counts[RowStatus.REJECTED],
        sums=tuple(CurrencySums(currency=currency, **sum_) for currency, sum_ in sums.items()),
    )


_SUMS: Final = ("money_out", "money_in", "recorded", "duplicates")
_OWN_SUM: Final[Mapping[RowStatus, str]] = {RowStatus.RECORDED: "recorded", RowStatus.DUPLICATE: "duplicates"}


def closed(command: CloseStatement) -> StatementImported:
    """How an import ended."""
    return StatementImported(
        statement_id=command.statement_id,
        complete=command.totals.rows == command.rows,
        rows=command.rows,
        totals=command.totals,
        sums_agree=_moved(command.accounts) == _moved(command.totals.sums),
        accounts=command.accounts,
    )


def _moved(sums: Sequence[AccountSums] | Sequence[CurrencySums]) -> dict[tuple[Currency, MoneyDirection], Decimal]:
    """What moved each way, by currency; what did not move at all is left out."""
    moved: dict[tuple[Currency, MoneyDirection], Decimal] = {}
    for one in sums:
        for way, amount in ((MoneyDirection.OUT, one.money_out), (MoneyDirection.IN, one.money_in)):
            moved[one.currency, way] = moved.get((one.currency, way), Decimal(0)) + amount
    return {key: amount for key, amount in moved.items() if amount}
