"""Which rows are the same row, what becomes of each, and that the sums are exact."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from contracts.commands.statements import CloseStatement, ImportStatementChunk
from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.spending import Source, SourceKind
from contracts.statements import AccountSums, RowResult, RowStatus, StatementTotals
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from workers.domain.spending import SpendingEntry
from workers.domain.statements import (
    Importing,
    Judged,
    Outcome,
    Spent,
    SpentRow,
    Summed,
    account_key,
    closed,
    decide,
    entry_id_of,
    merchant_of,
    plain,
    row_key,
    totals_of,
)

IMPORT = UUID(int=7)
EARLIER = UUID(int=6)
ROW = SpentRow(date(2026, 1, 15), time(12, 40), Decimal("65.00"), Currency.THB, "กาแฟ Inthanin", None, "1234567890")
COMMAND = ImportStatementChunk(
    statement_id=IMPORT, chunk=1, chunks=1, payment_method=PaymentMethod.CREDIT_CARD, time_zone="Asia/Bangkok"
)
IMPORTING = Importing("acme", "nok", datetime(2026, 1, 31, tzinfo=UTC), COMMAND)
JUDGED = Judged(Category.FOOD, "coffee", Confidence(0.9))
ENTRY_ID = entry_id_of("acme", "nok", ROW, 1)


def decided(row: SpentRow = ROW, entry: SpendingEntry | None = None) -> Outcome:
    return decide(Spent(4, row, ENTRY_ID, entry, None if entry else JUDGED), IMPORTING)


def recorded() -> SpendingEntry:
    state = decided().state
    assert state is not None
    return state


def test_a_row_becomes_an_entry_of_its_own() -> None:
    outcome = decided()
    assert outcome.result == RowResult(row=4, status=RowStatus.RECORDED, entry_id=ENTRY_ID)
    entry = outcome.state
    assert entry is not None
    assert (entry.id, entry.version, entry.tenant, entry.owner) == (ENTRY_ID, 1, "acme", "nok")
    assert (entry.merchant, entry.spent_on, entry.spent_at) == ("กาแฟ Inthanin", ROW.day, ROW.at)
    assert (entry.category, entry.subcategory, entry.confidence.value) == (Category.FOOD, "coffee", 0.9)
    assert (entry.payment_method, entry.processing_method) == (PaymentMethod.CREDIT_CARD, ProcessingMethod.BATCH)
    assert entry.source == Source(kind=SourceKind.STATEMENT, command_id=str(IMPORT), row=4)
    assert outcome.event is not None
    assert outcome.event.entry_id == ENTRY_ID


def test_what_this_import_recorded_is_recorded_and_no_duplicate() -> None:
    outcome = decided(entry=recorded())
    assert outcome == Outcome(RowResult(row=4, status=RowStatus.RECORDED, entry_id=ENTRY_ID))


def test_what_another_import_recorded_is_a_duplicate_that_names_it() -> None:
    earlier = recorded()._replace(source=Source(kind=SourceKind.STATEMENT, command_id=str(EARLIER), row=9))
    assert decided(entry=earlier).result == RowResult(
        row=4, status=RowStatus.DUPLICATE, entry_id=ENTRY_ID, earlier=EARLIER, earlier_row=9
    )


@pytest.mark.parametrize(
    "source",
    [Source(), Source(kind=SourceKind.STATEMENT), Source(kind=SourceKind.STATEMENT, command_id="by hand", row=3)],
)
def test_what_was_recorded_under_the_id_otherwise_is_a_duplicate_of_no_import(source: Source) -> None:
    result = decided(entry=recorded()._replace(source=source)).result
    assert (result.status, result.earlier, result.earlier_row) == (RowStatus.DUPLICATE, None, None)


def test_what_was_deleted_stays_deleted() -> None:
    other = Source(kind=SourceKind.STATEMENT, command_id=str(EARLIER), row=9)
    gone = recorded()._replace(deleted_reason="not mine", source=other)
    assert decided(entry=gone).result.status is RowStatus.DUPLICATE


def test_an_id_that_is_taken_by_a_stranger_costs_the_row_and_tells_nothing() -> None:
    result = decided(entry=recorded()._replace(owner="stranger")).result
    assert (result.status, result.code, result.entry_id) == (RowStatus.REJECTED, ErrorCode.ENTRY_EXISTS, None)


def test_a_row_that_is_yet_to_come_is_rejected() -> None:
    result = decided(ROW._replace(day=date(2026, 2, 2))).result
    assert (result.status, result.code, result.field) == (RowStatus.REJECTED, ErrorCode.DATE_IN_FUTURE, "spent_on")


def test_an_amount_no_entry_can_have_is_rejected() -> None:
    result = decided(ROW._replace(amount=Decimal("1e15"))).result
    assert (result.code, result.field) == (ErrorCode.STATEMENT_ROW_INVALID, "amount")


def test_an_entry_has_a_merchant_whatever_the_row_says() -> None:
    assert merchant_of(ROW._replace(description="", reference="R-1")) == "R-1"
    assert merchant_of(ROW._replace(description="")) == "-"
    long = decided(ROW._replace(description="ก" * 300)).state
    assert long is not None
    assert (len(long.merchant), len(long.description or "")) == (200, 300)


@pytest.mark.parametrize(
    "other",
    [
        ROW._replace(day=date(2026, 1, 16)),
        ROW._replace(at=None),
        ROW._replace(amount=Decimal("65.01")),
        ROW._replace(currency=Currency.USD),
        ROW._replace(description="กาแฟ Amazon"),
        ROW._replace(reference="R-1"),
        ROW._replace(account=""),
    ],
)
def test_rows_that_differ_in_anything_that_counts_are_other_rows(other: SpentRow) -> None:
    assert row_key(other) != row_key(ROW)


def test_a_row_with_a_reference_is_the_same_row_whatever_its_words() -> None:
    one = ROW._replace(reference="Ref-1")
    assert row_key(one) == row_key(one._replace(reference="REF-1", description="another export", at=None))


def test_blanks_letter_case_and_decimals_make_no_other_row() -> None:
    same = ROW._replace(description="กาแฟ   INTHANIN", amount=Decimal(65), at=time(12, 40, 31))
    assert row_key(same) == row_key(ROW)


def test_an_id_follows_from_owner_row_and_occurrence() -> None:
    others = [
        entry_id_of("acme", "lek", ROW, 1),
        entry_id_of("other", "nok", ROW, 1),
        entry_id_of("acme", "nok", ROW, 2),
    ]
    assert len({ENTRY_ID, *others}) == 4
    assert entry_id_of("acme", "nok", ROW, 1) == ENTRY_ID


def test_an_account_has_one_form() -> None:
    assert account_key("123-4-56789-0") == account_key(" 1234567890 ") == "1234567890"
    assert account_key("XXX-X-X6789-X") == "xxxxx6789x"
    assert account_key(None) == ""


def test_texts_are_made_storable() -> None:
    assert plain("a\x00b\ud800 ") == "ab?"


def totals() -> StatementTotals:
    known, income = RowResult(row=2, status=RowStatus.DUPLICATE), RowResult(row=3, status=RowStatus.INCOME)
    refused = RowResult(row=4, status=RowStatus.REJECTED)
    return totals_of(
        [
            Summed(RowResult(row=1, status=RowStatus.RECORDED), Currency.THB, Decimal("0.10")),
            Summed(known, Currency.THB, Decimal("0.20")),
            Summed(income, Currency.USD, Decimal(5)),
            Summed(refused, Currency.THB, Decimal("0.40")),
            Summed(refused),
        ]
    )


def test_rows_are_counted_and_summed_by_what_became_of_them() -> None:
    made = totals()
    assert (made.rows, made.recorded, made.duplicates, made.income, made.rejected) == (5, 1, 1, 1, 2)
    baht, dollars = made.sums
    assert (baht.money_out, baht.recorded, baht.duplicates, baht.money_in) == (
        Decimal("0.70"),
        Decimal("0.10"),
        Decimal("0.20"),
        Decimal(0),
    )
    assert (dollars.currency, dollars.money_in, dollars.money_out) == (Currency.USD, Decimal(5), Decimal(0))


def test_totals_add_up() -> None:
    both = totals().plus(totals())
    assert (both.rows, both.rejected, both.sums[0].money_out) == (10, 4, Decimal("1.40"))
    assert StatementTotals().plus(totals()) == totals()


def test_an_import_is_complete_when_every_row_has_a_result_and_agrees_when_the_sums_do() -> None:
    account = AccountSums(currency=Currency.THB, money_out=Decimal("0.70"), money_in=Decimal(0))
    card = AccountSums(currency=Currency.USD, money_out=Decimal(0), money_in=Decimal(5))
    command = CloseStatement(statement_id=IMPORT, rows=5, accounts=(account, card), totals=totals())
    end = closed(command)
    assert (end.complete, end.sums_agree, end.rows) == (True, True, 5)
    short = closed(command.model_copy(update={"rows": 6}))
    assert (short.complete, short.sums_agree) == (False, True)
    assert not closed(command.model_copy(update={"accounts": (account,)})).sums_agree
