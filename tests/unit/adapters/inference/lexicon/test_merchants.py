from __future__ import annotations

import pytest

from adapters.inference.lexicon import canonical_merchant, find_merchant
from adapters.inference.lexicon.data import merchant_rows
from contracts.values import Category


@pytest.mark.parametrize(
    ("text", "written", "canonical"),
    [
        ("ของไหว้ที่บิ๊กซี 2,350", "บิ๊กซี", "Big C"),
        ("7-11 นม 2 กล่อง", "7-11", "7-Eleven"),
        ("coffee at STARBUCKS", "STARBUCKS", "Starbucks"),
        ("เติมดีเซล ปตท. 1.5k", "ปตท.", "PTT"),
        ("paid with LINE Pay at MK", "MK", "MK"),
    ],
)
def test_a_known_merchant_is_found_as_written(text: str, written: str, canonical: str) -> None:
    found = find_merchant(text)
    assert found is not None
    assert (found.written, found.canonical) == (written, canonical)


@pytest.mark.parametrize("text", ["true love", "grab a coffee", "boots for hiking", "บ้านเลขที่ 17-11", "nothing"])
def test_an_everyday_word_is_no_merchant(text: str) -> None:
    assert find_merchant(text) is None


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [
        ("CAFE AMAZ0N", "Café Amazon"),
        ("STARBUCK5 COFFEE", "Starbucks"),
        ("MAKR0 เชียงใหม่", "Makro"),
        ("7-ELEVEN สาขา 01234", "7-Eleven"),
        ("W4TSONS", "Watsons"),
    ],
)
def test_a_misread_name_on_a_receipt_is_recognised(printed: str, canonical: str) -> None:
    found = canonical_merchant(printed)
    assert found is not None
    assert found.canonical == canonical


@pytest.mark.parametrize(
    "printed",
    [
        "SUKI LANNA RESTAURANT",
        "BAAN SUAN FRESH MART",
        "NORTHERN STAR PETROL STATION",
        "SUKI HOUSE",
        "ร้านครัวคุณยาย",
        "บจก. สดใสมาร์ท",
        "AB",
        "",
        "POPULAR BOOK CO.",
    ],
)
def test_an_unknown_name_is_not_bent_to_a_known_one(printed: str) -> None:
    assert canonical_merchant(printed) is None


def test_no_spelling_stands_for_two_merchants_of_different_kinds() -> None:
    kinds: dict[str, set[Category]] = {}
    for spelling, _, category, _ in merchant_rows():
        kinds.setdefault(spelling.removeprefix("="), set()).add(category)
    assert {spelling for spelling, found in kinds.items() if len(found) > 1} == set()
