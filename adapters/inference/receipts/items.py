"""What was bought, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from contracts.money import MAX_AMOUNT, Money
from contracts.readings import LineItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.receipts.entries import Entry
    from adapters.inference.receipts.rows import Row
    from contracts.money import Currency

MIN_LETTERS: Final = 2
_UNITS: Final = r"ชิ้น|อัน|กล่อง|ขวด|ถุง|แพ็ค|จาน|แก้ว|pcs?|pieces?|ea"
_QUANTITIES: Final = (
    re.compile(r"\s[xX×*]\s?(?P<quantity>\d{1,3})$"),
    re.compile(r"\b(?P<quantity>\d{1,4}(?:\.\d{1,3})?)\s?[xX@*]\s?(?:[^\d\s]{0,4}\s?[\d,.]+)?$"),
    re.compile(rf"\b(?P<quantity>\d{{1,4}})\s?(?:{_UNITS})\b(?:\s?@?\s?[\d,.]+)?$", re.IGNORECASE),
    re.compile(r"^(?P<quantity>\d{1,3})\s?[xX]?\s(?=\D)"),
)


_NUMBER: Final = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.\d{1,3})?(?![\w.,%/])")
_MONEY: Final = re.compile(r"\.\d\d$|,")
_CENT: Final = Decimal("0.01")
_MOST: Final = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of an item's row apart."""

    name: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None


def read_items(entries: Sequence[Entry], rows: Sequence[Row], currency: Currency) -> tuple[LineItem, ...]:
    """The items with a name and a price. A till that prints the name above the price is understood."""
    items: list[LineItem] = []
    for entry in entries:
        if entry.negative or not 0 < entry.value <= MAX_AMOUNT:
            continue
        words = _multiplied(entry) or _split(_without_price(entry))
        name = words.name
        if _letters(name) < MIN_LETTERS and entry.index:
            name = rows[entry.index - 1].text
        if _letters(name) >= MIN_LETTERS:
            items.append(_item(name, words, entry, currency))
    return tuple(items)


def _item(name: str, words: _Words, entry: Entry, currency: Currency) -> LineItem:
    return LineItem(
        description=name[:200],
        amount=Money.of(entry.value, currency),
        quantity=words.quantity,
        unit_price=None if words.unit_price is None else Money.of(words.unit_price, currency),
    )


def _multiplied(entry: Entry) -> _Words | None:
    """Two numbers side by side whose product is the amount are quantity and unit price, whatever stands between."""
    numbers = list(_NUMBER.finditer(entry.row.text))
    for one, other in pairwise(numbers):
        count, each = (one, other) if _MONEY.search(other.group()) or not _MONEY.search(one.group()) else (other, one)
        quantity, unit_price = (Decimal(number.group().replace(",", "")) for number in (count, each))
        if 0 < quantity <= _MOST and unit_price and abs(quantity * unit_price - entry.value) <= _CENT / 2:
            name = f"{entry.row.text[: one.start()]} {_after(entry.row.text[other.end() :])}"
            return _Words(_tidy(name), quantity, unit_price)
    return None


def _after(text: str) -> str:
    """What follows quantity and price, where it is words and not the amount."""
    number = _NUMBER.search(text)
    return text[: number.start()] if number else text


def _without_price(entry: Entry) -> str:
    """The words of the row up to its last amount, unit price included."""
    end = entry.row.text.rfind(entry.label) + len(entry.label)
    return entry.row.text[:end].strip() if entry.label in entry.row.text else entry.label


def _split(words: str) -> _Words:
    for pattern in _QUANTITIES:
        match = pattern.search(words)
        if match and Decimal(match["quantity"]) > 0:
            return _Words(_tidy(words[: match.start()] + words[match.end() :]), Decimal(match["quantity"]))
    return _Words(_tidy(words))


def _tidy(name: str) -> str:
    return re.sub(r"(?:\s+[xX@*])+$|^[xX@*]\s+", "", name.strip(" -:.,@*")).strip(" -:.,@*")


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)
