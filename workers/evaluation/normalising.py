"""The forms in which what was expected and what was read are compared."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

_MARKS: Final = frozenset({"Mn", "Mc"})
"""Thai vowels above and below, and tone marks: no letters to Unicode, and yet they tell names apart."""

_DATE_FORMS: Final = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %b %Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%d-%m-%y",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%d-%b-%y",
    "%d %b %y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %m %Y",
    "%Y%m%d",
    "%d%m%Y",
)


def plain_name(name: str) -> str:
    """A name as it is compared: capitals, punctuation and spaces do not count (spaces are not seen on paper)."""
    characters = unicodedata.normalize("NFKC", name).upper()
    return "".join(one for one in characters if one.isalnum() or unicodedata.category(one) in _MARKS)


def printed_amount(printed: str) -> Decimal | None:
    """The amount of what is printed, a currency and commas left out: ``RM 1,030.90``; None where there is none."""
    try:
        return Decimal(re.sub(r"[^0-9.]", "", printed))
    except InvalidOperation:
        return None


def printed_days(printed: str) -> set[date]:
    """The days a printed date may mean, the day before the month where both are numbers; none where it is no date."""
    found = set()
    for form in _DATE_FORMS:
        try:
            found.add(datetime.strptime(printed.strip().title(), form).date())  # noqa: DTZ007  a printed day has no zone
        except ValueError:
            continue
    return found


def plain_amount(amount: Decimal) -> str:
    """An amount as it is compared: 65, 65.0 and 65.00 are one."""
    return format(amount.normalize() + 0, "f")
