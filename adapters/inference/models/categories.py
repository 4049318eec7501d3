"""A purchase to its category, by a model that has to show its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.inference.models.asking import Question
from adapters.inference.models.confidence import settle, trusted
from adapters.inference.models.evidence import occurs
from adapters.inference.models.forms import CategoryForm
from adapters.inference.models.prompts import CATEGORY, fenced
from contracts.readings import Read
from contracts.values import Category, Confidence

if TYPE_CHECKING:
    from adapters.inference.models.asking import Answered, Asker
    from contracts.readings import BackendAnswer
    from workers.ports.inference import Categorization, Purchase

CAPABILITY: Final = "categorization"
MAX_TOKENS: Final = 150
WITHOUT_EVIDENCE: Final = 0.7
"""Of a model's trust, where what it gives as evidence does not stand in the text."""


class ModelCategorization:
    """`Categorization` by a model together with the rules.

    Args:
        asker: the model server.
        rules: answer at once.
        trust: how often this model's categories are right, 0..1.
    """

    def __init__(self, asker: Asker, rules: Categorization, trust: float) -> None:
        self._asker = asker
        self._rules = rules
        self._trust = trust

    async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
        """See `Categorization.categorise`.

        Raises:
            NoAnswerError: the model gave no answer.
        """
        known, told = await self._rules.categorise(purchase)
        said = _said(purchase)
        instructions, material = fenced(CATEGORY, "what is known of one purchase", said)
        answered = await self._asker.ask(Question(CAPABILITY, instructions, material, CategoryForm, MAX_TOKENS))
        return together(known, self._judged(answered, said)), (*told, answered.share)

    def _judged(self, answered: Answered[CategoryForm], said: str) -> Read[Category]:
        form = answered.form
        is_shown = form.evidence is not None and occurs(form.evidence, said)
        sure = trusted(self._trust, answered.certainty) * (1.0 if is_shown else WITHOUT_EVIDENCE)
        evidence = form.evidence if is_shown else None
        return Read(value=form.category, confidence=Confidence(round(sure, 3)), evidence=evidence)


def together(known: Read[Category], model: Read[Category]) -> Read[Category]:
    """What rules and model say together; Miscellaneous says nothing."""
    if model.value is Category.MISCELLANEOUS:
        return known
    return settle(known, model, same=known.value is model.value) or known


def _said(purchase: Purchase) -> str:
    merchant = purchase.merchant
    return purchase.text if not merchant or merchant in purchase.text else f"{merchant}\n{purchase.text}"
