"""A composed document and what is true of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from contracts.values import PaymentMethod

REFERENCE_DAY = date(2025, 6, 15)
CENT = Decimal("0.01")


@dataclass(slots=True)
class Paper:
    """Rows of cells from left to right, and the truth.

    Attributes:
        heading: which row is printed large.
    """

    rows: list[tuple[str, ...]] = field(default_factory=list)
    heading: int | None = None
    slip: bool = False
    total: Decimal = Decimal(0)
    day: date | None = None
    at: time | None = None
    merchant: str = ""
    tax: Decimal | None = None
    service: Decimal | None = None
    discount: Decimal | None = None
    fee: Decimal | None = None
    payment: PaymentMethod | None = None
    tax_id: str | None = None
    reference: str | None = None
    quantities: list[Decimal] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)


def baht(value: Decimal) -> str:
    return f"{value:,.2f}"


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT)


def price(chance: random.Random, low: int, high: int) -> Decimal:
    """A price as shops set them: round, ending in nine, or with satang."""
    whole = chance.randint(low, high)
    return Decimal(
        chance.choice((whole, whole, whole - whole % 5 or 5, whole + Decimal("0.50"), whole + Decimal("0.75")))
    )


def tax_id(chance: random.Random) -> str:
    digits = "0" + "".join(str(chance.randint(0, 9)) for _ in range(11))
    weighted = sum(int(digit) * (13 - place) for place, digit in enumerate(digits))
    return digits + str((11 - weighted % 11) % 10)


_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_LONG = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]


def some_day(chance: random.Random) -> date:
    return date.fromordinal(REFERENCE_DAY.toordinal() - chance.randint(0, 400))


def some_time(chance: random.Random) -> time:
    return time(chance.randint(7, 22), chance.randint(0, 59))


def thai_day(day: date, chance: random.Random) -> str:
    year = day.year + 543
    return chance.choice(
        (
            f"{day.day:02}/{day.month:02}/{year}",
            f"{day.day:02}/{day.month:02}/{year % 100}",
            f"{day.day}/{day.month}/{year}",
            f"{day.day:02}-{day.month:02}-{year}",
            f"{day:%d/%m/%Y}",
            f"{day.day} {_SHORT[day.month - 1]} {year}",
            f"{day.day} {_SHORT[day.month - 1]} {year % 100}",
            f"{day.day} {_LONG[day.month - 1]} {year}",
        )
    )


def slip_day(day: date, at: time, chance: random.Random) -> str:
    year, month = day.year + 543, _SHORT[day.month - 1]
    return chance.choice(
        (
            f"{day.day} {month} {year % 100} {at:%H:%M} น.",
            f"{day.day:02} {month} {year} - {at:%H:%M}",
            f"{day.day} {month} {year}, {at:%H:%M}",
            f"{day.day} {month} {year} เวลา {at:%H:%M} น.",
            f"{day.day:02}/{day.month:02}/{year} {at:%H:%M}",
        )
    )


def english_day(day: date, chance: random.Random) -> str:
    form = chance.choice(
        ("%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%d/%m/%y", "%d %B %Y", "%Y-%m-%d", "%d-%b-%y", "%b %d, %Y")
    )
    return day.strftime(form)
