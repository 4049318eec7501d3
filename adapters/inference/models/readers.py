"""What quoted words mean, by our own rules: a model finds the words, it never calculates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.inference.models.evidence import plain_amount
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from contracts.readings import ReadingContext, TextReading
    from workers.ports.inference import TextExtraction

_SOME_PURCHASE: Final = "ซื้อของ 1 บาท"
"""A note the rules understand; beside it, words that tell a day are read as in any note."""


class RuleReaders:
    """Reads quotations through the rules for spending texts, which know Buddhist years, Thai months and number words.

    Args:
        texts: the rules; answers at once.
    """

    def __init__(self, texts: TextExtraction) -> None:
        self._texts = texts

    async def day(self, quote: str, context: ReadingContext) -> date | None:
        """The day these words tell; None when they tell none, or one after the reference date."""
        reading = await self._read(f"{_SOME_PURCHASE} {quote}", context)
        if reading is None or reading.spent_on.evidence is None:
            return None
        on = reading.spent_on.value
        return on if on <= context.reference_date else None

    async def amount(self, quote: str, context: ReadingContext) -> Decimal | None:
        """The one amount these words tell; None when they tell none or several."""
        plain = plain_amount(quote)
        if plain is not None:
            return plain
        reading = await self._read(quote, context)
        return None if reading is None else reading.amount.value.amount

    async def _read(self, words: str, context: ReadingContext) -> TextReading | None:
        try:
            return (await self._texts.extract(words, context))[0]
        except RejectionError:
            return None
