"""Spending texts to fields, by rules alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.inference.lexicon.merchants import merchants_in
from adapters.inference.lexicon.payment import payment_of, payments_in
from adapters.inference.lexicon.prose import Prose, read_prose
from adapters.inference.lexicon.purposes import Judgement, Step
from adapters.inference.texts.amounts import Spent, amount_of, terms_in
from adapters.inference.texts.apart import chance_apart
from adapters.inference.texts.categorization import BACKEND, LetterLikeness, Told, tell_category
from adapters.inference.texts.dates import Day, day_told, days_in
from adapters.inference.texts.kinds import kind_of
from adapters.inference.texts.names import Name, merchant_of
from adapters.inference.texts.noise import noise_in
from adapters.inference.texts.opinion import (
    CLEARLY_SPENT,
    both_opinions,
    chance_of_whole,
    chance_unspent,
    doubt_by,
    lessened,
)
from adapters.inference.texts.places import Taken
from adapters.inference.texts.unspent import why_unspent
from contracts.errors import ErrorCode
from contracts.money import Money
from contracts.readings import BackendAnswer, Read, TextReading
from contracts.values import Category, Confidence, Language, PaymentMethod, TransactionKind
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from datetime import date

    from adapters.inference.lexicon.phrases import Found
    from adapters.inference.texts.apart import Apart
    from adapters.inference.texts.categorization import Likeness
    from adapters.inference.texts.confidence import Traits
    from adapters.inference.texts.opinion import Opinion
    from adapters.inference.texts.second import Weigher
    from adapters.inference.texts.terms import Term
    from contracts.readings import ReadingContext

_FEE_LINE: Final = re.compile(r"(?:ค่าธรรมเนียม|fee)\s*:?\s*[\d.,]+(?:\s*(?:บาท|THB|baht))?", re.IGNORECASE)
_SLIP: Final = re.compile(
    r"(?:ทำรายการ|รายการ|โอน)สำเร็จ(?=[\s\S]{1,200}(?:ไปยัง|ไปที่|ถึง))|transfer (?:completed|successful)"
)
_DATE_NOT_TOLD: Final = 0.9
_WALLET_SURE: Final = 0.8
_PAYMENT_SURE: Final = 0.95
_PAYMENT_AMBIGUOUS: Final = 0.8


@dataclass(frozen=True, slots=True)
class _Day:
    on: date
    sure: float
    evidence: str | None


class RuleTextExtraction:
    """TextExtraction by rules: no network, the same answer every time."""

    def __init__(self, likeness: Likeness | None = None) -> None:
        self._likeness = likeness or LetterLikeness()

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        """Understand a text.

        Raises:
            RejectionError: no_amount, several_purchases, negative_amount or amount_out_of_range.
        """
        understood = understand(text, context, self._likeness)
        told = understood.told
        answers = [BackendAnswer(capability="text_extraction", backend=BACKEND)]
        if told.backend != BACKEND:
            answers.append(BackendAnswer(capability="categorization", backend=told.backend))
        return understood.reading, tuple(answers)


def read_text(text: str, context: ReadingContext) -> TextReading:
    """The fields of a text, each with its confidence and evidence.

    Raises:
        RejectionError: no_amount, several_purchases, negative_amount or amount_out_of_range.
    """
    return understand(text, context).reading


def numbers_told(prose: Prose, on: date) -> list[Term]:
    """The numbers of a text that could be money or say something of it, dates and names left out."""
    return terms_in(prose, _taken(prose, days_in(prose, on)))


class Understanding(NamedTuple):
    """A reading, how its category was told, and what its amount's confidence was weighed from.

    Attributes:
        doubt: whether the money was spent at all, 0 to 1; the amount is less sure by it.
    """

    reading: TextReading
    told: Told
    amount_traits: Traits
    doubt: float = 0.0


def understand(
    text: str,
    context: ReadingContext,
    likeness: Likeness | None = None,
    opinion: Opinion = chance_unspent,
    apart: Apart = chance_apart,
    second: Weigher | None = None,
) -> Understanding:
    """The fields of a text, and how they came about.

    Args:
        text: what was written.
        context: the day, zone and currency it was written in.
        likeness: asked for the category where the lexicon knows nothing; by letters, if none is given.
        opinion: asked whether the money was spent.
        apart: asked whether several prices are of several purchases.
        second: asked which value the numbers make, if not the package's own.

    Raises:
        RejectionError: no_amount, several_purchases, negative_amount or amount_out_of_range.
    """
    prose = read_prose(text)
    days = days_in(prose, context.reference_date)
    kind, doubt = kind_of(prose), 0.0
    try:
        spent = _spent(prose, days, context, apart, second)
    except RejectionError as refused:
        if refused.code is ErrorCode.SEVERAL_PURCHASES and kind is TransactionKind.PURCHASE:
            _refuse_unspent(opinion(prose))
        raise
    if kind is TransactionKind.PURCHASE:
        chance = chance_of_whole(opinion(prose), spent.chance)
        # A reason the opinion overrules anyway is not sought.
        unspent = both_opinions(None if chance < CLEARLY_SPENT else why_unspent(prose), chance)
        if unspent is not None:
            raise RejectionError(ErrorCode.NO_AMOUNT, unspent, field="text")
        doubt = doubt_by(chance)
        spent = replace(spent, sure=lessened(spent.sure, doubt)) if doubt else spent
    paid_with = [(one.start, one.end) for one in payments_in(prose)]
    name = merchant_of(prose, paid_with, wallet=kind is TransactionKind.WALLET_TOPUP)
    fields = _Fields(kind, days, payment_of(prose), name, likeness or LetterLikeness())
    return _reading(prose, context, spent, fields)._replace(doubt=doubt)


def _spent(prose: Prose, days: list[Day], context: ReadingContext, apart: Apart, second: Weigher | None) -> Spent:
    spent = amount_of(prose, _taken(prose, days), context.default_currency, apart, second)
    if len({day.on for day in days if day.on is not None}) > 1 and spent.parts > 1:
        raise RejectionError(ErrorCode.SEVERAL_PURCHASES, "amounts of several days", field="text")
    return spent


def _refuse_unspent(chance: float) -> None:
    """Of prices that nobody paid it does not matter how many there are."""
    unspent = both_opinions(None, chance)
    if unspent is not None:
        raise RejectionError(ErrorCode.NO_AMOUNT, unspent, field="text")


@dataclass(frozen=True, slots=True)
class _Fields:
    kind: TransactionKind
    days: list[Day]
    payment: Found[PaymentMethod] | None
    name: Name | None
    likeness: Likeness


def _reading(prose: Prose, context: ReadingContext, spent: Spent, fields: _Fields) -> Understanding:
    day = _day(prose, fields.days, context)
    note = _note(prose, spent, fields)
    told = _category(prose, fields, note)
    category = told.as_read()
    payment = _payment(prose, fields.payment) or _cash_by_change(spent) or _by_slip(prose)
    money = Money.of(spent.value, spent.currency)
    amount = Read(value=money, confidence=Confidence(spent.sure), evidence=spent.evidence)
    sure = [amount.confidence, category.confidence, Confidence(day.sure)]
    reading = TextReading(
        kind=fields.kind,
        language=Language.of(prose.text),
        amount=amount,
        merchant=None if fields.name is None else _merchant(fields.name),
        merchant_canonical=None if fields.name is None else fields.name.canonical,
        category=category,
        payment_method=payment,
        spent_on=Read(value=day.on, confidence=Confidence(day.sure), evidence=day.evidence),
        note=note,
        confidence=Confidence.combine(*sure, *([payment.confidence] if payment else [])),
    )
    return Understanding(reading, told, spent.traits)


def _taken(prose: Prose, days: list[Day]) -> list[tuple[int, int]]:
    """Digits that belong to dates, to names such as 7-11, to phone numbers and times."""
    dated = [(day.start, day.end) for day in days]
    named = [(one.start, one.end) for one in merchants_in(prose)]
    return [*dated, *named, *noise_in(prose)]


def _day(prose: Prose, days: list[Day], context: ReadingContext) -> _Day:
    told = day_told(days)
    if told is None or told.on is None:
        return _Day(context.reference_date, _DATE_NOT_TOLD, None)
    return _Day(told.on, told.sure, prose.text[told.start : told.end].strip())


def _category(prose: Prose, fields: _Fields, note: str | None) -> Told:
    if fields.kind is TransactionKind.WALLET_TOPUP:
        evidence = None if fields.name is None else fields.name.written[:200]
        return Told(Judgement(Category.MISCELLANEOUS, _WALLET_SURE, evidence, Step.MERCHANT), _WALLET_SURE, {})
    known = None if fields.name is None else fields.name.known
    told = tell_category(_without_fee(prose), known, note or "", fields.likeness)
    judged = told.judgement
    if known is not None and judged.evidence == known.canonical and fields.name is not None:
        return told._replace(judgement=judged._replace(evidence=fields.name.written))
    return told


def _without_fee(prose: Prose) -> Prose:
    """A slip's line of the bank's fee says nothing of what was bought."""
    words = _FEE_LINE.sub(" ", prose.text)
    return prose if words == prose.text or not any(map(str.isdigit, words)) else read_prose(words)


def _payment(prose: Prose, found: Found[PaymentMethod] | None) -> Read[PaymentMethod] | None:
    if found is None:
        return None
    told = {one.value for one in payments_in(prose)}
    sure = _PAYMENT_SURE if len(told) == 1 else _PAYMENT_AMBIGUOUS
    evidence = found.within(prose)[:200]
    return Read(value=found.value, confidence=Confidence(sure), evidence=evidence)


def _cash_by_change(spent: Spent) -> Read[PaymentMethod] | None:
    """Nobody gets change from a card."""
    if not spent.with_change:
        return None
    return Read(value=PaymentMethod.CASH, confidence=Confidence(_PAYMENT_AMBIGUOUS), evidence=spent.evidence)


def _by_slip(prose: Prose) -> Read[PaymentMethod] | None:
    """A bank's notice that names a receiver is a transfer, whether it says so or not."""
    slip = _SLIP.search(prose.folded)
    if slip is None:
        return None
    evidence = prose.text[slip.start() : slip.end()].split("\n")[0][:200]
    return Read(value=PaymentMethod.BANK_TRANSFER, confidence=Confidence(_PAYMENT_AMBIGUOUS), evidence=evidence)


def _merchant(name: Name) -> Read[str]:
    return Read(value=name.written[:200], confidence=Confidence(name.sure), evidence=name.written[:200])


def _note(prose: Prose, spent: Spent, fields: _Fields) -> str | None:
    """The text without the words already understood as amount, day and payment."""
    spans = [*spent.spans, *((day.start, day.end) for day in fields.days)]
    if fields.payment is not None:
        spans.append((fields.payment.start, fields.payment.end))
    kept = Taken(len(prose.text), spans).blanked(prose.text)
    words = " ".join(kept.split()).strip(" ,.-:;/()")
    return words[:1000] or None
