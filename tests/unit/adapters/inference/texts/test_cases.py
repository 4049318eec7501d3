"""The whole reader on everyday and tricky texts; `cases.jsonl` says what a careful person makes of each."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.inference.lexicon.prose import normalise
from adapters.inference.texts.extraction import read_text
from contracts.readings import Read, ReadingContext, TextReading
from contracts.values import PaymentMethod
from workers.ports.errors import RejectionError

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text("utf-8").splitlines()
]
TOLD = [case for case in CASES if "rejected" not in case["expected"]]
REJECTED = [case for case in CASES if "rejected" in case["expected"]]


def _context(case: dict[str, Any]) -> ReadingContext:
    return ReadingContext(reference_date=date.fromisoformat(case["ref_date"]))


def _ids(cases: list[dict[str, Any]]) -> list[str]:
    return [case["id"] for case in cases]


@pytest.mark.parametrize("case", TOLD, ids=_ids(TOLD))
def test_a_text_is_read_as_a_careful_person_reads_it(case: dict[str, Any]) -> None:
    expected, reading = case["expected"], read_text(case["text"], _context(case))
    assert reading.amount.value.amount == Decimal(str(expected["amount"]))
    assert reading.amount.value.currency == expected["currency"]
    assert reading.category.value in [expected["category"], *expected.get("category_alt", [])]
    assert _value(reading.payment_method) == expected["payment_method"]
    assert reading.spent_on.value.isoformat() == (expected["date"] or case["ref_date"])
    assert _value(reading.merchant) == expected["merchant"]
    assert reading.kind == expected.get("type", "purchase")
    if "merchant_canonical" in expected:
        assert reading.merchant_canonical == expected["merchant_canonical"]


@pytest.mark.parametrize("case", REJECTED, ids=_ids(REJECTED))
def test_a_text_without_one_clear_amount_is_rejected_with_its_code(case: dict[str, Any]) -> None:
    with pytest.raises(RejectionError) as refused:
        read_text(case["text"], _context(case))
    assert refused.value.code == case["expected"]["rejected"]


def test_the_evidence_of_every_field_stands_in_the_text() -> None:
    for case in TOLD:
        reading = read_text(case["text"], _context(case))
        for field in (reading.amount, reading.merchant, reading.payment_method, reading.spent_on):
            for word in (field.evidence or "").split() if field else []:
                assert word in normalise(case["text"]), (case["id"], word)


def test_half_of_the_cases_are_thai() -> None:
    thai = sum(case["lang"] == "th" for case in CASES)
    assert len(CASES) / 3 < thai < 2 * len(CASES) / 3


def _value(field: Read[str] | Read[PaymentMethod] | None) -> str | None:
    return None if field is None else str(field.value)


def test_reading_twice_gives_the_same_reading() -> None:
    readings: list[TextReading] = [read_text(case["text"], _context(case)) for case in TOLD]
    assert readings == [read_text(case["text"], _context(case)) for case in TOLD]
