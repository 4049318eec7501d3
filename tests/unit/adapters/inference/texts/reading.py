"""Reading one text for a test: what a caller sees, in short."""

from __future__ import annotations

from datetime import date

from adapters.inference.texts.extraction import read_text
from contracts.readings import ReadingContext
from workers.ports.errors import RejectionError

TODAY = ReadingContext(reference_date=date(2026, 7, 15))


def amount_or_code(text: str) -> str:
    """The amount without trailing zeros, or the code of the refusal."""
    try:
        return f"{read_text(text, TODAY).amount.value.amount.normalize():f}"
    except RejectionError as refused:
        return str(refused.code)
