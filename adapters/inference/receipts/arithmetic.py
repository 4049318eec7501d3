"""Roles that arithmetic gives: an amount whose label could not be read still fits into the sum in one place alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.labels import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.inference.receipts.entries import Entry

SUM_ROLES: Final = frozenset({Role.NET, Role.TOTAL, Role.AMOUNT, Role.SUBTOTAL})
CENT: Final = Decimal("0.01")
MAX_ADJUSTMENTS: Final = 6
TAX_RATES: Final = (3, 5, 6, 7, 8, 9, 10, 20)
MAX_CANDIDATES: Final = 12
FEWEST_ITEMS: Final = 2
FEWEST_EXACT: Final = 2
HUNDRED: Final = Decimal(100)


def signed(entry: Entry) -> Decimal:
    return -entry.value if entry.negative else entry.value


def adjustments(entries: Sequence[Entry]) -> list[Decimal]:
    """What may stand between one sum and the next, signed."""
    plus = [entry.value for entry in entries if entry.role in {Role.SERVICE, Role.TAX}]
    minus = [-entry.value for entry in entries if entry.role in {Role.DISCOUNT, Role.WITHHELD, Role.OTHER_PAYER}]
    rounding = [signed(entry) for entry in entries if entry.role is Role.ROUNDING]
    return [value for value in plus + minus + rounding if value][:MAX_ADJUSTMENTS]


def derived_sums(entries: Sequence[Entry], items: Decimal = Decimal(0)) -> set[Decimal]:
    """What the printed sums, and the sum of the items, give together with some of the adjustments."""
    some = adjustments(entries)
    steps = {sum(each, Decimal(0)) for size in range(1, len(some) + 1) for each in combinations(some, size)}
    bases = {entry.value for entry in entries if entry.role in {Role.SUBTOTAL, Role.TOTAL}} | (
        {items} if items else set()
    )
    return {base + step for base in bases for step in steps if abs(step) > CENT}


def with_lost_points(found: list[Entry]) -> list[Entry]:
    """The entries with decimal points that faded: 8600 beside a printed 86.00 is the same amount.

    Where everything else has its cents, a large number without them is doubted.
    """
    exact = {entry.value for entry in found if entry.cents}
    if len(exact) < FEWEST_EXACT:
        return found
    return [entry if entry.cents or entry.value < HUNDRED else _with_point(entry, exact) for entry in found]


def _with_point(entry: Entry, exact: set[Decimal]) -> Entry:
    meant = entry.value / HUNDRED
    return replace(entry, value=meant, cents=True) if meant in exact else replace(entry, firm=False)


def with_roles_that_fit(found: list[Entry]) -> list[Entry]:
    """The entries of a receipt, those without a label in the roles their values fit."""
    found = _with_sums_before_rounding(_with_bases_of_tax(_with_sum_of_items(found)))
    found = _with_total_after_adjustments(found)
    return _with_change(found)


def _with_sum_of_items(found: list[Entry]) -> list[Entry]:
    """A row that is the sum of the rows above it."""
    total = Decimal(0)
    for place, entry in enumerate(found):
        if entry.role is not Role.NONE:
            break
        if place >= FEWEST_ITEMS and entry.value == total and not entry.negative:
            return _in_role(found, place, Role.TOTAL)
        total += signed(entry)
    return found


def _with_bases_of_tax(found: list[Entry]) -> list[Entry]:
    """A sum on which a tax below it was reckoned is the sum before tax, whatever it is called."""
    taxes = [(place, entry.value) for place, entry in enumerate(found) if entry.role is Role.TAX][:MAX_ADJUSTMENTS]
    for place, entry in enumerate(found):
        rates = (entry.value * rate / 100 - tax for at, tax in taxes if at > place for rate in TAX_RATES)
        if (
            entry.role in {Role.TOTAL, Role.AMOUNT}
            and entry.value
            and any(abs(difference) <= CENT / 2 for difference in rates)
        ):
            found = _in_role(found, place, Role.SUBTOTAL)
    return found


def _with_sums_before_rounding(found: list[Entry]) -> list[Entry]:
    """Of two totals that the rounding between them separates, the upper one was not paid.

    The lower one may be misread, when cash less change gives what it should be.
    """
    middle = next((place for place, entry in enumerate(found) if entry.role is Role.ROUNDING and entry.value), 0)
    lower = {entry.value for entry in found[middle:] if entry.role in SUM_ROLES}
    paid = lower | _cash_less_change(found) if lower else set()
    for place, entry in enumerate(found[:middle]):
        if entry.role in SUM_ROLES and not paid.isdisjoint(rounded(entry.value, found)):
            found = _in_role(found, place, Role.SUBTOTAL)
    return found


def rounded(value: Decimal, entries: Sequence[Entry]) -> set[Decimal]:
    """What the printed rounding may make of a sum: its sign is printed on some receipts alone."""
    coins = [entry.value for entry in entries if entry.role is Role.ROUNDING and entry.value][:MAX_ADJUSTMENTS]
    return {value + coin for coin in coins} | {value - coin for coin in coins}


def _cash_less_change(found: Sequence[Entry]) -> set[Decimal]:
    change = [entry.value for entry in found if entry.role is Role.CHANGE][-1:]
    cash = [entry.value for entry in found if entry.role is Role.CASH][:MAX_ADJUSTMENTS]
    return {given - back for given in cash for back in change if back}


def _with_total_after_adjustments(found: list[Entry]) -> list[Entry]:
    """A row below a sum that is that sum with the tax, service charge or discount in between."""
    first = next((place for place, entry in enumerate(found) if entry.role in SUM_ROLES), len(found))
    below = [place for place in range(first + 1, len(found)) if found[place].role is Role.NONE]
    for place in below[:MAX_CANDIDATES]:
        if found[place].value in derived_sums(found[:place]):
            return _in_role(found, place, Role.TOTAL)
    return found


def _with_change(found: list[Entry]) -> list[Entry]:
    """A row below the cash that is what the cash exceeds a sum by."""
    if any(entry.role is Role.CHANGE for entry in found):
        return found
    sums = {entry.value for entry in found if entry.role in SUM_ROLES}
    for place, entry in enumerate(found):
        cash = {before.value for before in found[:place] if before.role is Role.CASH}
        if entry.role in {Role.NONE, Role.PAYMENT} and any(given - entry.value in sums for given in cash):
            return _in_role(found, place, Role.CHANGE)
    return found


def _in_role(found: list[Entry], place: int, role: Role) -> list[Entry]:
    return [*found[:place], replace(found[place], role=role), *found[place + 1 :]]
