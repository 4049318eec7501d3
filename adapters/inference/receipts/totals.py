"""Which amount was paid: labels propose it, arithmetic confirms it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.entries import SUM_ROLES, Entry
from adapters.inference.receipts.labels import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CENT: Final = Decimal("0.01")
LABEL_TRUST: Final = {
    Role.NET: 0.75,
    Role.TOTAL: 0.6,
    Role.AMOUNT: 0.5,
    Role.SUBTOTAL: 0.25,
    Role.PAYMENT: 0.3,
    Role.CASH: 0.2,
}
SLIP_AMOUNT: Final = 0.9
BARE: Final = 0.6
CASH_LESS_CHANGE: Final = 0.85
PAID_EXACTLY: Final = 0.5
ADDS_UP: Final = 0.6
ITEMS_ADD_UP: Final = 0.5
TAX_FITS: Final = 0.25
UNLABELLED: Final = 0.3
CONTRADICTED: Final = 0.8
TAX_RATES: Final = (3, 5, 6, 7, 8, 9, 10, 20)
MAX_ADJUSTMENTS: Final = 6
SURE: Final = 0.99


@dataclass(frozen=True, slots=True)
class FoundTotal:
    """The amount paid, with the entry that says it best."""

    value: Decimal
    confidence: float
    entry: Entry


@dataclass(frozen=True, slots=True)
class Account:
    """The receipt's entries by role."""

    entries: tuple[Entry, ...]
    slip: bool = False

    def of(self, *roles: Role) -> list[Entry]:
        return [entry for entry in self.entries if entry.role in roles]

    def values(self, *roles: Role) -> list[Decimal]:
        return [entry.value for entry in self.of(*roles)]

    def last(self, role: Role) -> Entry | None:
        found = self.of(role)
        return found[-1] if found else None

    def items(self) -> list[Entry]:
        """The priced rows above the first sum."""
        sums = [entry.index for entry in self.of(*SUM_ROLES)]
        return [entry for entry in self.of(Role.NONE) if not sums or entry.index < min(sums)]

    def adjustments(self) -> list[Decimal]:
        """What may stand between one sum and the next, signed."""
        plus = [entry.value for entry in self.of(Role.SERVICE, Role.TAX)]
        minus = [-entry.value for entry in self.of(Role.DISCOUNT, Role.WITHHELD, Role.OTHER_PAYER)]
        rounding = [-entry.value if entry.negative else entry.value for entry in self.of(Role.ROUNDING)]
        return [value for value in plus + minus + rounding if value][:MAX_ADJUSTMENTS]


def find_total(account: Account) -> FoundTotal | None:
    """The best supported amount; None where nothing on the paper says what was paid."""
    evidence: dict[Decimal, list[float]] = defaultdict(list)
    for value, trust in _all_evidence(account):
        if value > 0:
            evidence[value].append(trust)
    if not evidence:
        return _only_amount(account)
    sayers = {value: _sayer(account, value) for value in evidence}
    known = {value: entry for value, entry in sayers.items() if entry is not None}
    if not known:
        return None
    best = max(known, key=lambda value: (_together(evidence[value]), known[value].index))
    trust = _together(evidence[best]) * (0.5 + 0.5 * known[best].row.confidence)
    if (tendered := _less_change(account)) and best not in tendered:
        trust *= CONTRADICTED
    return FoundTotal(best, round(min(SURE, trust), 3), known[best])


def _all_evidence(account: Account) -> Iterator[tuple[Decimal, float]]:
    yield from _labels(account)
    yield from _payments(account)
    sums = set(account.values(*SUM_ROLES))
    derived = _derived(account)
    for value in sums:
        if not derived.isdisjoint((value - CENT, value, value + CENT)):
            yield value, ADDS_UP
        if _tax_fits(account, value):
            yield value, TAX_FITS
    items = account.items()
    if items and (total := sum((-e.value if e.negative else e.value for e in items), Decimal(0))) in sums:
        yield total, ITEMS_ADD_UP


def _labels(account: Account) -> Iterator[tuple[Decimal, float]]:
    """Each value once a role: a total printed twice is not twice as likely."""
    said: dict[tuple[Decimal, Role], float] = {}
    for entry in account.entries:
        if entry.role in LABEL_TRUST and not entry.negative:
            trust = SLIP_AMOUNT if account.slip and entry.role is Role.AMOUNT else LABEL_TRUST[entry.role]
            trust *= 1.0 if entry.firm else BARE
            key = (entry.value, entry.role)
            said[key] = max(trust, said.get(key, 0.0))
    has_sum = any(role in SUM_ROLES for _, role in said)
    for (value, role), trust in said.items():
        if role in SUM_ROLES or not has_sum:
            yield value, trust


def _payments(account: Account) -> Iterator[tuple[Decimal, float]]:
    for value in _less_change(account):
        yield value, CASH_LESS_CHANGE
    if any(account.values(Role.CHANGE)):
        return
    paid = account.values(Role.CASH, Role.PAYMENT)
    for value in {*paid, sum(paid, Decimal(0))}:
        yield value, PAID_EXACTLY


def _less_change(account: Account) -> set[Decimal]:
    change = account.last(Role.CHANGE)
    cash = account.values(Role.CASH)
    if change is None or not change.value or not cash:
        return set()
    everything = cash + account.values(Role.PAYMENT)
    return {value for value in (max(cash) - change.value, sum(everything) - change.value) if value > 0}


def _derived(account: Account) -> set[Decimal]:
    """What the printed sums give together with some of the adjustments."""
    adjustments = account.adjustments()
    steps = {
        sum(some, Decimal(0)) for size in range(1, len(adjustments) + 1) for some in combinations(adjustments, size)
    }
    bases = set(account.values(Role.SUBTOTAL, Role.TOTAL))
    return {base + step for base in bases for step in steps if abs(step) > CENT}


def _tax_fits(account: Account, value: Decimal) -> bool:
    taxes = [tax for tax in account.values(Role.TAX) if tax][:MAX_ADJUSTMENTS]
    return any(abs(value * rate / (100 + rate) - tax) <= CENT for tax in taxes for rate in TAX_RATES)


def _sayer(account: Account, value: Decimal) -> Entry | None:
    """The entry that names the value best; for cash less change, where no total says it, the change."""
    saying = [entry for entry in account.entries if entry.value == value and entry.role in LABEL_TRUST]
    if saying:
        return max(saying, key=lambda entry: (LABEL_TRUST[entry.role], entry.index))
    return account.last(Role.CHANGE)


def _only_amount(account: Account) -> FoundTotal | None:
    """Without any label: a document with one single amount has only one reading."""
    values = {entry.value for entry in account.of(Role.NONE) if entry.firm and entry.value > 0}
    if len(values) != 1:
        return None
    entry = account.of(Role.NONE)[-1]
    return FoundTotal(entry.value, round(UNLABELLED * entry.row.confidence, 3), entry)


def _together(trusts: Sequence[float]) -> float:
    """Independent hints: the chance that at least one of them is right."""
    return 1.0 - prod(1.0 - trust for trust in trusts)
