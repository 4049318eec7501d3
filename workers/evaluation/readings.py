"""What a reading says, field by field, in the forms that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from contracts.money import Money
from contracts.readings import Merchant, Read, ReceiptReading, TextReading
from contracts.values import Category
from workers.evaluation.cases import Form, Said
from workers.evaluation.normalising import plain_amount, plain_name

T = TypeVar("T")

_MONEY: Final = ("subtotal", "tax", "service_charge", "discount", "fee")
_WORDS: Final = ("tax_id", "reference")


def said_in_text(reading: TextReading) -> Mapping[str, Said]:
    """What is said of a spending text; what the reading leaves out is missing."""
    said = _paid("amount", reading.amount)
    said |= _read("date", reading.spent_on, str)
    said |= _merchant(reading.merchant, reading.merchant_canonical)
    said |= _read("category", reading.category, str)
    return said | _read("payment_method", reading.payment_method, str)


def said_in_receipt(reading: ReceiptReading, category: Read[Category] | None = None) -> Mapping[str, Said]:
    """The same of a receipt or a slip, whose category is judged by somebody else."""
    said = _paid("total", reading.total)
    said |= _read("date", reading.spent_on, str)
    said |= _read("time", reading.spent_at, lambda time: time.strftime("%H:%M"))
    said |= _merchant(reading.merchant, reading.merchant_canonical)
    said |= _read("category", category, str)
    said |= _read("payment_method", reading.payment_method, str)
    for name in _MONEY:
        said |= _read(name, getattr(reading, name), _amount_form)
    for name in _WORDS:
        said |= _read(name, getattr(reading, name), plain_name)
    return said


def _paid(name: str, read: Read[Money]) -> dict[str, Said]:
    """The amount and its currency, which are read together and as sure as each other."""
    return _read(name, read, _amount_form) | _read("currency", read, lambda money: money.currency.value)


def _merchant(read: Read[Merchant] | None, usual: str | None) -> dict[str, Said]:
    if read is None:
        return {}
    forms: set[Form] = {plain_name(name) for name in (read.value, usual) if name}
    return {"merchant": Said(read.value, frozenset(forms), read.confidence.value)}


def _read(name: str, read: Read[T] | None, form: Callable[[T], str]) -> dict[str, Said]:
    if read is None:
        return {}
    shown = form(read.value)
    return {name: Said(shown, frozenset({shown}), read.confidence.value)}


def _amount_form(money: Money) -> str:
    return plain_amount(money.amount)
