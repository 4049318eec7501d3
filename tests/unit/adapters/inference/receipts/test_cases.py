"""The tricky receipts and slips: what a careful reader makes of each is written beside it."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.money import Money
from contracts.readings import Read
from tests.unit.adapters.inference.receipts.papers import read

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]


def amount(field: Read[Money] | None) -> Decimal | None:
    return field.value.amount if field else None


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_receipt_is_read_as_a_careful_reader_would(case: dict[str, Any]) -> None:
    expected = case["expected"]
    reading = read(case["text"], date.fromisoformat(case["ref_date"]))

    assert reading.document == case["kind"]
    assert reading.total.value == Money.of(str(expected["amount"]))
    assert (reading.spent_on.value.isoformat() if reading.spent_on else None) == expected["date"]
    assert (reading.payment_method.value if reading.payment_method else None) == expected["payment_method"]
    merchant = reading.merchant_canonical or (reading.merchant.value if reading.merchant else None)
    assert merchant == expected["merchant"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_parts_beside_the_total_are_kept_apart(case: dict[str, Any]) -> None:
    expected = case["expected"]
    reading = read(case["text"], date.fromisoformat(case["ref_date"]))

    parts = {
        "vat": amount(reading.tax),
        "service_charge": amount(reading.service_charge),
        "discount": amount(reading.discount),
        "fee": amount(reading.fee),
    }
    for name, value in parts.items():
        if name in expected:
            assert value == Decimal(str(expected[name])), name
    assert (reading.tax_id.value if reading.tax_id else None) == expected.get("tax_id")
    if "reference" in expected:
        assert reading.reference is not None
        assert reading.reference.value == expected["reference"]
    if "type" in expected:
        assert reading.kind == expected["type"]
