"""What was bought, row by row."""

from __future__ import annotations

import re
from decimal import Decimal
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
    re.compile(r"\b(?P<quantity>\d{1,4}(?:\.\d{1,3})?)\s?[xX@*]\s?(?:[^\d\s]{0,4}\s?[\d,.]+)?$"),
    re.compile(rf"\b(?P<quantity>\d{{1,4}})\s?(?:{_UNITS})\b(?:\s?@?\s?[\d,.]+)?$", re.IGNORECASE),
    re.compile(r"^(?P<quantity>\d{1,3})\s?[xX]?\s(?=\D)"),
)


def read_items(entries: Sequence[Entry], rows: Sequence[Row], currency: Currency) -> tuple[LineItem, ...]:
    """The items with a name and a price. A till that prints the name above the price is understood."""
    items: list[LineItem] = []
    for entry in entries:
        words = _without_price(entry)
        if entry.negative or not 0 < entry.value <= MAX_AMOUNT:
            continue
        quantity, name = _split(words)
        if _letters(name) < MIN_LETTERS and entry.index:
            name = rows[entry.index - 1].text
        if _letters(name) >= MIN_LETTERS:
            items.append(LineItem(description=name[:200], amount=Money.of(entry.value, currency), quantity=quantity))
    return tuple(items)


def _without_price(entry: Entry) -> str:
    """The words of the row up to its last amount, unit price included."""
    end = entry.row.text.rfind(entry.label) + len(entry.label)
    return entry.row.text[:end].strip() if entry.label in entry.row.text else entry.label


def _split(words: str) -> tuple[Decimal, str]:
    for pattern in _QUANTITIES:
        match = pattern.search(words)
        if match and Decimal(match["quantity"]) > 0:
            rest = (words[: match.start()] + words[match.end() :]).strip(" -:.,")
            return Decimal(match["quantity"]), rest
    return Decimal(1), words.strip(" -:.,")


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)
