"""A model's words as fields of a reading: only what stands in the material, interpreted by our own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from adapters.inference.models.evidence import line_with, occurs
from contracts.readings import Read
from contracts.values import Confidence, PaymentMethod

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Quotes:
    """Takes a model at its word, where that is a quotation.

    Attributes:
        lines: the material, line by line.
        sure: how sure a field is that is one.
    """

    lines: tuple[str, ...]
    sure: float

    def read(self, value: T, quote: str) -> Read[T] | None:
        """A field whose evidence is the quote; None when that does not stand in the material."""
        line = self.evidence(quote)
        if line is None:
            return None
        return Read(value=value, confidence=Confidence(round(self.sure, 3)), evidence=line[:200])

    def evidence(self, quote: str) -> str | None:
        """The line that holds the quote, or the quote itself where it goes over several lines; None without."""
        line = line_with(quote, self.lines)
        if line is not None:
            return line if len(self.lines) > 1 else quote
        return quote if occurs(quote, "\n".join(self.lines)) else None

    def merchant(self, quote: str | None) -> Read[str] | None:
        """Who was paid."""
        words = " ".join((quote or "").split())
        return self.read(words[:200], words) if words else None

    def payment(self, quote: str | None, method: PaymentMethod | None) -> Read[PaymentMethod] | None:
        """How it was paid."""
        return None if quote is None or method is None else self.read(method, quote)

    def day(self, quote: str | None, on: date | None) -> Read[date] | None:
        """The day; the words are the model's choice, what they mean was read by rules."""
        return None if quote is None or on is None else self.read(on, quote)
