"""Does what a model says really stand in what it was given? Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from contracts.money import CURRENCY_WORDS, Currency

_SPACE: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]|[.,]\d)")
_DECORATION: Final = re.compile(
    "|".join(re.escape(word.casefold()) for word in sorted(sum(CURRENCY_WORDS.values(), ()), key=len, reverse=True))
)
_LATIN_WORD: Final = re.compile(r"[a-z]+", re.IGNORECASE)


def normalised(text: str) -> str:
    """The text in one spelling: composed, in lower case, ASCII digits, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
    return _SPACE.sub(" ", digits).strip()


def occurs(quote: str, text: str) -> bool:
    """Whether the text says this, word for word; 100 does not occur in 1,100, in 100.50 or in -100."""
    return _place(normalised(quote), normalised(text)) is not None


def line_with(quote: str, lines: tuple[str, ...]) -> str | None:
    """The first line that says this."""
    return next((line for line in lines if occurs(quote, line)), None)


def _place(quote: str, text: str) -> int | None:
    if not quote:
        return None
    start = text.find(quote)
    while start >= 0:
        if _stands_alone(text, start, start + len(quote)):
            return start
        start = text.find(quote, start + 1)
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the number or Latin word at either end of a quote ends there in the text as well."""
    if text[start].isdigit() and re.search(r"(?:[\w.]|\d,|(?:^|\s|\D)-)$", _latin_only(text[:start])):
        return False
    if text[end - 1].isdigit() and re.match(r"[.,]?\d", text[end:]):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(text[end - 1], after))


def _latin_only(text: str) -> str:
    """The text with Thai letters as spaces: they write no spaces between a word and a number."""
    return re.sub(r"[\u0e01-\u0e4e]", " ", text)


def _joins(left: str, right: str) -> bool:
    return bool(_LATIN_WORD.fullmatch(left) and _LATIN_WORD.fullmatch(right))


def plain_amount(quote: str) -> Decimal | None:
    """The amount of a quote that is one number in digits, with or without a currency; None for anything else."""
    text = _DECORATION.sub(" ", normalised(quote)).replace(".-", " ").replace(",-", " ").strip()
    match = _NUMBER.fullmatch(text)
    return Decimal(text.replace(",", "")) if match else None


def currency_named(currency: Currency, text: str) -> bool:
    """Whether a text says a currency by code, symbol or word."""
    folded = normalised(text)
    return any(_place(word.casefold(), folded) is not None for word in CURRENCY_WORDS[currency])
