"""Sums, days and names in the two languages of the owners."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from contracts.events.outcomes import LocalizedText
from contracts.money import MAX_AMOUNT, Currency, Money

BUDDHIST_ERA: Final = 543

WEEKDAYS_EN: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
WEEKDAYS_TH: Final = ("วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัสบดี", "วันศุกร์", "วันเสาร์", "วันอาทิตย์")
MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_TH: Final = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)


def money(amount: Decimal | float, currency: Currency) -> Money:
    """Money in the currency's smallest unit; nothing for less than nothing, and no more than an amount may be."""
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return Money.of(min(max(exact, Decimal(0)), MAX_AMOUNT.quantize(currency.quantum, "ROUND_DOWN")), currency)


def sum_en(amount: Decimal | float, currency: Currency) -> str:
    """A sum as English readers know it: ``1,250.00 THB``."""
    return str(money(amount, currency))


def sum_th(amount: Decimal | float, currency: Currency) -> str:
    """A sum as Thai readers know it: ``1,250.00 บาท``."""
    exact = money(amount, currency)
    return f"{exact.amount:,} {'บาท' if currency is Currency.THB else currency}"


def day_en(day: date) -> str:
    """A day as English readers know it: ``3 Jan 2026``."""
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def day_th(day: date) -> str:
    """A day as Thai readers know it, in the Buddhist era: ``3 ม.ค. 2569``."""
    return f"{day.day} {MONTHS_TH[day.month - 1]} {day.year + BUDDHIST_ERA}"


def percent(share: float) -> str:
    """A share of 1 in whole percent."""
    return f"{round(100 * share)} %"


def both(english: str, thai: str) -> LocalizedText:
    """A sentence in both languages."""
    return LocalizedText(en=english, th=thai)
