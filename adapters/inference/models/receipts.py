"""Recognised lines to fields, by a model whose every word is checked against the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from adapters.inference.models.asking import Question
from adapters.inference.models.confidence import doubted, settle, trusted
from adapters.inference.models.evidence import currency_named
from adapters.inference.models.forms import ReceiptForm
from adapters.inference.models.prompts import RECEIPT, fenced
from adapters.inference.models.quotes import Quotes
from adapters.inference.models.readers import RuleReaders
from contracts.errors import ErrorCode
from contracts.money import MAX_AMOUNT, Money
from contracts.readings import Read, ReceiptReading
from contracts.values import MAX_DOCUMENT_TEXT, Confidence
from workers.ports.errors import NothingFoundError, RejectionError

if TYPE_CHECKING:
    from adapters.inference.models.asking import Answered, Asker
    from contracts.money import Currency
    from contracts.readings import BackendAnswer, ReadingContext
    from workers.ports.inference import ReceiptExtraction, RecognisedText, TextExtraction

T = TypeVar("T")

CAPABILITY: Final = "receipt_extraction"
MAX_TOKENS: Final = 500
UNKNOWN_FIELD: Final = Confidence(0.5)


class ModelReceiptExtraction:
    """`ReceiptExtraction` by a model together with the rules.

    Args:
        asker: the model server.
        rules: for receipts; answer at once.
        texts: rules for spending texts, which read the words that tell a day or an amount.
        trust: how often this model's fields are right, 0..1.
    """

    def __init__(self, asker: Asker, rules: ReceiptExtraction, texts: TextExtraction, trust: float) -> None:
        self._asker = asker
        self._rules = rules
        self._readers = RuleReaders(texts)
        self._trust = trust

    async def extract(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading, tuple[BackendAnswer, ...]]:
        """See `ReceiptExtraction.extract`.

        Raises:
            NoAnswerError: the model gave no answer, or one whose total does not stand on the receipt.
            NothingFoundError: no_total_found, by the model as well.
        """
        known, told = await self._by_rules(text, context)
        lines = tuple(line.text for line in text.lines)
        answered = await self._asker.ask(_question(lines))
        form = answered.form
        quotes = Quotes(lines, trusted(self._trust, answered.certainty))
        if form.total is None:
            return _without_total(known, quotes.sure), (*told, answered.share)
        total = await self._total(answered, form.total, quotes, known, context)
        on = None if form.date is None else await self._readers.day(form.date, context)
        model = ReceiptReading(
            total=total,
            merchant=quotes.merchant(form.merchant),
            spent_on=quotes.day(form.date, on),
            payment_method=quotes.payment(form.payment, form.payment_method),
            confidence=total.confidence,
        )
        return together(known, model), (*told, answered.share)

    async def _by_rules(
        self, text: RecognisedText, context: ReadingContext
    ) -> tuple[ReceiptReading | None, tuple[BackendAnswer, ...]]:
        try:
            return await self._rules.extract(text, context)
        except RejectionError as refused:
            if refused.code is not ErrorCode.NO_TOTAL_FOUND:
                raise
            return None, ()

    async def _total(
        self,
        answered: Answered[ReceiptForm],
        quote: str,
        quotes: Quotes,
        known: ReceiptReading | None,
        context: ReadingContext,
    ) -> Read[Money]:
        value = await self._readers.amount(quote, context)
        if value is None or not 0 < value <= MAX_AMOUNT:
            raise answered.refused("its total is no amount")
        currency = _currency(answered.form.currency, known, quotes.lines, context)
        total = quotes.read(Money.of(value, currency), quote)
        if total is None:
            raise answered.refused("its total does not stand on the receipt")
        return total


def together(known: ReceiptReading | None, model: ReceiptReading) -> ReceiptReading:
    """One reading of what rules and model say, field by field; the surer one counts where they differ."""
    if known is None:
        return _judged(model)
    total = settle(known.total, model.total, same=known.total.value == model.total.value) or known.total
    merchant = settle(known.merchant, model.merchant, same=_said(known.merchant) == _said(model.merchant))
    kept_name = _said(merchant) == _said(known.merchant)
    merged = known.model_copy(
        update={
            "total": total,
            "merchant": merchant,
            "merchant_canonical": known.merchant_canonical if kept_name else None,
            "spent_on": settle(known.spent_on, model.spent_on, same=_value(known.spent_on) == _value(model.spent_on)),
            "payment_method": settle(
                known.payment_method,
                model.payment_method,
                same=_value(known.payment_method) == _value(model.payment_method),
            ),
        }
    )
    return _judged(merged)


def _without_total(known: ReceiptReading | None, sure: float) -> ReceiptReading:
    """What the rules read, less sure, where the model finds no total."""
    if known is None:
        raise NothingFoundError(ErrorCode.NO_TOTAL_FOUND, "neither rules nor model find a total")
    return _judged(known.model_copy(update={"total": doubted(known.total, sure)}))


def _judged(reading: ReceiptReading) -> ReceiptReading:
    """The reading with the confidence its fields add up to; the total counts twice, as by the rules."""
    name = reading.merchant.confidence if reading.merchant else UNKNOWN_FIELD
    day = reading.spent_on.confidence if reading.spent_on else UNKNOWN_FIELD
    whole = Confidence.combine(reading.total.confidence, reading.total.confidence, name, day)
    return reading.model_copy(update={"confidence": Confidence(round(whole.value, 3))})


def _question(lines: tuple[str, ...]) -> Question[ReceiptForm]:
    whole = "\n".join(lines)[:MAX_DOCUMENT_TEXT]
    instructions, material = fenced(RECEIPT, "the text of a receipt or transfer slip", whole)
    return Question(CAPABILITY, instructions, material, ReceiptForm, MAX_TOKENS)


def _currency(
    said: Currency | None, known: ReceiptReading | None, lines: tuple[str, ...], context: ReadingContext
) -> Currency:
    if said is not None and currency_named(said, "\n".join(lines)):
        return said
    return context.default_currency if known is None else known.total.value.currency


def _value(read: Read[T] | None) -> T | None:
    return None if read is None else read.value


def _said(read: Read[str] | None) -> str:
    return "" if read is None else read.value.casefold()
