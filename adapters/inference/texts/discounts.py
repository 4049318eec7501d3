"""What is put on a price and taken off it: tips and delivery, percentages, discounts said after the price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.inference.texts.answers import Answer, of
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from adapters.inference.texts.terms import Term


def with_changes(answer: Answer, terms: list[Term]) -> Answer:
    extras = of(terms, Role.EXTRA)
    if extras:
        answer = Answer(
            answer.value + sum((term.number.value for term in extras), Decimal(0)),
            (*answer.terms, *extras),
            min(answer.sure, 0.88),
        )
    return discounted(answer, terms)


def discounted(answer: Answer, terms: list[Term]) -> Answer:
    """Take off what was said after the price; a price said after its discount is what was paid."""
    value, used = answer.value, list(answer.terms)
    first = min(term.number.start for term in answer.terms)
    for term in of(terms, Role.DISCOUNT, Role.PERCENT):
        if term.number.start < first:
            continue
        if term.role is Role.PERCENT and term.unit:
            share = value * term.number.value / 100
            value += share if term.unit == "plus" else -share
            used.append(term)
        elif term.role is Role.DISCOUNT and term.number.value < value:
            value -= term.number.value
            used.append(term)
    return answer if len(used) == len(answer.terms) else Answer(value, tuple(used), min(answer.sure, 0.85))
