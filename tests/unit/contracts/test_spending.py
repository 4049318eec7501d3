from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.money import Money
from contracts.readings import LineItem, Processing, Read, ReceiptReading
from contracts.spending import (
    Clearable,
    Description,
    EntryChanges,
    Location,
    MerchantName,
    RawText,
    Reason,
    Source,
    Subcategory,
    Tags,
)
from contracts.values import Category, Confidence, ProcessingMethod

ENTRY = UUID("6f1f9a4e-1d0b-5c52-9a55-0c8f3a1f7b21")


def accepts(annotation: Any, value: object) -> bool:  # noqa: ANN401  any annotation
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("annotation", "longest"),
    [
        (MerchantName, 200),
        (Description, 1_000),
        (Location, 200),
        (RawText, 2_000),
        (Subcategory, 100),
        (Reason, 500),
    ],
)
def test_texts_have_1_to_so_many_characters(annotation: object, longest: int) -> None:
    assert accepts(annotation, "ก")
    assert accepts(annotation, "ก" * longest)
    assert not accepts(annotation, "")
    assert not accepts(annotation, "ก" * (longest + 1))
    assert not accepts(annotation, "\x00")


@pytest.mark.parametrize(
    ("tags", "taken"),
    [
        ([], True),
        ([f"tag {number}" for number in range(10)], True),
        ([f"tag {number}" for number in range(11)], False),
        (["x" * 50], True),
        (["x" * 51], False),
        ([""], False),
        (["Lunch", "lunch"], False),
        (["Straße", "STRASSE"], False),
    ],
)
def test_there_are_up_to_ten_distinct_tags_of_up_to_50_characters(tags: list[str], *, taken: bool) -> None:
    assert accepts(Tags, tags) is taken


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ({}, True),
        ({"kind": "statement", "row": 1}, True),
        ({"kind": "statement", "row": 0}, False),
        ({"command_id": "x" * 200}, True),
        ({"command_id": "x" * 201}, False),
        ({"reference": "x" * 201}, False),
        ({"kind": "telepathy"}, False),
        ({"app": "x"}, False),
    ],
)
def test_a_source_says_where_an_entry_comes_from(source: Mapping[str, object], *, taken: bool) -> None:
    assert accepts(Source, source) is taken


def test_changes_name_what_carries_a_new_value() -> None:
    assert EntryChanges().named() == {}
    assert EntryChanges(category=Category.TRAVEL, tags=()).named() == {"category": Category.TRAVEL, "tags": ()}


def test_what_may_be_cleared_is_what_may_be_absent() -> None:
    fields = RecordSpending.model_fields
    absent = {name for name in EntryChanges.model_fields if fields[name].default in (None, ())}
    assert {*Clearable, "spent_on"} == absent


def test_a_version_counts_from_1() -> None:
    assert DeleteSpending(entry_id=ENTRY, expected_version=1, reason="a").expected_version == 1
    with pytest.raises(ValidationError):
        DeleteSpending(entry_id=ENTRY, expected_version=0, reason="a")


@pytest.mark.parametrize("quantity", ["0.001", "1", "999999999.999"])
def test_a_quantity_is_positive_with_three_decimals(quantity: str) -> None:
    item = LineItem(description="ข้าว", amount=Money.of("1"), quantity=Decimal(quantity))
    assert item.model_dump(mode="json")["quantity"] == quantity


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "10000000000", "NaN", "Infinity"])
def test_other_quantities_are_refused(quantity: str) -> None:
    with pytest.raises(ValidationError):
        LineItem(description="ข้าว", amount=Money.of("1"), quantity=Decimal(quantity))


def test_a_large_quantity_is_written_without_an_exponent() -> None:
    item = LineItem(description="ข้าว", amount=Money.of("1"), quantity=Decimal("1E+2"))
    assert item.model_dump(mode="json")["quantity"] == "100"


@pytest.mark.parametrize("duration", [-0.1, float("nan"), float("inf")])
def test_a_duration_is_a_finite_time(duration: float) -> None:
    with pytest.raises(ValidationError):
        Processing(method=ProcessingMethod.RULES, duration_ms=duration)


def test_evidence_is_clean_and_has_up_to_200_characters() -> None:
    assert Read(value=1, confidence=Confidence(1.0), evidence="65\x00 บาท").evidence == "65 บาท"
    with pytest.raises(ValidationError):
        Read(value=1, confidence=Confidence(1.0), evidence="x" * 201)


def test_readings_of_fields_have_short_names() -> None:
    fields = ReceiptReading.model_fields
    names = {name: str(getattr(fields[name].annotation, "__args__", [None])[0]) for name in ("merchant", "spent_at")}
    assert "ReadMerchant" in names["merchant"]
    assert "ReadLocalTime" in names["spent_at"]
    assert Read[date].__name__ == "ReadDate"
    assert Read[Money].__name__ == "ReadMoney"


@pytest.mark.parametrize(("document", "taken"), [("receipt", True), ("slip", True), ("invoice", False)])
def test_a_document_is_a_receipt_or_a_slip(document: str, *, taken: bool) -> None:
    total = {"value": {"amount": "1", "currency": "THB"}, "confidence": 1}
    assert accepts(ReceiptReading, {"document": document, "total": total, "confidence": 1}) is taken
