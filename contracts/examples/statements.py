"""What travels in the area *statements*, and the command that begins an import."""

import base64
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.workflows import ImportStatement
from contracts.errors import ErrorCode
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.events.statements import (
    StatementChunkImported,
    StatementFailed,
    StatementImported,
    StatementRejected,
    StatementSurveyed,
)
from contracts.examples.base import Example, InvalidExample
from contracts.examples.commands import ENTRY_ID, IMAGE_SHA256
from contracts.money import Currency
from contracts.statements import (
    AccountSums,
    ColumnMeaning,
    CurrencySums,
    InlineStatement,
    RowResult,
    RowStatus,
    StatementReference,
    StatementTotals,
)
from contracts.values import PaymentMethod

_IMPORT: Final = UUID("7c0d1d55-3f7a-5b0e-9e57-0a5a1c9b6f21")
_EARLIER: Final = UUID("1b5f4f7e-90d5-5d4b-8a0f-5d9c2e6b7a10")
_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"
_CSV: Final = base64.b64encode("วันที่,รายการ,ถอนเงิน,ฝากเงิน\n02/02/2568,ชำระเงิน,1250.50,\n".encode())
_DAY: Final = date(2026, 1, 31)
_FILE: Final = StatementReference(kind="reference", key="acme/2026/01/account.csv", sha256=IMAGE_SHA256)

_ACCOUNT: Final = AccountSums(
    account_ending="7890",
    currency=Currency.THB,
    money_out=Decimal("1435.50"),
    money_in=Decimal("500.00"),
    opening=Decimal("10000.00"),
    closing=Decimal("9064.50"),
    agrees=True,
)
_SUMS: Final = CurrencySums(
    currency=Currency.THB,
    money_out=Decimal("1435.50"),
    money_in=Decimal("500.00"),
    recorded=Decimal("1250.50"),
    duplicates=Decimal("185.00"),
)
_TOTALS: Final = StatementTotals(rows=4, recorded=1, duplicates=1, income=1, rejected=1, sums=(_SUMS,))

STATEMENT_COMMAND_EXAMPLES: Final = (
    Example("a small file", ImportStatement(file=InlineStatement(kind="inline", data=_CSV), reference_date=_DAY)),
    Example(
        "a card's file in the store",
        ImportStatement(file=_FILE, account="4321-XXXX-XXXX-1234", payment_method=PaymentMethod.CREDIT_CARD),
    ),
    Example("read the file", SurveyStatement(statement_id=_IMPORT, file=_FILE, reference_date=_DAY)),
    Example("record its rows", ImportStatementChunk(statement_id=_IMPORT, chunk=1, chunks=1)),
    Example("sum up", CloseStatement(statement_id=_IMPORT, rows=4, accounts=(_ACCOUNT,), totals=_TOTALS)),
)

STATEMENT_EVENT_EXAMPLES: Final = (
    Example(
        "a file was read",
        StatementSurveyed(
            statement_id=_IMPORT,
            sha256=IMAGE_SHA256,
            kind="csv",
            encoding="cp874",
            date_order="dmy",
            columns=(
                ColumnMeaning(name="วันที่", meaning="date"),
                ColumnMeaning(name="รายการ", meaning="description"),
                ColumnMeaning(name="ถอนเงิน", meaning="debit"),
                ColumnMeaning(name="ฝากเงิน", meaning="credit"),
                ColumnMeaning(name="สาขา"),
            ),
            rows=4,
            unreadable=1,
            chunks=1,
            accounts=(_ACCOUNT,),
        ),
    ),
    Example(
        "one result a row",
        StatementChunkImported(
            statement_id=_IMPORT,
            chunk=1,
            chunks=1,
            results=(
                RowResult(row=2, status=RowStatus.RECORDED, entry_id=ENTRY_ID),
                RowResult(
                    row=3,
                    status=RowStatus.DUPLICATE,
                    entry_id=UUID("e0c1b0aa-02f5-5a57-b7a5-6d7e5f3f2f02"),
                    earlier=_EARLIER,
                    earlier_row=41,
                ),
                RowResult(row=4, status=RowStatus.INCOME),
                RowResult(
                    row=5,
                    status=RowStatus.REJECTED,
                    code=ErrorCode.STATEMENT_ROW_INVALID,
                    field="date",
                    reason="is no day of the calendar, or not in the order of the other rows",
                ),
            ),
            totals=_TOTALS,
            so_far=_TOTALS,
        ),
    ),
    Example(
        "imported",
        StatementImported(
            statement_id=_IMPORT, complete=True, rows=4, totals=_TOTALS, sums_agree=True, accounts=(_ACCOUNT,)
        ),
    ),
    Example(
        "not in the store",
        StatementRejected(
            command_type=SurveyStatement.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.STATEMENT_NOT_FOUND,
            message=LocalizedText.of(ErrorCode.STATEMENT_NOT_FOUND),
            field="file.key",
            reason="the store has no statement under this key",
        ),
    ),
    Example(
        "the store is away",
        StatementFailed(
            command_type=SurveyStatement.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.STORAGE_UNAVAILABLE,
            message=LocalizedText.of(ErrorCode.STORAGE_UNAVAILABLE),
            reason="image bucket receipts: no answer",
            dead_letter=DeadLetter(
                topic="poon.statements.dlt",
                original_topic="poon.statements.commands",
                original_partition=3,
                original_offset=12,
            ),
            attempts=5,
        ),
    ),
)

_REFERENCE: Final = {"kind": "reference", "key": "a.csv", "sha256": IMAGE_SHA256}

STATEMENT_INVALID_EXAMPLES: Final = (
    InvalidExample(ImportStatement.type, "a file is required", {}, "file"),
    InvalidExample(
        ImportStatement.type, "a file says how it is sent", {"file": {"key": "a.csv", "sha256": IMAGE_SHA256}}, "file"
    ),
    InvalidExample(
        ImportStatement.type,
        "an inline file is not empty",
        {"file": {"kind": "inline", "data": ""}},
        "file.data",
    ),
    InvalidExample(
        ImportStatement.type, "money went out or in", {"file": _REFERENCE, "positive": "credit"}, "positive"
    ),
    InvalidExample(
        ImportStatement.type,
        "an account's number has at most 64 characters",
        {"file": _REFERENCE, "account": "1" * 65},
        "account",
    ),
    InvalidExample(SurveyStatement.type, "a survey is of an import", {"file": _REFERENCE}, "statement_id"),
    InvalidExample(
        ImportStatementChunk.type,
        "chunks are counted from 1",
        {"statement_id": str(_IMPORT), "chunk": 0, "chunks": 1},
        "chunk",
    ),
    InvalidExample(
        CloseStatement.type,
        "rows are not fewer than none",
        {"statement_id": str(_IMPORT), "rows": -1},
        "rows",
    ),
    InvalidExample(
        CloseStatement.type,
        "a sum is a decimal string",
        {
            "statement_id": str(_IMPORT),
            "rows": 1,
            "accounts": [{"currency": "THB", "money_out": 1.5, "money_in": "0"}],
        },
        "accounts.0.money_out",
    ),
)
