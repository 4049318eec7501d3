"""Commands as producers send them, Thai and English."""

import base64
from datetime import date, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.insights import AnalyzeSpending, Budget, ForecastSpending
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.commands.texts import ParseText, TextKind
from contracts.examples.base import Example
from contracts.mappings import MappingMatch, ReviewDecision
from contracts.money import Currency, Money
from contracts.spending import Clearable, EntryChanges, Source, SourceKind
from contracts.values import (
    Category,
    Confidence,
    ImageReference,
    InlineImage,
    PaymentMethod,
    ProcessingMethod,
)

ENTRY_ID: Final = UUID("6f1f9a4e-1d0b-5c52-9a55-0c8f3a1f7b21")
OTHER_ENTRY_ID: Final = UUID("7b0c2f51-8e6d-5a43-8d17-2f9e4c6b1a05")
MAPPING_ID: Final = UUID("3a0f6c0e-94ab-5f0e-8a35-1c7c6f0f9b42")
IMAGE_SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_PIXEL: Final = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c63f8ffff3f0005fe02fea735819c0000000049454e44ae426082"
    )
)
"""The smallest PNG there is, so that the example stays readable."""

COMMAND_EXAMPLES: Final = (
    Example("a Thai note", ParseText(text="กาแฟอเมซอน 65 บาท เมื่อวาน", reference_date=date(2026, 1, 15))),
    Example(
        "an English voice transcript of a traveller",
        ParseText(
            text="lunch at Maxwell Food Centre eighteen dollars fifty by card",
            kind=TextKind.VOICE,
            reference_date=date(2026, 1, 15),
            time_zone="Asia/Singapore",
            default_currency=Currency.SGD,
        ),
    ),
    Example(
        "a receipt in the object store",
        ExtractReceipt(
            image=ImageReference(kind="reference", key="acme/2026/01/receipt-1.jpg", sha256=IMAGE_SHA256),
            reference_date=date(2026, 1, 15),
        ),
    ),
    Example("a picture in the message", ExtractReceipt(image=InlineImage(kind="inline", data=_PIXEL))),
    Example(
        "what a person typed",
        RecordSpending(
            amount=Money(amount=Decimal("120.50"), currency=Currency.THB),
            merchant="ร้านก๋วยเตี๋ยวเรือ",
            category=Category.FOOD,
            payment_method=PaymentMethod.PROMPTPAY,
            spent_on=date(2026, 1, 14),
            spent_at=time(12, 40),
            tags=("มื้อเที่ยง", "office"),
        ),
    ),
    Example(
        "what was read from a text",
        RecordSpending(
            entry_id=ENTRY_ID,
            amount=Money(amount=Decimal(1200), currency=Currency.JPY),
            merchant="FamilyMart",
            description="snacks for the train",
            spent_on=date(2026, 1, 14),
            time_zone="Asia/Tokyo",
            category=Category.GROCERIES,
            subcategory="Snacks",
            location="Shinjuku",
            raw_text="familymart snacks 1200 yen",
            confidence=Confidence(0.86),
            processing_method=ProcessingMethod.RULES,
            source=Source(kind=SourceKind.TEXT, command_id="01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"),
        ),
    ),
    Example(
        "another category and no location",
        CorrectSpending(
            entry_id=ENTRY_ID,
            expected_version=1,
            changes=EntryChanges(category=Category.TRAVEL, description="ขนมบนรถไฟ"),
            clear=(Clearable.LOCATION,),
        ),
    ),
    Example(
        "a better reading",
        EnhanceSpending(
            entry_id=ENTRY_ID,
            changes=EntryChanges(merchant="FamilyMart Shinjuku West"),
            confidence=Confidence(0.95),
            processing_method=ProcessingMethod.RULES_MODEL,
        ),
    ),
    Example("what a purchase is", CategorizeSpending(text="ข้าวกล่อง น้ำเปล่า", merchant="ร้านป้าแดง")),
    Example(
        "a shop and its other name",
        TeachMapping(text="ร้านป้าแดง", aliases=("Pa Daeng Kitchen",), category=Category.FAMILY, subcategory="ค่าอาหารแม่"),
    ),
    Example(
        "words wherever they stand, and a pattern",
        TeachMapping(
            text="grab to office",
            match=MappingMatch.PHRASE,
            patterns=(r"\bgrab\b.*\b(office|work)\b",),
            category=Category.TRANSPORTATION,
            priority=80,
        ),
    ),
    Example(
        "a candidate for everybody",
        ReviewMapping(
            mapping_id=MAPPING_ID, decision=ReviewDecision.APPROVE, reviewer="nok@example.com", expected_version=1
        ),
    ),
    Example(
        "the last 90 days, with two budgets",
        AnalyzeSpending(
            days=90,
            reference_date=date(2026, 1, 15),
            budgets=(
                Budget(monthly=Money(amount=Decimal(25000), currency=Currency.THB)),
                Budget(category=Category.FOOD, monthly=Money(amount=Decimal(6000), currency=Currency.THB)),
            ),
        ),
    ),
    Example("the next 30 days of somebody in Japan", ForecastSpending(days=30, time_zone="Asia/Tokyo")),
    Example("two rides, not one told twice", DistinguishSpending(entry_id=ENTRY_ID, other_id=OTHER_ENTRY_ID)),
    Example("recorded twice", DeleteSpending(entry_id=ENTRY_ID, expected_version=3, reason="บันทึกซ้ำ")),
)
"""At least one of every command."""
