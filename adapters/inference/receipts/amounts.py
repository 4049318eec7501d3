"""Amounts in a row of a receipt: what is money, and what only looks like it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.money import CURRENCY_WORDS, Currency

_SIGNS: Final = "-\u2212\u2013"
_MAX_BARE_DIGITS: Final = 7


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CODES: Final = [word for words in CURRENCY_WORDS.values() for word in words if word.isupper() or not word.isalnum()]
_WORDS: Final = [word for words in CURRENCY_WORDS.values() for word in words]
_CODE: Final = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join([*(currency.value for currency in Currency), 'RM', 'baht', 'บาท'])})(?![A-Za-z])",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(
    rf"""(?<![0-9.,:/#*\-])
    (?P<sign>[{_SIGNS}]\s?)?
    (?:(?<![A-Za-z])(?P<before>{_alternatives(_CODES)})\s?)?
    (?P<inner>[{_SIGNS}])?
    (?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d+)
    (?:[.,](?P<cents>\d{{2}})|(?P<dash>\.-))?
    (?![0-9]|[.,:/]\d|\s?%|-\d)
    # A price for each litre or piece, be it in "ยาท".
    (?!\s?(?:{_alternatives(_WORDS)}|[\u0e01-\u0e4e]{{3,4}})?\s?/\s?[A-Za-z\u0e00-\u0e7f])
    (?:\s?(?P<after>{_alternatives(_WORDS)})(?![A-Za-z]))?""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that may be money.

    Attributes:
        firm: written as money (cents, thousands groups or a currency); a bare integer is not.
        label: the words before it, from the amount before or the start of the row.
        cents: written with two decimals.
    """

    value: Decimal
    firm: bool
    negative: bool
    currency: Currency | None
    label: str
    cents: bool = True


def amounts_in(text: str) -> tuple[Amount, ...]:
    """The firm amounts of a row, or where it has none its bare integers, with their labels."""
    text = text.replace("--", " ")
    matches = [match for match in _AMOUNT.finditer(text) if not _inside_word(text, match)]
    firm = [match for match in matches if _is_firm(match)]
    found: list[Amount] = []
    start = 0
    for match in firm or matches:
        found.append(_amount(match, text[start : match.start()].strip(), bool(firm)))
        start = match.end()
    return tuple(found)


def currency_said(text: str) -> Currency | None:
    """The currency a row names without an amount beside it, as in ``Amount (THB)``."""
    match = _CODE.search(text)
    return Currency.parse(match.group()) if match else None


def _is_firm(match: re.Match[str]) -> bool:
    named = match["before"] or match["after"] or match["cents"] or match["dash"]
    return bool(named) or "," in match["whole"]


def _inside_word(text: str, match: re.Match[str]) -> bool:
    """Account numbers, model names, barcodes and phone numbers."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    if match["sign"] and before.isalnum():
        return True
    digits = match["whole"]
    padded = digits[0] == "0" and len(digits) > 1
    if match["cents"] or match["before"]:
        return padded
    glued = (before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum()) or after in "-/#"
    return glued or padded or len(digits.replace(",", "")) > _MAX_BARE_DIGITS


def _amount(match: re.Match[str], label: str, firm: bool) -> Amount:  # noqa: FBT001  a fact, not a switch
    word = match["before"] or match["after"]
    whole = match["whole"].replace(",", "")
    return Amount(
        value=Decimal(f"{whole}.{match['cents'] or '00'}"),
        firm=firm,
        negative=bool(match["sign"] or match["inner"]),
        currency=Currency.parse(word) if word else None,
        label=label,
        cents=bool(match["cents"]),
    )
