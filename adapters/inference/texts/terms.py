"""A number of a text and what it is: the price, a count, a unit price, change, a discount."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adapters.inference.texts.numbers import Number

HEADS: Final = frozenset(("คน", "หัว", "ท่าน", "person", "head", "each"))
"""Units of a price that is paid once for each person."""


class Role(Enum):
    """What a number tells."""

    AMOUNT = auto()
    FINAL = auto()
    PAID = auto()
    OWN = auto()
    OTHERS = auto()
    UNIT = auto()
    COUNT = auto()
    PERCENT = auto()
    DISCOUNT = auto()
    CHANGE = auto()
    TENDERED = auto()
    EXTRA = auto()
    FEE = auto()
    """What a bank took beside the amount; the amount itself when it stands alone."""
    LIST_PRICE = auto()
    DEPOSIT = auto()
    FACTOR = auto()
    RANGE = auto()
    MAYBE = auto()
    """Money only when nothing else is: the bare number after "room" in "room 4500"."""
    IGNORED = auto()


@dataclass(frozen=True, slots=True)
class Term:
    """A number with its role.

    Attributes:
        unit: the classifier it counts or prices by, as written.
        about: it was said to be approximate.
    """

    number: Number
    role: Role
    unit: str = ""
    about: bool = False
