"""An amount with the numbers it comes from, and the few ways to make one of terms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adapters.inference.texts.terms import Role, Term

TOLERANCE: Final = Decimal("0.01")
UNCONFIRMED_SUM: Final = 0.75
"""Prices added up with no total to confirm it: most wrong amounts of texts never seen before were such sums."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, the numbers it comes from, and how sure that is.

    Attributes:
        words: what else it was computed with, as the text has it: "ขีด", "there and back".
        chance: that the part of the text it stands in tells of money nobody spent, where only that part counts.
    """

    value: Decimal
    terms: tuple[Term, ...]
    sure: float
    words: str = ""
    chance: float | None = None


def of(terms: list[Term], *roles: Role) -> list[Term]:
    """The terms with one of these roles."""
    return [term for term in terms if term.role in roles]


def lone(term: Term, sure: float) -> Answer:
    return Answer(term.number.value, (term,), sure)


def total(terms: list[Term]) -> Decimal:
    return sum((term.number.value for term in terms), Decimal(0))


def summed(terms: list[Term], sure: float) -> Answer:
    return Answer(total(terms), tuple(terms), sure)
