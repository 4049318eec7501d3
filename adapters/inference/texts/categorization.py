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

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        """Judge the category of what is known; Miscellaneous with low confidence where nothing speaks."""
        return as_read(_judged(purchase)), (BackendAnswer(capability="categorization", backend=BACKEND),)


def _judged(purchase: Purchase) -> Judgement:
    if not purchase.merchant:
        return judge(read_prose(purchase.text), None)
    merchant = known_merchant(purchase.merchant)
    if merchant is not None:
        return judge(read_prose(purchase.text), merchant)
    judged = judge(read_prose(f"{purchase.text} {purchase.merchant}"), None)
    by_name = judge(read_prose(purchase.merchant), None)
    # A shop says by its name what it is, and more surely than a single thing it sold; a purpose outranks both.
    named = by_name.category is not Category.MISCELLANEOUS and not judged.category.is_cultural
    return by_name if named else judged


def as_read(judged: Judgement) -> Read[Category]:
    """A judgement as a field of a reading."""
    evidence = None if judged.evidence is None else judged.evidence[:200]
    return Read(value=judged.category, confidence=Confidence(judged.confidence), evidence=evidence)
