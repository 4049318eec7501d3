from __future__ import annotations

import pytest

from adapters.inference.texts import RuleCategorization
from contracts.values import Category
from workers.ports.inference import Categorization, Purchase


@pytest.mark.parametrize(
    ("text", "merchant", "category", "evidence"),
    [
        ("ของไหว้ตรุษจีน", "Big C", Category.FESTIVAL, "ของไหว้ตรุษจีน"),
        ("ชุดสังฆทาน", "Lotus's", Category.MERIT, "ชุดสังฆทาน"),
        ("ให้แม่", None, Category.FAMILY, "ให้แม่"),
        ("3 อย่าง", "7-ELEVEN", Category.GROCERIES, "7-Eleven"),
        ("ลาเต้เย็น", None, Category.FOOD, "ลาเต้เย็น"),
        ("ข้าวผัด", "Grab", Category.FOOD, "ข้าวผัด"),
        ("ไปทำงาน", "Grab", Category.TRANSPORTATION, "Grab"),
        ("หมอนข้าง", None, Category.SHOPPING, "หมอนข้าง"),
        ("หาหมอ", None, Category.HEALTHCARE, "หาหมอ"),
        ("น้ำมันรถ", None, Category.TRANSPORTATION, "น้ำมัน"),
    ],
)
async def test_purpose_comes_before_merchant_and_merchant_before_words(
    text: str, merchant: str | None, category: Category, evidence: str
) -> None:
    categorization: Categorization = RuleCategorization()
    read, (answer,) = await categorization.categorise(Purchase(text, merchant))
    assert (read.value, read.evidence) == (category, evidence)
    assert read.confidence.is_acceptable
    assert answer.capability == "categorization"


async def test_nothing_known_is_miscellaneous_with_low_confidence() -> None:
    read, _ = await RuleCategorization().categorise(Purchase("abc"))
    assert (read.value, read.evidence) == (Category.MISCELLANEOUS, None)
    assert not read.confidence.is_medium


@pytest.mark.parametrize(
    ("items", "merchant", "category"),
    [
        ("chocolate box", "MERLION GIFT SHOP", Category.SHOPPING),
        ("", "NAKHON LANNA WATERWORKS", Category.BILLS),
        ("cement 50 kg", "CHANG PHUEAK HARDWARE CO., LTD.", Category.SHOPPING),
        ("ชุดสังฆทาน", "BAAN GIFT SHOP", Category.MERIT),
    ],
)
async def test_an_unknown_shop_is_what_its_name_says_unless_a_purpose_outranks_it(
    items: str, merchant: str, category: Category
) -> None:
    read, _ = await RuleCategorization().categorise(Purchase(f"{merchant}\n{items}", merchant))
    assert read.value is category
