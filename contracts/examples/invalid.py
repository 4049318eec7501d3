"""Commands that are refused as invalid_command, one an important rule."""

from typing import Any, Final

from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.commands.texts import ParseText
from contracts.commands.workflows import CloseMonth, FireTimer, ProcessReceipt, SteerWorkflow
from contracts.examples.base import InvalidExample
from contracts.examples.commands import ENTRY_ID, IMAGE_SHA256, MAPPING_ID

_BAHT: Final = {"amount": "120.50", "currency": "THB"}
_ENTRY: Final = str(ENTRY_ID)


def _parse(rule: str, field: str, *, by_schema: bool = True, **payload: Any) -> InvalidExample:  # noqa: ANN401
    return InvalidExample(ParseText.type, rule, payload, field, by_schema)


def _extract(rule: str, field: str, *, by_schema: bool = True, **payload: Any) -> InvalidExample:  # noqa: ANN401
    return InvalidExample(ExtractReceipt.type, rule, payload, field, by_schema)


def _record(rule: str, field: str, *, by_schema: bool = True, **payload: Any) -> InvalidExample:  # noqa: ANN401
    return InvalidExample(
        RecordSpending.type, rule, {"amount": _BAHT, "merchant": "7-Eleven", **payload}, field, by_schema
    )


def _teach(rule: str, field: str, *, by_schema: bool = True, **payload: Any) -> InvalidExample:  # noqa: ANN401
    taught = {"text": "ร้านป้าแดง", "category": "Food & Dining"}
    return InvalidExample(TeachMapping.type, rule, {**taught, **payload}, field, by_schema)


def _money(rule: str, amount: object, *, field: str = "amount.amount", by_schema: bool = True) -> InvalidExample:
    return _record(rule, field, by_schema=by_schema, amount={"amount": amount, "currency": "THB"})


INVALID_EXAMPLES: Final = (
    _parse("a text is required", "text"),
    _parse("a text is not empty", "text", text=""),
    _parse("a text is not blank", "text", by_schema=False, text=" \t\u0007 "),
    _parse("a text has at most 2,000 characters", "text", text="ก" * 2_001),
    _parse("the kind is note or voice", "kind", text="taxi 100", kind="sms"),
    _parse("a date is a calendar date", "reference_date", text="taxi 100", reference_date="2026-02-30"),
    _parse("a time zone has an IANA name", "time_zone", by_schema=False, text="taxi 100", time_zone="Thailand"),
    _parse("a currency has an ISO code", "default_currency", text="taxi 100", default_currency="บาท"),
    _parse("a misspelt field is not lost", "referense_date", text="taxi 100", referense_date="2026-01-15"),
    _extract("an image is required", "image"),
    _extract("an image says how it is sent", "image", image={"key": "r-1.jpg", "sha256": IMAGE_SHA256}),
    _extract("an image is inline or a reference", "image", image={"kind": "url", "url": "x"}),
    _extract("an inline image has data", "image.data", image={"kind": "inline"}),
    _extract("an inline image is not empty", "image.data", image={"kind": "inline", "data": ""}),
    _extract("data is base64", "image.data", by_schema=False, image={"kind": "inline", "data": "%PDF-1.7"}),
    _extract(
        "a key is a plain path",
        "image.key",
        image={"kind": "reference", "key": "/etc/passwd", "sha256": IMAGE_SHA256},
    ),
    _extract(
        "a SHA-256 has 64 lower-case hexadecimal digits",
        "image.sha256",
        image={"kind": "reference", "key": "r-1.jpg", "sha256": "9F86"},
    ),
    InvalidExample(RecordSpending.type, "an amount is required", {"merchant": "7-Eleven"}, "amount"),
    _money("an amount is no JSON number", 120.5),
    _money("an amount is not negative", "-1.00"),
    _money("an amount is a number", "NaN"),
    _money("an amount is finite", "Infinity"),
    _money("an amount has no thousands separator", "1,250.00"),
    _money("an amount is at most 999,999,999,999.99", "1000000000000.00"),
    _money("baht have two decimals", "1.005", field="amount"),
    _record(
        "yen have no decimals",
        "amount",
        by_schema=False,
        amount={"amount": "1200.50", "currency": "JPY"},
    ),
    _record("a sum has a currency", "amount.currency", amount={"amount": "120.50"}),
    _record("a merchant has a name", "merchant", merchant=""),
    _record("a merchant has at most 200 characters", "merchant", merchant="x" * 201),
    _record("a time of day is local", "spent_at", spent_at="12:40:00+07:00"),
    _record("a category is one of the fourteen", "category", category="Coffee"),
    _record("there are at most ten tags", "tags", tags=[f"tag-{number}" for number in range(11)]),
    _record("tags are unique, whatever their case", "tags", by_schema=False, tags=["Lunch", "lunch"]),
    _record("a confidence is at most 1", "confidence", confidence=1.01),
    _record("a confidence is a number", "confidence", confidence="0.9"),
    _record("an entry id is a UUID", "entry_id", entry_id="entry-1"),
    _record("unknown fields are refused at every depth", "source.app", source={"kind": "text", "app": "x"}),
    InvalidExample(
        CorrectSpending.type,
        "a correction names the version it saw",
        {"entry_id": _ENTRY, "changes": {"merchant": "7-Eleven"}},
        "expected_version",
    ),
    InvalidExample(
        CorrectSpending.type,
        "versions count from 1",
        {"entry_id": _ENTRY, "expected_version": 0, "changes": {"merchant": "7-Eleven"}},
        "expected_version",
    ),
    InvalidExample(
        CorrectSpending.type,
        "an amount cannot be cleared",
        {"entry_id": _ENTRY, "expected_version": 1, "clear": ["amount"]},
        "clear.0",
    ),
    InvalidExample(
        EnhanceSpending.type,
        "an enhancement says how sure it is",
        {"entry_id": _ENTRY, "changes": {}, "processing_method": "model"},
        "confidence",
    ),
    InvalidExample(
        EnhanceSpending.type,
        "an enhancement says how it came about",
        {"entry_id": _ENTRY, "changes": {}, "confidence": 0.9, "processing_method": "magic"},
        "processing_method",
    ),
    InvalidExample(CategorizeSpending.type, "a purchase is told of in words", {"merchant": "7-Eleven"}, "text"),
    _teach("a mapping has a name", "text", text=""),
    _teach("a mapping's category is one of the fourteen", "category", category="Coffee"),
    _teach("a name belongs to a merchant or is a phrase", "match", match="anything"),
    _teach("a mapping has at most ten other names", "aliases", aliases=[f"name {number}" for number in range(11)]),
    _teach("each other name is named once", "aliases", by_schema=False, aliases=["Daeng", "daeng"]),
    _teach("a mapping has at most five patterns", "patterns", patterns=[f"a{number}" for number in range(6)]),
    _teach("a pattern has at most 200 characters", "patterns.0", patterns=["a" * 201]),
    _teach("a priority is at most 100", "priority", priority=101),
    InvalidExample(
        ReviewMapping.type,
        "a review names its reviewer",
        {"mapping_id": str(MAPPING_ID), "decision": "approve"},
        "reviewer",
    ),
    InvalidExample(
        ReviewMapping.type,
        "a mapping is approved, rejected or retired",
        {"mapping_id": str(MAPPING_ID), "decision": "forget", "reviewer": "nok"},
        "decision",
    ),
    InvalidExample(AnalyzeSpending.type, "an analysis looks at seven days or more", {"days": 6}, "days"),
    InvalidExample(AnalyzeSpending.type, "an analysis looks at 365 days at most", {"days": 366}, "days"),
    InvalidExample(
        AnalyzeSpending.type,
        "a budget is more than nothing",
        {"budgets": [{"monthly": {"amount": "0.00", "currency": "THB"}}]},
        "budgets.0.monthly",
        by_schema=False,
    ),
    InvalidExample(
        AnalyzeSpending.type,
        "there is one budget for a category",
        {"budgets": [{"monthly": _BAHT}] * 2},
        "budgets",
        by_schema=False,
    ),
    InvalidExample(
        AnalyzeSpending.type, "there are at most fifty budgets", {"budgets": [{"monthly": _BAHT}] * 51}, "budgets"
    ),
    InvalidExample(ForecastSpending.type, "a forecast looks seven days ahead or more", {"days": 6}, "days"),
    InvalidExample(
        ForecastSpending.type, "a time zone has an IANA name", {"time_zone": "Thailand"}, "time_zone", by_schema=False
    ),
    InvalidExample(DeleteSpending.type, "a deletion has a reason", {"entry_id": _ENTRY}, "reason"),
    InvalidExample(DeleteSpending.type, "a reason is not empty", {"entry_id": _ENTRY, "reason": ""}, "reason"),
    InvalidExample(DistinguishSpending.type, "two entries are named", {"entry_id": _ENTRY}, "other_id"),
    InvalidExample(ProcessReceipt.type, "an image is required", {}, "image"),
    InvalidExample(
        SteerWorkflow.type,
        "an operator says why",
        {"workflow_id": _ENTRY, "action": "resume", "by": "somchai"},
        "reason",
    ),
    InvalidExample(
        SteerWorkflow.type,
        "an action is resume, skip or abort",
        {"workflow_id": _ENTRY, "action": "restart", "by": "somchai", "reason": "x"},
        "action",
    ),
    InvalidExample(CloseMonth.type, "a month has a year and a number", {"month": "January"}, "month"),
    InvalidExample(CloseMonth.type, "there are twelve months", {"month": "2026-13"}, "month"),
    InvalidExample(
        CloseMonth.type,
        "there are at most fifty budgets",
        {"month": "2026-01", "budgets": [{"monthly": _BAHT}] * 51},
        "budgets",
    ),
    InvalidExample(FreezeMonth.type, "a workflow closes a month", {"month": "2026-01"}, "workflow_id"),
    InvalidExample(
        ReportMonth.type,
        "a report rests on what was frozen",
        {"workflow_id": _ENTRY, "month": "2026-01", "fingerprint": "none"},
        "fingerprint",
    ),
    InvalidExample(UnfreezeMonth.type, "a month is named", {"workflow_id": _ENTRY}, "month"),
    InvalidExample(FireTimer.type, "a timer has a token", {"workflow_id": _ENTRY, "step": "extract"}, "token"),
)
"""At least one of every command."""
