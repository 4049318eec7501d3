"""The forms models fill in. Every field is required, as some servers demand; what is unknown is null."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.inference.models.asking import Form
from contracts.money import Currency
from contracts.values import Category, PaymentMethod

Words = Annotated[str, Field(max_length=200)]


class SpendingForm(Form):
    """What a text says."""

    amount: Words | None
    currency: Currency | None
    merchant: Words | None
    date: Words | None
    payment: Words | None
    payment_method: PaymentMethod | None
    category: Category


class ReceiptForm(Form):
    """What a receipt or slip says."""

    total: Words | None
    currency: Currency | None
    merchant: Words | None
    date: Words | None
    payment: Words | None
    payment_method: PaymentMethod | None


class CategoryForm(Form):
    """What money was spent on."""

    category: Category
    evidence: Words | None


class TranscriptForm(Form):
    """What is printed in a picture."""

    lines: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=400)]
