"""What a row of a keys file expects of a text or a picture."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial
from typing import Final

from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.evaluation.cases import NOTHING, Case, Expected, Form
from workers.evaluation.normalising import plain_amount, plain_name, printed_amount, printed_days

AMOUNT: Final = "amount"
TOTAL: Final = "total"

Parse = Callable[[object], Expected]


class WrongKeyError(Exception):
    """A row expects what cannot be.

    Attributes:
        field: as the row names it.
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def text_case(name: str, expected: object, day: date) -> Case:
    """The case of a spending text.

    Args:
        name: the case's.
        expected: an object of fields, or of `rejected` alone.
        day: the text's; where `date` is null, the text tells none and is of that day.

    Raises:
        WrongKeyError: a field is wrong, or there is nothing to judge.
    """
    if not isinstance(expected, Mapping):
        raise WrongKeyError("expected", 'is no object such as {"amount": "65", "currency": "THB"}')
    parsers: dict[str, Parse] = {**_TEXT, "date": partial(_told_day, day)}
    try:
        return _case(name, AMOUNT, _renamed(expected, _TEXT_NAMES), parsers)
    except WrongKeyError as wrong:
        raise WrongKeyError(f"expected.{wrong.field}", wrong.reason) from None


def receipt_case(name: str, row: Mapping[str, object], others: Iterable[str]) -> Case:
    """The case of a picture.

    Args:
        name: the case's.
        row: its fields; null says that something does not stand on the paper.
        others: names in the row that say something else, and expect nothing.

    Raises:
        WrongKeyError: a field is wrong, or there is nothing to judge.
    """
    kept = {key: value for key, value in row.items() if key not in set(others)}
    return _case(name, TOTAL, _renamed(kept, _RECEIPT_NAMES), _RECEIPT)


def _renamed(given: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    renamed = {names.get(key, key): value for key, value in given.items()}
    if "merchant" not in renamed and renamed.get("merchant_canonical"):
        renamed["merchant"] = renamed["merchant_canonical"]
    return renamed


def _case(name: str, main: str, given: Mapping[str, object], parsers: Mapping[str, Parse]) -> Case:
    rejected = given.get("rejected")
    if rejected is not None:
        return Case(name, main, {}, _one_of(ErrorCode, "rejected", rejected))
    known = {*parsers, *(f"{field}_alt" for field in parsers), "merchant_canonical", "rejected"}
    expected = {field: _expected(field, given, parse) for field, parse in parsers.items() if given.get(field, "") != ""}
    if not expected:
        raise WrongKeyError(main, f"nothing is to be judged: give {main} or another of {', '.join(parsers)}")
    return Case(name, main, expected, unknown=tuple(key for key in given if key not in known))


def _expected(field: str, given: Mapping[str, object], parse: Parse) -> Expected:
    first = _parsed(field, given[field], parse)
    others = [_parsed(f"{field}_alt", one, parse) for one in _alternatives(field, given)]
    forms: frozenset[Form] = first.forms.union(*(other.forms for other in others))
    return Expected(" or ".join(dict.fromkeys(one.shown for one in (first, *others))), forms)


def _alternatives(field: str, given: Mapping[str, object]) -> list[object]:
    found = given.get(f"{field}_alt", [])
    if not isinstance(found, list):
        raise WrongKeyError(f"{field}_alt", "is no list")
    usual = given.get("merchant_canonical") if field == "merchant" else None
    return [*found, usual] if usual else found


def _parsed(field: str, value: object, parse: Parse) -> Expected:
    try:
        return parse(value)
    except ValueError as error:
        raise WrongKeyError(field, str(error)) from None


def _one_of(kind: type[StrEnum], field: str, value: object) -> str:
    if value in list(kind):
        return str(value)
    close = difflib.get_close_matches(str(value), list(kind), n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(kind)}"
    raise WrongKeyError(field, f"{value!r} is not known; {hint}")


def _choice(kind: type[StrEnum], value: object) -> Expected:
    if value is None:
        return _ABSENT
    try:
        known = _one_of(kind, "", value)
    except WrongKeyError as wrong:
        raise ValueError(wrong.reason) from None
    return Expected(known, frozenset({known}))


def _currency(value: object) -> Expected:
    if value is None:
        raise ValueError("is null; leave it out if it is not to be judged")
    return _choice(Currency, value)


def _amount(value: object) -> Expected:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError('is no amount such as "65.00"')  # noqa: TRY004  one kind of error for every wrong value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f'{value!r} is no amount such as "65.00"')
    return Expected(plain_amount(number), frozenset({plain_amount(number)}))


def _printed(value: object, *, may_be_absent: bool) -> Expected:
    if value is None and may_be_absent:
        return _ABSENT
    if not isinstance(value, str):
        return _amount(value)
    number = printed_amount(value)
    if number is None or "-" in value:
        raise ValueError(f'{value!r} is no amount such as "65.00"')
    found = _amount(str(number))
    # Nothing to pay for is the same, whether or not it is printed.
    return found if number or not may_be_absent else Expected(found.shown, found.forms | {None})


def _told_day(day: date, value: object) -> Expected:
    if value is None:
        return Expected(day.isoformat(), frozenset({day.isoformat()}))
    try:
        told = date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f"{value!r} is no date such as 2025-06-15") from None
    return Expected(told, frozenset({told}))


def _printed_day(value: object) -> Expected:
    if value is None:
        return _ABSENT
    days = printed_days(str(value))
    if not days:
        raise ValueError(f"{value!r} is no date such as 2025-06-15 or 15/06/2025")
    return Expected(str(value), frozenset(day.isoformat() for day in days))


def _time(value: object) -> Expected:
    if value is None:
        return _ABSENT
    try:
        told = time.fromisoformat(str(value)).strftime("%H:%M")
    except ValueError:
        raise ValueError(f"{value!r} is no time such as 12:40") from None
    return Expected(told, frozenset({told}))


def _name(value: object) -> Expected:
    if value is None:
        return _ABSENT
    if not isinstance(value, str) or not plain_name(value):
        raise ValueError(f"{value!r} is no text with a letter or digit")
    return Expected(value, frozenset({plain_name(value)}))


_ABSENT: Final = Expected(NOTHING, frozenset({None}))

_SHARED: Final[dict[str, Parse]] = {
    "currency": _currency,
    "merchant": _name,
    "category": partial(_choice, Category),
    "payment_method": partial(_choice, PaymentMethod),
}
_TEXT: Final[dict[str, Parse]] = {AMOUNT: _amount, "date": _printed_day, **_SHARED}
_RECEIPT: Final[dict[str, Parse]] = {
    TOTAL: partial(_printed, may_be_absent=False),
    "date": _printed_day,
    **_SHARED,
    "time": _time,
    **dict.fromkeys(("subtotal", "tax", "service_charge", "discount", "fee"), partial(_printed, may_be_absent=True)),
    "tax_id": _name,
    "reference": _name,
}

TEXT_FIELDS: Final = tuple(_TEXT)
RECEIPT_FIELDS: Final = tuple(_RECEIPT)

_COMMON_NAMES: Final = {
    "payment": "payment_method",
    "payment_alt": "payment_method_alt",
    "company": "merchant",
    "company_alt": "merchant_alt",
    "vat": "tax",
}
_TEXT_NAMES: Final = {**_COMMON_NAMES, "total": AMOUNT, "total_alt": "amount_alt"}
_RECEIPT_NAMES: Final = {**_COMMON_NAMES, "amount": TOTAL, "amount_alt": "total_alt"}
