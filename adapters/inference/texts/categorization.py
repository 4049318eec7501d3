"""The category of a purchase, by rules: purpose, merchant, words, and else nothing certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.inference.lexicon.merchants import known_merchant
from adapters.inference.lexicon.prose import read_prose
from adapters.inference.lexicon.purposes import Judgement, judge
from contracts.readings import BackendAnswer, Read
from contracts.values import Category, Confidence

if TYPE_CHECKING:
    from workers.ports.inference import Purchase

VERSION: Final = "1"
BACKEND: Final = f"rules/{VERSION}"


class RuleCategorization:
    """Categorization by the lexicon alone; costs nothing and answers always."""

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], BackendAnswer]:
        """Judge the category of what is known; Miscellaneous with low confidence where nothing speaks."""
        merchant = known_merchant(purchase.merchant) if purchase.merchant else None
        words = purchase.text if merchant else " ".join(filter(None, (purchase.text, purchase.merchant)))
        judged = judge(read_prose(words), merchant)
        return as_read(judged), BackendAnswer(capability="categorization", backend=BACKEND)


def as_read(judged: Judgement) -> Read[Category]:
    """A judgement as a field of a reading."""
    evidence = None if judged.evidence is None else judged.evidence[:200]
    return Read(value=judged.category, confidence=Confidence(judged.confidence), evidence=evidence)
