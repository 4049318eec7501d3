"""Amounts as banks write them. What can be read in two ways is refused: a comma only ever separates thousands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from adapters.statements.headings import currency_of
from adapters.statements.records import Cell, RowFaultError, Unusable
from contracts.errors import ErrorCode
from contracts.money import MAX_AMOUNT, Currency
from workers.ports.statements import Direction

_LONGEST: Final = 60
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_MINUS: Final = str.maketrans("−–—‒", "----")
_NOTHING: Final = frozenset({"", "-", "--"})
_MARKS: Final = (
    re.compile(r"(?<![A-Za-z])(CR|DR)\.?\s*$", re.IGNORECASE),
    re.compile(r"^\s*(CR|DR)\b\.?", re.IGNORECASE),
)
_BLANK_WITHIN: Final = re.compile(r"[0-9,.]\s+[0-9,.]")
_NUMBER: Final = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+")
_PLAIN: Final = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
"""What nearly all amounts look like, and can be taken at once."""
_SHAPE: Final = re.compile(
    r"(?P<open>\()?(?P<signs>[+-]?)(?P<before>[^0-9()+.,-]*)(?P<inner>[+-]?)(?P<number>[0-9,.]+?)(?P<dash>\.-)?"
    r"(?P<after>(?!\.)[^0-9()+,-]*)(?P<trailing>[+-]?)(?P<close>\))?"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it stands.

    Attributes:
        number: below zero with a minus or in parentheses.
        mark: what CR or DR beside it tells.
        currency: what a symbol, code or word beside it tells.
    """

    number: Decimal
    mark: Direction | None = None
    currency: Currency | None = None

    @property
    def balance(self) -> Decimal:
        """As a balance: DR says that the account is overdrawn."""
        return -abs(self.number) if self.mark is Direction.OUT else self.number


def amount_of(cell: Cell, field: str) -> Amount | None:
    """The amount in a cell; None for an empty one or a dash.

    Raises:
        RowFaultError: it is none, or not sure to be one.
    """
    match cell:
        case Decimal():
            return Amount(_bounded(cell, field))
        case str():
            return _read(cell, field)
        case Unusable():
            raise RowFaultError(field, cell.reason)
        case _:
            raise RowFaultError(field, "is a date or a time")


def in_currency(number: Decimal, currency: Currency, field: str) -> Decimal:
    """The number with the currency's decimals.

    Raises:
        RowFaultError: it has more than those.
    """
    exact = number.quantize(currency.quantum)
    if exact != number:
        raise RowFaultError(field, f"has more decimals than {currency} has")
    return exact


def _read(text: str, field: str) -> Amount | None:
    if not text:
        return None
    if len(text) <= _LONGEST and _PLAIN.fullmatch(text):
        return Amount(_bounded(Decimal(text.replace(",", "")), field))
    bare = unicodedata.normalize("NFKC", text).translate(_THAI_DIGITS).translate(_MINUS).strip()
    if bare in _NOTHING:
        return None
    if len(bare) > _LONGEST:
        raise RowFaultError(field, "is longer than any amount")
    rest, mark = _marked(bare)
    shape = _SHAPE.fullmatch(rest.replace(" ", ""))
    if shape is None or not _NUMBER.fullmatch(shape["number"]) or bool(shape["open"]) != bool(shape["close"]):
        raise RowFaultError(field, "is no amount, or could be read in two ways")
    if _BLANK_WITHIN.search(rest):
        raise RowFaultError(field, "holds a blank between its digits")
    number = Decimal(shape["number"].replace(",", ""))
    signs = [sign for sign in (shape["open"], shape["signs"], shape["inner"], shape["trailing"]) if sign]
    if len(signs) > 1:
        raise RowFaultError(field, "has more than one sign")
    negative = bool(signs) and signs[0] != "+"
    return Amount(_bounded(-number if negative else number, field), mark, _currency(shape, field))


def _marked(text: str) -> tuple[str, Direction | None]:
    """The amount without CR or DR beside it, and the way that tells."""
    for pattern in _MARKS:
        if found := pattern.search(text):
            way = Direction.IN if found[1].upper() == "CR" else Direction.OUT
            return (text[: found.start()] + text[found.end() :]).strip(), way
    return text, None


def _currency(shape: re.Match[str], field: str) -> Currency | None:
    told = {currency_of(word) for word in (shape["before"], shape["after"]) if word}
    if None in told or len(told) > 1:
        raise RowFaultError(field, "has a word beside the number that is no currency")
    return told.pop() if told else None


def _bounded(number: Decimal, field: str) -> Decimal:
    if abs(number) > MAX_AMOUNT:
        raise RowFaultError(field, f"is more than {MAX_AMOUNT}", ErrorCode.AMOUNT_OUT_OF_RANGE)
    return number
