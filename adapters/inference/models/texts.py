"""Spending texts to fields, by a model whose every word is checked against the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from adapters.inference.models.asking import Question
from adapters.inference.models.confidence import SUREST, doubted, settle, trusted
from adapters.inference.models.evidence import currency_named
from adapters.inference.models.forms import SpendingForm
from adapters.inference.models.prompts import TEXT, fenced
from adapters.inference.models.quotes import Quotes
from adapters.inference.models.readers import RuleReaders
from adapters.inference.texts.extraction import understand
from contracts.errors import ErrorCode
from contracts.money import MAX_AMOUNT, Money
from contracts.readings import Read, TextReading
from contracts.values import Category, Confidence, Language
from workers.ports.errors import NothingFoundError, RejectionError

if TYPE_CHECKING:
    from decimal import Decimal

    from adapters.inference.models.asking import Answered, Asker
    from contracts.money import Currency
    from contracts.readings import BackendAnswer, ReadingContext
    from workers.ports.inference import TextExtraction

T = TypeVar("T")

CAPABILITY: Final = "text_extraction"
MAX_TOKENS: Final = 400
DATE_NOT_TOLD: Final = 0.9
"""How sure the reference date is where a text tells no day, as by the rules."""

WITHOUT_EVIDENCE: Final = 0.8
"""Of a model's trust, for a category: it is a judgement, which no quotation proves."""


class ModelTextExtraction:
    """`TextExtraction` by a model together with the rules.

    Args:
        asker: the model server.
        rules: the rules; answer at once. What they refuse for what a text says (several purchases, a negative amount)
            stays refused.
        trust: how often this model's fields are right, 0..1.
    """

    def __init__(self, asker: Asker, rules: TextExtraction, trust: float) -> None:
        self._asker = asker
        self._rules = rules
        self._readers = RuleReaders(rules)
        self._trust = trust

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        """See `TextExtraction.extract`.

        Raises:
            NoAnswerError: the model gave no answer, or one whose amount does not stand in the text.
            NothingFoundError: no_amount, by the model as well.
        """
        known, told = await self._by_rules(text, context)
        answered = await self._asker.ask(_question(text))
        form, quotes = answered.form, Quotes((text,), trusted(self._trust, answered.certainty))
        if form.amount is None:
            return _without_amount(known, quotes.sure), (*told, answered.share)
        value = await self._readers.amount(form.amount, context)
        currency = _currency(form.currency, known, text, context)
        amount = _amount(answered, form.amount, quotes, value, currency)
        on = None if form.date is None else await self._readers.day(form.date, context)
        day = quotes.day(form.date, on)
        merchant = quotes.merchant(form.merchant)
        payment = quotes.payment(form.payment, form.payment_method)
        category = _category(form, quotes)
        reading = _reading(text, context, amount=amount, merchant=merchant, category=category)
        reading = reading.model_copy(update={"payment_method": payment, "spent_on": day or reading.spent_on})
        doubt = 0.0 if known is None else understand(text, context).doubt
        return together(known, reading, has_day=day is not None, doubt=doubt), (*told, answered.share)

    async def _by_rules(
        self, text: str, context: ReadingContext
    ) -> tuple[TextReading | None, tuple[BackendAnswer, ...]]:
        try:
            return await self._rules.extract(text, context)
        except RejectionError as refused:
            if refused.code is not ErrorCode.NO_AMOUNT:
                raise
            return None, ()


def together(known: TextReading | None, model: TextReading, *, has_day: bool, doubt: float = 0.0) -> TextReading:
    """One reading of what rules and model say, field by field; the surer one counts where they differ.

    Args:
        known: by the rules.
        model: by the model.
        has_day: whether the model told a day.
        doubt: the rules' doubt, 0 to 1, whether the money was spent at all, by which their amount is less sure.
    """
    if known is None:
        return _judged(model)
    same_name = _same_name(known.merchant, model.merchant)
    merged = known.model_copy(
        update={
            "amount": _settled(known.amount, model.amount, doubt),
            "merchant": settle(known.merchant, model.merchant, same=same_name),
            "merchant_canonical": known.merchant_canonical if known.merchant else None,
            "category": _settled_category(known.category, model.category),
            "payment_method": settle(
                known.payment_method,
                model.payment_method,
                same=_value(known.payment_method) == _value(model.payment_method),
            ),
            "spent_on": settle(
                known.spent_on,
                model.spent_on if has_day else None,
                same=known.spent_on.value == model.spent_on.value,
            )
            or known.spent_on,
        }
    )
    if merged.merchant != known.merchant and not same_name:
        merged = merged.model_copy(update={"merchant_canonical": _canonical(known, merged)})
    return _judged(merged)


def _canonical(known: TextReading, merged: TextReading) -> str | None:
    """The usual name belongs to the name the rules found, and goes with it."""
    kept = known.merchant is not None and merged.merchant is not None
    return known.merchant_canonical if kept and _value(known.merchant) == _value(merged.merchant) else None


def _settled(known: Read[Money], model: Read[Money], doubt: float) -> Read[Money]:
    """Which number it is, is judged as if it was spent: doubts of that make no other number likelier."""
    if known.value == model.value:
        return settle(known, model, same=True) or known
    settled = settle(_surer(known, 1 / (1 - doubt)), model, same=False) or known
    return _surer(settled, 1 - doubt) if settled.value == known.value else settled


def _surer(read: Read[Money], by: float) -> Read[Money]:
    return read.model_copy(update={"confidence": Confidence(round(min(SUREST, read.confidence.value * by), 3))})


def _settled_category(known: Read[Category], model: Read[Category]) -> Read[Category]:
    if model.value is Category.MISCELLANEOUS:
        return known  # the model has nothing to say
    return settle(known, model, same=known.value is model.value) or known


def _judged(reading: TextReading) -> TextReading:
    """The reading with the confidence its fields add up to."""
    parts = [reading.amount.confidence, reading.category.confidence, reading.spent_on.confidence]
    if reading.payment_method is not None:
        parts.append(reading.payment_method.confidence)
    whole = Confidence(round(Confidence.combine(*parts).value, 3))
    return reading.model_copy(update={"confidence": whole})


def _question(text: str) -> Question[SpendingForm]:
    instructions, material = fenced(TEXT, "one note about spending", text)
    return Question(CAPABILITY, instructions, material, SpendingForm, MAX_TOKENS)


def _without_amount(known: TextReading | None, sure: float) -> TextReading:
    """What the rules read, less sure, where the model finds no amount."""
    if known is None:
        raise NothingFoundError(ErrorCode.NO_AMOUNT, "neither rules nor model find an amount", field="text")
    return _judged(known.model_copy(update={"amount": doubted(known.amount, sure)}))


def _amount(
    answered: Answered[SpendingForm], quote: str, quotes: Quotes, value: Decimal | None, currency: Currency
) -> Read[Money]:
    if quotes.evidence(quote) is None:
        raise answered.refused("its amount does not stand in the text")
    if value is None or not 0 < value <= MAX_AMOUNT:
        raise answered.refused("its amount is none")
    return Read(value=Money.of(value, currency), confidence=Confidence(round(quotes.sure, 3)), evidence=quote)


def _currency(said: Currency | None, known: TextReading | None, text: str, context: ReadingContext) -> Currency:
    """What the text names; a currency that was not said is the owner's, never a guess."""
    if said is not None and currency_named(said, text):
        return said
    return context.default_currency if known is None else known.amount.value.currency


def _category(form: SpendingForm, quotes: Quotes) -> Read[Category]:
    evidence = None if form.merchant is None else quotes.evidence(form.merchant)
    sure = quotes.sure * (WITHOUT_EVIDENCE if evidence is None else 1.0)
    if form.category is Category.MISCELLANEOUS:
        sure = 1 - sure
    return Read(value=form.category, confidence=Confidence(round(sure, 3)), evidence=evidence)


def _reading(
    text: str, context: ReadingContext, *, amount: Read[Money], merchant: Read[str] | None, category: Read[Category]
) -> TextReading:
    return TextReading(
        language=Language.of(text),
        amount=amount,
        merchant=merchant,
        category=category,
        spent_on=Read(value=context.reference_date, confidence=Confidence(DATE_NOT_TOLD)),
        note=text[:1000],
        confidence=amount.confidence,
    )


def _same_name(first: Read[str] | None, second: Read[str] | None) -> bool:
    return first is not None and second is not None and first.value.casefold() == second.value.casefold()


def _value(read: Read[T] | None) -> T | None:
    return None if read is None else read.value
