"""Receipts without paper: rows of text as the recognition would hand them over."""

import asyncio
import re
from datetime import date

from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.money import Currency
from contracts.readings import BackendAnswer, ReadingContext, ReceiptReading
from contracts.values import PaymentMethod
from workers.ports.inference import Box, RecognisedText, TextLine

REFERENCE = date(2025, 6, 15)
_WORDS = (
    (PaymentMethod.PROMPTPAY, "พร้อมเพย์|promptpay"),
    (PaymentMethod.DIGITAL_WALLET, "wallet"),
    (PaymentMethod.CREDIT_CARD, "visa|mastercard|credit card|บัตรเครดิต"),
    (PaymentMethod.BANK_TRANSFER, "bank transfer|โอน"),
    (PaymentMethod.CASH, r"\bcash\b|เงินสด"),
)
_NAMES = {"7-eleven": "7-Eleven", "makro เชียงใหม่": "Makro"}


def payment_method(words: str) -> PaymentMethod | None:
    return next((method for method, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)), None)


def usual_name(merchant: str) -> str | None:
    return _NAMES.get(merchant.casefold())


def recognised(text: str, confidence: float = 0.99) -> RecognisedText:
    lines = tuple(
        TextLine(row, Box(10, 30 * number, 300, 30 * number + 20), confidence)
        for number, row in enumerate(text.strip("\n").split("\n"))
    )
    answer = BackendAnswer(capability="text_recognition", backend="paper/1")
    return RecognisedText(lines, 320, 30 * len(lines), "image/png", answer)


def read(
    text: str, reference: date = REFERENCE, currency: Currency = Currency.THB, confidence: float = 0.99
) -> ReceiptReading:
    rules = RuleReceiptExtraction(payment_method, usual_name)
    context = ReadingContext(reference_date=reference, default_currency=currency)
    reading, _ = asyncio.run(rules.extract(recognised(text, confidence), context))
    return reading
