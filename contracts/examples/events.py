"""Outcome events as consumers receive them."""

from datetime import date, time
from decimal import Decimal
from typing import Final

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.events.receipts import ImageFacts, ReceiptExtracted, ReceiptFailed, ReceiptRejected
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingDistinguished,
    SpendingEnhanced,
    SpendingFailed,
    SpendingRecorded,
    SpendingRejected,
)
from contracts.events.texts import TextFailed, TextParsed, TextRejected
from contracts.examples.base import Example
from contracts.examples.categories import CATEGORY_EVENTS
from contracts.examples.commands import ENTRY_ID, IMAGE_SHA256, OTHER_ENTRY_ID
from contracts.examples.insights import INSIGHT_EXAMPLES
from contracts.money import Currency, Money
from contracts.readings import BackendAnswer, LineItem, Processing, Read
from contracts.spending import (
    Clearable,
    DuplicateReason,
    DuplicateStrength,
    EntryChanges,
    PossibleDuplicate,
    Source,
    SourceKind,
)
from contracts.values import (
    DEFAULT_TIME_ZONE,
    Category,
    Confidence,
    Language,
    PaymentMethod,
    ProcessingMethod,
)

_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"


def _baht(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency=Currency.THB)


def _dead_letter(area: str, offset: int) -> DeadLetter:
    return DeadLetter(
        topic=f"poon.{area}.dlt",
        original_topic=f"poon.{area}.commands",
        original_partition=3,
        original_offset=offset,
    )


_TEXTS: Final = (
    Example(
        "a Thai note, understood by rules",
        TextParsed(
            language=Language.THAI,
            amount=Read(value=_baht("65.00"), confidence=Confidence(0.97), evidence="65 บาท"),
            merchant=Read(value="กาแฟอเมซอน", confidence=Confidence(0.9), evidence="กาแฟอเมซอน"),
            merchant_canonical="Café Amazon",
            category=Read(value=Category.FOOD, confidence=Confidence(0.93), evidence="กาแฟ"),
            spent_on=Read(value=date(2026, 1, 14), confidence=Confidence(0.95), evidence="เมื่อวาน"),
            note="กาแฟ",
            confidence=Confidence(0.94),
            processing=Processing(
                method=ProcessingMethod.RULES,
                duration_ms=3.2,
                backends=(BackendAnswer(capability="text_extraction", backend="rules/1"),),
            ),
        ),
    ),
    Example(
        "a text without an amount",
        TextRejected(
            command_type=ParseText.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.NO_AMOUNT,
            message=LocalizedText.of(ErrorCode.NO_AMOUNT),
            field="text",
            reason="no number with or without a currency",
        ),
    ),
    Example(
        "a record that is no JSON",
        TextRejected(
            command_id="poon.texts.commands:3:1289",
            code=ErrorCode.MALFORMED_MESSAGE,
            message=LocalizedText.of(ErrorCode.MALFORMED_MESSAGE),
            reason="Invalid JSON: expected value at line 1 column 1",
            dead_letter=_dead_letter("texts", 1289),
        ),
    ),
    Example(
        "every backend gone",
        TextFailed(
            command_type=ParseText.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.BACKEND_UNAVAILABLE,
            message=LocalizedText.of(ErrorCode.BACKEND_UNAVAILABLE),
            reason="text_extraction: no backend answered",
            dead_letter=_dead_letter("texts", 1290),
            attempts=5,
        ),
    ),
)

_RECEIPTS: Final = (
    Example(
        "a restaurant bill",
        ReceiptExtracted(
            document="receipt",
            image=ImageFacts(sha256=IMAGE_SHA256, media_type="image/jpeg", size=183_204),
            total=Read(value=_baht("470.80"), confidence=Confidence(0.96), evidence="ยอดสุทธิ 470.80"),
            merchant=Read(value="ครัวคุณยาย", confidence=Confidence(0.9), evidence="ครัวคุณยาย"),
            spent_on=Read(value=date(2026, 1, 14), confidence=Confidence(0.95), evidence="14/01/2569"),
            spent_at=Read(value=time(12, 40), confidence=Confidence(0.95), evidence="12:40"),
            subtotal=Read(value=_baht("400.00"), confidence=Confidence(0.9)),
            service_charge=Read(value=_baht("40.00"), confidence=Confidence(0.9)),
            tax=Read(value=_baht("30.80"), confidence=Confidence(0.9), evidence="VAT 7% 30.80"),
            payment_method=Read(value=PaymentMethod.QR_CODE, confidence=Confidence(0.85), evidence="Thai QR"),
            tax_id=Read(value="0105556000017", confidence=Confidence(0.99), evidence="TAX ID 0105556000017"),
            items=(
                LineItem(description="ผัดไทยกุ้งสด", amount=_baht("240.00"), quantity=Decimal(2)),
                LineItem(description="ต้มยำปลา", amount=_baht("160.00")),
            ),
            category=Read(value=Category.FOOD, confidence=Confidence(0.95), evidence="ผัดไทย"),
            lines=14,
            confidence=Confidence(0.93),
            processing=Processing(
                method=ProcessingMethod.OCR_RULES,
                duration_ms=1240.0,
                backends=(
                    BackendAnswer(capability="text_recognition", backend="local-ocr/1"),
                    BackendAnswer(capability="receipt_extraction", backend="rules/1"),
                    BackendAnswer(capability="categorization", backend="rules/1", cached=True, calls=0),
                ),
            ),
        ),
    ),
    Example(
        "a transfer slip",
        ReceiptExtracted(
            document="slip",
            image=ImageFacts(sha256=IMAGE_SHA256, media_type="image/png", size=98_120),
            total=Read(value=_baht("1500.00"), confidence=Confidence(0.97), evidence="1,500.00 บาท"),
            merchant=Read(value="วัดบวรนิเวศ", confidence=Confidence(0.9), evidence="ไปยัง วัดบวรนิเวศ"),
            fee=Read(value=_baht("0.00"), confidence=Confidence(0.9), evidence="ค่าธรรมเนียม 0.00"),
            payment_method=Read(value=PaymentMethod.MOBILE_BANKING, confidence=Confidence(0.9)),
            reference=Read(value="2026011412400099123", confidence=Confidence(0.95)),
            category=Read(value=Category.TEMPLE, confidence=Confidence(0.9), evidence="วัด"),
            lines=9,
            confidence=Confidence(0.92),
            processing=Processing(
                method=ProcessingMethod.OCR_RULES_MODEL,
                duration_ms=980.5,
                backends=(
                    BackendAnswer(capability="text_recognition", backend="local-ocr/1"),
                    BackendAnswer(
                        capability="receipt_extraction",
                        backend="openai/gpt-5-mini",
                        cost=Money.of("0.00", Currency.USD),
                        exact_cost=Decimal("0.00041"),
                        method=ProcessingMethod.MODEL,
                    ),
                    BackendAnswer(capability="receipt_extraction", backend="rules/1"),
                    BackendAnswer(capability="categorization", backend="rules/1"),
                    BackendAnswer(
                        capability="categorization",
                        backend="ollama/qwen3:8b",
                        calls=2,
                        method=ProcessingMethod.MODEL,
                        unavailable="cannot be reached",
                    ),
                ),
                degraded=True,
                degraded_reason="categorization: ollama/qwen3:8b cannot be reached",
            ),
        ),
    ),
    Example(
        "a damaged file",
        ReceiptRejected(
            command_type=ExtractReceipt.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.IMAGE_UNREADABLE,
            message=LocalizedText.of(ErrorCode.IMAGE_UNREADABLE),
            field="image",
            reason="the JPEG ends before its end marker",
        ),
    ),
    Example(
        "the image store gone",
        ReceiptFailed(
            command_type=ExtractReceipt.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.STORAGE_UNAVAILABLE,
            message=LocalizedText.of(ErrorCode.STORAGE_UNAVAILABLE),
            reason="the store did not answer",
            dead_letter=_dead_letter("receipts", 77),
            attempts=5,
        ),
    ),
)

_SPENDING: Final = (
    Example(
        "a new entry",
        SpendingRecorded(
            entry_id=ENTRY_ID,
            version=1,
            amount=Money(amount=Decimal(1200), currency=Currency.JPY),
            merchant="FamilyMart",
            description="snacks for the train",
            spent_on=date(2026, 1, 14),
            time_zone="Asia/Tokyo",
            category=Category.GROCERIES,
            location="Shinjuku",
            tags=("trip",),
            raw_text="familymart snacks 1200 yen",
            confidence=Confidence(0.86),
            processing_method=ProcessingMethod.RULES,
            source=Source(kind=SourceKind.TEXT, command_id=_COMMAND_ID),
        ),
    ),
    Example(
        "a Thai entry, typed by hand",
        SpendingRecorded(
            entry_id=ENTRY_ID,
            version=1,
            amount=_baht("120.50"),
            merchant="ร้านก๋วยเตี๋ยวเรือ",
            spent_on=date(2026, 1, 14),
            spent_at=time(12, 40),
            time_zone=DEFAULT_TIME_ZONE,
            category=Category.FOOD,
            payment_method=PaymentMethod.PROMPTPAY,
            confidence=Confidence(1.0),
            processing_method=ProcessingMethod.MANUAL,
            source=Source(),
        ),
    ),
    Example(
        "a corrected category",
        SpendingCorrected(
            entry_id=ENTRY_ID,
            version=2,
            changes=EntryChanges(category=Category.TRAVEL, description="ขนมบนรถไฟ"),
            cleared=(Clearable.LOCATION,),
        ),
    ),
    Example(
        "a better merchant",
        SpendingEnhanced(
            entry_id=ENTRY_ID,
            version=3,
            changes=EntryChanges(merchant="FamilyMart Shinjuku West"),
            confidence=Confidence(0.95),
            processing_method=ProcessingMethod.RULES_MODEL,
        ),
    ),
    Example(
        "a slip that was sent twice",
        SpendingRecorded(
            entry_id=ENTRY_ID,
            version=1,
            amount=_baht("450"),
            merchant="ร้านป้าแดง",
            spent_on=date(2026, 1, 14),
            spent_at=time(18, 5),
            time_zone=DEFAULT_TIME_ZONE,
            category=Category.FOOD,
            payment_method=PaymentMethod.BANK_TRANSFER,
            confidence=Confidence(0.92),
            processing_method=ProcessingMethod.OCR_RULES,
            source=Source(kind=SourceKind.RECEIPT, reference="014180553BPM01234"),
            possible_duplicates=(
                PossibleDuplicate(
                    entry_id=OTHER_ENTRY_ID,
                    reason=DuplicateReason.SAME_REFERENCE,
                    strength=DuplicateStrength.STRONG,
                ),
            ),
        ),
    ),
    Example("two purchases", SpendingDistinguished(entry_id=ENTRY_ID, other_id=OTHER_ENTRY_ID, version=1)),
    Example("a deleted entry", SpendingDeleted(entry_id=ENTRY_ID, version=4, reason="บันทึกซ้ำ")),
    Example(
        "somebody else was faster",
        SpendingRejected(
            command_type=CorrectSpending.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.VERSION_CONFLICT,
            message=LocalizedText.of(ErrorCode.VERSION_CONFLICT),
            field="expected_version",
            reason="expected version 1, the entry is at 3",
            current_version=3,
        ),
    ),
    Example(
        "never stored",
        SpendingFailed(
            command_type=RecordSpending.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INTERNAL_ERROR,
            message=LocalizedText.of(ErrorCode.INTERNAL_ERROR),
            reason="unexpected ZeroDivisionError",
            dead_letter=_dead_letter("spending", 4711),
            attempts=3,
        ),
    ),
)

EVENT_EXAMPLES: Final = (*_RECEIPTS, *_TEXTS, *_SPENDING, *CATEGORY_EVENTS, *INSIGHT_EXAMPLES)
"""At least one of every event."""
