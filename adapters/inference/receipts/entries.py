"""A receipt as amounts with their roles."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.amounts import Amount, amounts_in
from adapters.inference.receipts.arithmetic import SUM_ROLES, with_lost_points, with_roles_that_fit
from adapters.inference.receipts.labels import Role, opens_tax_summary, role_of
from adapters.inference.receipts.spelling import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from adapters.inference.receipts.rows import Row
    from contracts.money import Currency

_SUMMARISED: Final = frozenset({Role.TOTAL, Role.AMOUNT, Role.SUBTOTAL, Role.TAX, Role.NONE})
_NO_LABEL: Final = re.compile(r"[\W\d]*(?:[a-zA-Z]{0,2}[\W\d]*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount of the receipt and the part it plays.

    Attributes:
        index: its row's, counted from the top.
        cents: written with two decimals.
    """

    role: Role
    value: Decimal
    firm: bool
    negative: bool
    currency: Currency | None
    label: str
    row: Row
    index: int
    cents: bool = True


def read_entries(rows: Sequence[Row], is_payment: Callable[[str], bool], *, slip: bool = False) -> tuple[Entry, ...]:
    """The amounts whose role is known, and those of the items; in printed order.

    A fee is kept apart on a slip alone: on a receipt it is one more item ("doctor fee").
    """
    found: list[Entry] = []
    totalled = summarised = False
    for index, row in enumerate(rows):
        summarised = summarised or (totalled and opens_tax_summary(label(row.text)))
        for entry in _entries(rows, index):
            role = Role.NONE if entry.role is Role.FEE and not slip else entry.role
            if summarised and role in _SUMMARISED:
                role = Role.IGNORED
            elif totalled and role is Role.NONE and is_payment(entry.label):
                role = Role.PAYMENT
            totalled = totalled or role in SUM_ROLES
            if entry.firm or role not in {Role.NONE, Role.PAYMENT}:
                found.append(replace(entry, role=role))
    found = with_lost_points(found)
    if not slip:
        found = with_roles_that_fit(found)
    if not any(entry.role in SUM_ROLES for entry in found):
        found = [replace(each, role=Role.PAYMENT) if _is_paid(each, is_payment) else each for each in found]
    return tuple(found)


def _is_paid(entry: Entry, is_payment: Callable[[str], bool]) -> bool:
    return entry.role is Role.NONE and entry.firm and is_payment(entry.label)


def _entries(rows: Sequence[Row], index: int) -> Iterator[Entry]:
    row = rows[index]
    above = ""
    runs: list[tuple[str, Amount]] = []
    for amount in amounts_in(row.text):
        if runs and _NO_LABEL.fullmatch(amount.label):
            runs[-1] = (runs[-1][0], amount)
        else:
            runs.append((amount.label, amount))
    if len(runs) == 1 and index and _stands_alone(*runs[0], row):
        above = _label_above(rows[index - 1])
    for words, amount in runs:
        said = above or words
        role = role_of(label(said))
        yield Entry(role, amount.value, amount.firm, amount.negative, amount.currency, said, row, index, amount.cents)


def _stands_alone(words: str, amount: Amount, row: Row) -> bool:
    """An amount without words of its own; a number that is not written as money only where it is all of the row."""
    return _NO_LABEL.fullmatch(words) is not None and (amount.firm or row.text.isdigit())


def _label_above(row: Row) -> str:
    """The label of an amount that stands alone: the row above, when that has a role and no amount."""
    alone = not amounts_in(row.text) and role_of(label(row.text)) not in {Role.NONE, Role.IGNORED}
    return row.text if alone else ""
