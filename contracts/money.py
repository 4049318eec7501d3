"""Exact money: currencies of the region and amounts without floats."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from contracts.base import Contract

MAX_AMOUNT: Final = Decimal("999999999999.99")
AMOUNT_PATTERN: Final = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
MAX_TOTAL: Final = Decimal("999999999999999999.99")
TOTAL_PATTERN: Final = r"^-?[0-9]{1,18}(\.[0-9]{1,2})?$"


class Currency(StrEnum):
    """An ISO 4217 code the fleet understands."""

    THB = "THB"
    USD = "USD"
    EUR = "EUR"
    GBP = "GBP"
    SGD = "SGD"
    MYR = "MYR"
    PHP = "PHP"
    JPY = "JPY"

    @property
    def decimals(self) -> int:
        """Digits after the decimal point that the currency has."""
        return 0 if self is Currency.JPY else 2

    @property
    def quantum(self) -> Decimal:
        """The smallest amount, for rounding."""
        return _QUANTA[self]

    @classmethod
    def parse(cls, text: str) -> Currency:
        """Read a code, symbol or word, in any case (``thb``, ``฿``, ``บาท``, ``US$``, ``yen``).

        Raises:
            ValueError: the text names no known currency.
        """
        found = _CURRENCY_WORDS.get(text.strip().casefold())
        if found is None:
            raise ValueError(f"unknown currency {text!r}")
        return found


_QUANTA: Final = {currency: Decimal(1).scaleb(-currency.decimals) for currency in Currency}

CURRENCY_WORDS: Final[dict[Currency, tuple[str, ...]]] = {
    Currency.THB: ("THB", "฿", "บาท", "บ.", "baht", "bath"),
    Currency.USD: ("USD", "US$", "$", "dollar", "dollars", "ดอลลาร์", "ดอลลาร์สหรัฐ", "เหรียญ"),
    Currency.EUR: ("EUR", "€", "euro", "euros", "ยูโร"),
    Currency.GBP: ("GBP", "£", "pound", "pounds", "ปอนด์"),
    Currency.SGD: ("SGD", "S$", "ดอลลาร์สิงคโปร์", "เหรียญสิงคโปร์"),
    Currency.MYR: ("MYR", "RM", "ringgit", "ริงกิต"),
    Currency.PHP: ("PHP", "₱", "peso", "pesos", "เปโซ"),
    Currency.JPY: ("JPY", "¥", "yen", "เยน"),
}
"""The codes, symbols and words that name a currency; the first of each is its ISO code."""

_CURRENCY_WORDS: Final = {word.casefold(): currency for currency, words in CURRENCY_WORDS.items() for word in words}


# What Decimal() would take besides: exponents, underscores, Thai digits. Only plain numbers cross the wire.
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|nan|inf|infinity)", re.IGNORECASE)


def _only_decimal_strings(value: object) -> object:
    if isinstance(value, bool | float | int):
        raise ValueError(  # noqa: TRY004  pydantic turns only ValueError into a named field error
            'an amount is a decimal string such as "120.50", never a JSON number'
        )
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError('is no decimal number such as "120.50"')
    return Decimal(text)


def _finite_and_bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("an amount is finite, neither NaN nor Infinity")
    if value < 0:
        raise ValueError("an amount is not negative")
    if value > MAX_AMOUNT:
        raise ValueError(f"an amount is at most {MAX_AMOUNT}")
    return abs(value)


DecimalAmount = Annotated[
    Decimal,
    Field(allow_inf_nan=True),
    BeforeValidator(_only_decimal_strings),
    AfterValidator(_finite_and_bounded),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN, "examples": ["120.50"]}),
]
"""A finite decimal from 0 to 999,999,999,999.99, a string on the wire."""


def _finite_total(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("a sum is finite, neither NaN nor Infinity")
    if abs(value) > MAX_TOTAL:
        raise ValueError(f"a sum is at most {MAX_TOTAL}")
    return value


Total = Annotated[
    Decimal,
    Field(allow_inf_nan=True),
    BeforeValidator(_only_decimal_strings),
    AfterValidator(_finite_total),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": TOTAL_PATTERN, "examples": ["1250.50"]}),
]
"""A sum over many amounts, or a balance, which may be negative: a string on the wire."""


class Money(Contract):
    """An exact, non-negative amount in one currency.

    Arithmetic and comparison work within one currency only.

    Attributes:
        amount: a decimal string with at most the digits of its currency ("120.50" THB, "1200" JPY).
        currency: the ISO 4217 code.
    """

    amount: DecimalAmount
    currency: Currency

    @model_validator(mode="after")
    def _fits_the_currency(self) -> Money:
        exact = self.amount.quantize(_QUANTA[self.currency])
        if exact != self.amount:
            raise ValueError(f"an amount in {self.currency} has at most {self.currency.decimals} decimals")
        object.__setattr__(self, "amount", exact)
        return self

    @classmethod
    def of(cls, amount: Decimal | str, currency: Currency = Currency.THB) -> Money:
        """Make money from an exact number, rounding half up to the currency's smallest unit.

        Raises:
            ValueError: the number is negative, not finite or too large.
        """
        exact = _finite_and_bounded(Decimal(amount))
        return cls(amount=exact.quantize(currency.quantum, ROUND_HALF_UP), currency=currency)

    def __add__(self, other: Money) -> Money:
        """Sum within one currency."""
        return Money(amount=self.amount + self._same(other), currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        """Difference within one currency; a negative one is refused."""
        return Money(amount=self.amount - self._same(other), currency=self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Multiply, rounding half up to the smallest unit."""
        return Money.of(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        """Compare within one currency."""
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        """Compare within one currency."""
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        """Readable form with thousands separators: ``1,250.00 THB``."""
        return f"{self.amount:,} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency is not self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount
