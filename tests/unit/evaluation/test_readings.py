"""What readings say, in the forms that are compared."""

from __future__ import annotations

from datetime import date, time

from contracts.money import Money
from contracts.readings import Read, ReceiptReading, TextReading
from contracts.values import Category, Confidence, Language, PaymentMethod
from workers.evaluation.readings import said_in_receipt, said_in_text

SURE, FAIR = Confidence(0.9), Confidence(0.6)


def test_a_text_says_amount_and_currency_as_surely_as_each_other() -> None:
    reading = TextReading(
        language=Language.THAI,
        amount=Read(value=Money.of("65.00"), confidence=SURE),
        merchant=Read(value="เซเว่น", confidence=FAIR),
        merchant_canonical="7-Eleven",
        category=Read(value=Category.GROCERIES, confidence=FAIR),
        spent_on=Read(value=date(2025, 6, 15), confidence=SURE),
        confidence=FAIR,
    )
    said = said_in_text(reading)
    assert {name: (set(one.forms), one.confidence) for name, one in said.items()} == {
        "amount": ({"65"}, 0.9),
        "currency": ({"THB"}, 0.9),
        "merchant": ({"เซเว่น", "7ELEVEN"}, 0.6),
        "category": ({"Groceries"}, 0.6),
        "date": ({"2025-06-15"}, 0.9),
    }
    assert said["merchant"].shown == "เซเว่น"


def test_a_receipt_says_what_stands_on_it_and_no_more() -> None:
    reading = ReceiptReading(
        total=Read(value=Money.of("1177.00"), confidence=SURE),
        spent_on=Read(value=date(2025, 6, 3), confidence=SURE),
        spent_at=Read(value=time(14, 22, 5), confidence=SURE),
        tax=Read(value=Money.of("77.00"), confidence=FAIR),
        payment_method=Read(value=PaymentMethod.CASH, confidence=FAIR),
        reference=Read(value="ab-12", confidence=SURE),
        confidence=SURE,
    )
    said = said_in_receipt(reading, Read(value=Category.FOOD, confidence=FAIR))
    assert {name: one.shown for name, one in said.items()} == {
        "total": "1177",
        "currency": "THB",
        "date": "2025-06-03",
        "time": "14:22",
        "category": "Food & Dining",
        "payment_method": "Cash",
        "tax": "77",
        "reference": "AB12",
    }
    assert "category" not in said_in_receipt(reading)
