"""What was read from a text or an image: every field with its confidence and the evidence it rests on."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, PlainSerializer, WithJsonSchema
from pydantic.fields import FieldInfo

from contracts.base import Contract
from contracts.money import Currency, Money
from contracts.values import (
    DEFAULT_TIME_ZONE,
    Category,
    CleanText,
    Confidence,
    Language,
    LocalTime,
    PaymentMethod,
    PlainText,
    ProcessingMethod,
    TimeZoneName,
    TransactionKind,
)

T = TypeVar("T")

Merchant = Annotated[PlainText, Field(title="Merchant", max_length=200)]
Reference = Annotated[PlainText, Field(title="Reference", max_length=200)]
Quantity = Annotated[
    Decimal,
    Field(gt=0, max_digits=12, decimal_places=3),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,3})?$", "examples": ["2"]}),
]
"""How many or how much of an item, a decimal string on the wire."""

ExactCost = Annotated[
    Decimal,
    Field(ge=0, max_digits=18, decimal_places=9),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})?$", "examples": ["0.000215"]}),
]
"""What calls cost, not rounded to what the currency has coins for: a decimal string on the wire."""


class Read(Contract, Generic[T]):
    """One field as it was read.

    Attributes:
        value: what was understood.
        confidence: how sure that is.
        evidence: the words it rests on, at most 200 characters.
    """

    value: T
    confidence: Confidence
    evidence: Annotated[CleanText, Field(max_length=200)] | None = None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A short name for schemas: ReadMoney, ReadMerchant."""
        return f"Read{_short_name(params[0])}"


def _short_name(annotation: Any) -> str:  # noqa: ANN401  a type or an Annotated, for which typing has no name
    metadata = getattr(annotation, "__metadata__", ())
    titles = [part.title for part in metadata if isinstance(part, FieldInfo) and part.title]
    name: str = titles[0] if titles else getattr(annotation, "__name__", "Value")
    return name[0].upper() + name[1:]


class LineItem(Contract):
    """One line of a receipt.

    Attributes:
        description: what was bought, as printed.
        amount: the price of the whole line.
        quantity: pieces, kilograms or litres; 1 where the receipt does not say.
        unit_price: of one of them, where it is printed and times the quantity gives the amount.
    """

    description: Annotated[CleanText, Field(max_length=200)]
    amount: Money
    quantity: Quantity = Decimal(1)
    unit_price: Money | None = None


class TextReading(Contract):
    """A spending text, understood.

    Attributes:
        kind: which way the money went.
        language: by the share of Thai letters.
        amount: the sum and its currency.
        merchant: as the text says it.
        merchant_canonical: the merchant's usual name where it is known (``เซเว่น`` is 7-Eleven).
        category: judged from merchant and words.
        payment_method: how it was paid, where the text tells.
        spent_on: the date told, or the reference date where none is told (without evidence then).
        note: what was bought, in the text's own words.
        confidence: of the reading as a whole.
    """

    kind: TransactionKind = TransactionKind.PURCHASE
    language: Language
    amount: Read[Money]
    merchant: Read[Merchant] | None = None
    merchant_canonical: Merchant | None = None
    category: Read[Category]
    payment_method: Read[PaymentMethod] | None = None
    spent_on: Read[date]
    note: Annotated[CleanText, Field(max_length=1000)] | None = None
    confidence: Confidence


class ReceiptReading(Contract):
    """A receipt or transfer slip, understood.

    Attributes:
        kind: which way the money went.
        document: receipt or slip (a bank's proof of transfer).
        total: what was paid.
        merchant: as printed; of a slip, the payee.
        merchant_canonical: the merchant's usual name where it is known.
        spent_at: the printed local time.
        subtotal: before tax, service charge and discount.
        service_charge: usually 10 % in restaurants.
        discount: what was taken off, a positive amount.
        payment_method: how it was paid.
        items: the lines that were understood, in order.
        confidence: of the reading as a whole.
        tax: the VAT or GST contained in the total.
        fee: a transfer's fee, which is not part of the total.
        tax_id: the seller's, only when its check digit is right.
        reference: the slip's transaction reference, for finding duplicates.
        sending_bank: the three digits of the bank that sent a slip's money, told by the slip's QR code alone.
        spent_on: the printed date; left out where none could be read.
    """

    kind: TransactionKind = TransactionKind.PURCHASE
    document: Annotated[str, Field(pattern="^(receipt|slip)$")] = "receipt"
    total: Read[Money]
    merchant: Read[Merchant] | None = None
    merchant_canonical: Merchant | None = None
    spent_on: Read[date] | None = None
    spent_at: Read[LocalTime] | None = None
    subtotal: Read[Money] | None = None
    tax: Read[Money] | None = None
    service_charge: Read[Money] | None = None
    discount: Read[Money] | None = None
    fee: Read[Money] | None = None
    payment_method: Read[PaymentMethod] | None = None
    tax_id: Read[Reference] | None = None
    reference: Read[Reference] | None = None
    sending_bank: Read[Reference] | None = None
    items: tuple[LineItem, ...] = ()
    confidence: Confidence


class ReadingContext(Contract):
    """What the caller knows that the text or image does not say.

    Attributes:
        reference_date: the day "today" and "yesterday" count from.
        time_zone: IANA name; receipts and texts tell local time.
        default_currency: the owner's, for an amount without a currency.
    """

    reference_date: date
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB


class BackendAnswer(Contract):
    """One backend's share in a result, or in the attempt at one.

    Attributes:
        capability: what it was asked for: text_recognition, receipt_extraction, text_extraction or categorization.
        backend: its name and version.
        cached: answered from the response cache.
        calls: how often it was asked, retries included.
        cost: what the calls cost; left out for a local engine.
        exact_cost: the same in the same currency, not rounded: a call often costs less than the smallest coin.
        method: how it works, where that is told: ``model`` for a language or vision model.
        step: which of its steps answered, where it has several: for a category by rules purpose, family, merchant,
            words, likeness or nothing.
        unavailable: why it gave no answer that could be used, although it was to be asked. The result is degraded then.
    """

    capability: str
    backend: str
    cached: bool = False
    calls: Annotated[int, Field(ge=0)] = 1
    cost: Money | None = None
    exact_cost: ExactCost | None = None
    method: ProcessingMethod | None = None
    step: Annotated[CleanText, Field(max_length=50)] | None = None
    unavailable: Annotated[CleanText, Field(max_length=300)] | None = None


class Processing(Contract):
    """How a result came about.

    Attributes:
        duration_ms: from the start of the handler to its decision, milliseconds.
        method: which kinds of backends took part.
        backends: each backend's share, in order.
        degraded: a preferred backend was not available; `degraded_reason` says why.
        degraded_reason: which backend, and why not.
    """

    method: ProcessingMethod
    duration_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    backends: tuple[BackendAnswer, ...] = ()
    degraded: bool = False
    degraded_reason: str | None = None
