"""Numbers that name somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.receipts.rows import Row

TAX_ID_DIGITS: Final = 13
_LABEL: Final = re.compile(r"tax\s?id|taxid|\btin\b|tax (?:no|reg)|เลขประจำตัวผู้เสียภาษี|เลขผู้เสียภาษี", re.IGNORECASE)
_THIRTEEN: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12}(?!\d)")


def is_thai_tax_id(digits: str) -> bool:
    """Thirteen digits whose last one checks the others (modulo 11)."""
    if len(digits) != TAX_ID_DIGITS or not digits.isdigit():
        return False
    weighted = sum(int(digit) * (TAX_ID_DIGITS - place) for place, digit in enumerate(digits[:-1]))
    return (11 - weighted % 11) % 10 == int(digits[-1])


def find_tax_id(rows: Sequence[Row]) -> tuple[str, Row] | None:
    """The seller's tax id, only where it is labelled and its check digit is right."""
    for row in rows:
        match = _THIRTEEN.search(row.text) if _LABEL.search(row.text) else None
        digits = re.sub(r"\D", "", match.group()) if match else ""
        if is_thai_tax_id(digits):
            return digits, row
    return None
