"""Shared value objects: confidence, categories, payment methods, images, texts and identities."""

from __future__ import annotations

import base64
import binascii
import math
import unicodedata
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, EncodedBytes, EncoderProtocol, Field, RootModel, WithJsonSchema

from contracts.base import StrictContract

MAX_IMAGE_BYTES: Final = 10 * 1024 * 1024
MAX_INLINE_IMAGE_BYTES: Final = 512 * 1024
MAX_SPENDING_TEXT: Final = 2_000
MAX_DOCUMENT_TEXT: Final = 10_000
DEFAULT_TIME_ZONE: Final = "Asia/Bangkok"

HIGH_CONFIDENCE: Final = 0.8
ACCEPTABLE_CONFIDENCE: Final = 0.7
MEDIUM_CONFIDENCE: Final = 0.6


class Confidence(RootModel[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]], frozen=True):
    """How sure an answer is, 0..1. Calibrated: of the answers given with 0.9, nine in ten are right."""

    @property
    def value(self) -> float:
        """The bare number."""
        return self.root

    @property
    def is_high(self) -> bool:
        """At least 0.8."""
        return self.root >= HIGH_CONFIDENCE

    @property
    def is_acceptable(self) -> bool:
        """At least 0.7."""
        return self.root >= ACCEPTABLE_CONFIDENCE

    @property
    def is_medium(self) -> bool:
        """At least 0.6."""
        return self.root >= MEDIUM_CONFIDENCE

    @classmethod
    def combine(cls, *parts: Confidence) -> Confidence:
        """The geometric mean, so that one weak part weakens the whole.

        Raises:
            ValueError: nothing to combine.
        """
        if not parts:
            raise ValueError("nothing to combine")
        product = math.prod(part.root for part in parts)
        return cls(min(1.0, product ** (1 / len(parts))))


class Category(StrEnum):
    """What money was spent on."""

    FOOD = "Food & Dining"
    TRANSPORTATION = "Transportation"
    GROCERIES = "Groceries"
    SHOPPING = "Shopping"
    ENTERTAINMENT = "Entertainment"
    HEALTHCARE = "Healthcare"
    BILLS = "Bills & Utilities"
    TRAVEL = "Travel"
    EDUCATION = "Education"
    FAMILY = "Family Obligations"
    MERIT = "Merit Making"
    FESTIVAL = "Festival Expenses"
    TEMPLE = "Temple Donations"
    MISCELLANEOUS = "Miscellaneous"

    @property
    def thai(self) -> str:
        """The Thai name."""
        return _CATEGORY_THAI[self]

    @property
    def is_cultural(self) -> bool:
        """Whether it is an obligation of Thai culture."""
        return self in {Category.FAMILY, Category.MERIT, Category.FESTIVAL, Category.TEMPLE}

    @property
    def is_essential(self) -> bool:
        """Whether daily life needs it."""
        return self in {
            Category.FOOD,
            Category.GROCERIES,
            Category.HEALTHCARE,
            Category.BILLS,
            Category.TRANSPORTATION,
        }


_CATEGORY_THAI: Final = {
    Category.FOOD: "อาหารและเครื่องดื่ม",
    Category.TRANSPORTATION: "การเดินทาง",
    Category.GROCERIES: "ของใช้ประจำวัน",
    Category.SHOPPING: "ช้อปปิ้ง",
    Category.ENTERTAINMENT: "บันเทิง",
    Category.HEALTHCARE: "การดูแลสุขภาพ",
    Category.BILLS: "ค่าบิลและสาธารณูปโภค",
    Category.TRAVEL: "ท่องเที่ยว",
    Category.EDUCATION: "การศึกษา",
    Category.FAMILY: "ภาระครอบครัว",
    Category.MERIT: "การทำบุญ",
    Category.FESTIVAL: "ค่าใช้จ่ายเทศกาล",
    Category.TEMPLE: "บริจาควัด",
    Category.MISCELLANEOUS: "อื่นๆ",
}


class PaymentMethod(StrEnum):
    """How money was paid."""

    CASH = "Cash"
    CREDIT_CARD = "Credit Card"
    DEBIT_CARD = "Debit Card"
    BANK_TRANSFER = "Bank Transfer"
    PROMPTPAY = "PromptPay"
    MOBILE_BANKING = "Mobile Banking"
    DIGITAL_WALLET = "Digital Wallet"
    QR_CODE = "QR Code"
    OTHER = "Other"

    @property
    def thai(self) -> str:
        """The Thai name."""
        return _PAYMENT_THAI[self]


_PAYMENT_THAI: Final = {
    PaymentMethod.CASH: "เงินสด",
    PaymentMethod.CREDIT_CARD: "บัตรเครดิต",
    PaymentMethod.DEBIT_CARD: "บัตรเดบิต",
    PaymentMethod.BANK_TRANSFER: "โอนเงิน",
    PaymentMethod.PROMPTPAY: "พร้อมเพย์",
    PaymentMethod.MOBILE_BANKING: "แอปธนาคาร",
    PaymentMethod.DIGITAL_WALLET: "กระเป๋าเงินดิจิทัล",
    PaymentMethod.QR_CODE: "คิวอาร์โค้ด",
    PaymentMethod.OTHER: "อื่นๆ",
}


class TransactionKind(StrEnum):
    """What kind of money movement a text or document tells of."""

    PURCHASE = "purchase"
    REFUND = "refund"
    WALLET_TOPUP = "wallet_topup"
    VOID = "void"


class ProcessingMethod(StrEnum):
    """How a result came about."""

    MANUAL = "manual"
    RULES = "rules"
    OCR_RULES = "ocr+rules"
    MODEL = "model"
    RULES_MODEL = "rules+model"
    OCR_MODEL = "ocr+model"
    OCR_RULES_MODEL = "ocr+rules+model"
    BATCH = "batch"


_THAI_CHARACTERS: Final = frozenset(map(chr, range(0x0E01, 0x0E5C)))


class Language(StrEnum):
    """The language of a text by its share of Thai letters."""

    THAI = "th"
    ENGLISH = "en"
    MIXED = "mixed"

    @classmethod
    def of(cls, text: str) -> Language:
        """Judge by the share of Thai letters among Thai and Latin: > 0.7 Thai, > 0.1 mixed, else English."""
        thai = sum(map(_THAI_CHARACTERS.__contains__, text))
        latin = sum(map(str.isalpha, filter(str.isascii, text)))
        share = thai / (thai + latin) if thai + latin else 0.0
        if share > 0.7:  # noqa: PLR2004  the domain's own threshold
            return cls.THAI
        return cls.MIXED if share > 0.1 else cls.ENGLISH  # noqa: PLR2004


def clean_text(text: str) -> str:
    """NFC-normalise, write every line end as a line feed, drop other control characters and strip.

    Databases refuse NUL, and what is compared has one form only.
    """
    if not text.isprintable():  # else it holds no control character
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) != "Cc")
    return unicodedata.normalize("NFC", text).strip()


def normalise_text(text: str) -> str:
    """The clean text.

    Raises:
        ValueError: nothing is left of it.
    """
    clean = clean_text(text)
    if not clean:
        raise ValueError("a text is not blank")
    return clean


CleanText = Annotated[str, AfterValidator(clean_text)]
"""Text without control characters, NFC; may be empty."""

PlainText = Annotated[str, Field(min_length=1), AfterValidator(normalise_text)]
"""Text without control characters, NFC and not blank. Lengths are counted after that."""

SpendingText = Annotated[PlainText, Field(max_length=MAX_SPENDING_TEXT)]
"""A spending text or transcript: not blank, at most 2,000 characters, NFC."""


@cache
def _time_zones() -> frozenset[str]:
    """The zones of this machine; cached because looking walks the whole time zone folder."""
    return frozenset(available_timezones())


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("is no IANA time zone such as Asia/Bangkok")
    return name


TimeZoneName = Annotated[str, Field(max_length=64, examples=["Asia/Bangkok"]), AfterValidator(_known_time_zone)]
"""An IANA time zone such as Asia/Bangkok."""


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a local time has no offset; the time zone is a field of its own")
    return value


LocalTime = Annotated[
    time,
    Field(title="LocalTime"),
    AfterValidator(_without_offset),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$",
            "examples": ["12:40:00"],
        }
    ),
]
"""A time of day as a clock on the wall shows it."""

TENANT_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
OWNER_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"
REPLY_TOPIC_PATTERN: Final = r"^poon\.replies\.[a-z0-9][a-z0-9-]{0,62}$"
SHA256_PATTERN: Final = r"^[0-9a-f]{64}$"

Sha256 = Annotated[str, Field(pattern=SHA256_PATTERN)]

MonthName = Annotated[str, Field(pattern=r"^(19|[2-8][0-9])[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-01"])]
"""A calendar month, of the years 1900 to 8999."""
"""The lower-case hexadecimal SHA-256 of some bytes: an image's identity."""


class Base64(EncoderProtocol):
    """RFC 4648 base64, wrapped lines allowed; anything else in it is refused instead of skipped."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        """The bytes.

        Raises:
            ValueError: it is no base64.
        """
        try:
            return base64.b64decode(b"".join(data.split()), validate=True)
        except binascii.Error:
            raise ValueError("is no base64") from None

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        """The text."""
        return base64.b64encode(value)


InlineBytes = Annotated[
    bytes,
    EncodedBytes(encoder=Base64),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "minLength": 4}),
]
"""A file's bytes in the message itself."""

StoreKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,511}$")]
"""Where a file is kept in the fleet's object store."""


def inline_limit(most: int, article: str, what: str) -> AfterValidator:
    """Refuses a file that is empty, or too large for a message; says so with its name and article."""

    def within(data: bytes) -> bytes:
        if not data:
            raise ValueError(f"{article} {what} has at least 1 byte")
        if len(data) > most:
            raise ValueError(f"an inline {what} has at most {most} bytes, send a larger one by reference")
        return data

    return AfterValidator(within)


class InlineImage(StrictContract):
    """An image carried in the message itself, base64, at most 512 KiB.

    Attributes:
        kind: tells the two ways of sending an image apart.
        data: the file's bytes: JPEG, PNG, WebP, GIF, BMP, TIFF or PDF, in base64.
    """

    kind: Literal["inline"] = "inline"
    data: Annotated[InlineBytes, inline_limit(MAX_INLINE_IMAGE_BYTES, "an", "image")]


class ImageReference(StrictContract):
    """An image in the fleet's object store, named by key and checked by its SHA-256.

    Attributes:
        kind: tells the two ways of sending an image apart.
        key: where it is kept.
        sha256: what it must hash to.
    """

    kind: Literal["reference"] = "reference"
    key: Annotated[StoreKey, Field(examples=["acme/2026/r-1.jpg"])]
    sha256: Sha256


Image = Annotated[InlineImage | ImageReference, Field(discriminator="kind")]
"""An image by value or by reference."""
