"""Which amount was paid: labels propose it, arithmetic confirms it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.arithmetic import (
    CENT,
    MAX_ADJUSTMENTS,
    SUM_ROLES,
    TAX_RATES,
    derived_sums,
    rounded,
    signed,
)
from adapters.inference.receipts.labels import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.inference.receipts.entries import Entry

LABEL_TRUST: Final = {
    Role.NET: 0.75,
    Role.TOTAL: 0.6,
    Role.AMOUNT: 0.5,
    Role.SUBTOTAL: 0.25,
    Role.PAYMENT: 0.3,
    Role.CASH: 0.2,
}
SLIP_AMOUNT: Final = 0.97
BARE: Final = 0.6
CASH_LESS_CHANGE: Final = 0.85
COINS: Final = Decimal("0.05")
NOT_PRINTED: Final = 0.55
"""Cash less change where no row says so much: a digit of the cash is misread as easily as one of the total."""
PAID_EXACTLY: Final = 0.5
ADDS_UP: Final = 0.6
ITEMS_ADD_UP: Final = 0.5
TAX_FITS: Final = 0.25
UNLABELLED: Final = 0.3
SLIP_UNLABELLED: Final = 0.88
CONTRADICTED: Final = 0.8
ASKED: Final = 0.6
OTHER_THAN_ASKED: Final = 0.6
CODE_ALONE: Final = 0.6
SURE: Final = 0.99


@dataclass(frozen=True, slots=True)
class FoundTotal:
    """The amount paid, with the entry that says it best.

    Attributes:
        weight: of the evidence, 0 to 1: more is better, but no probability yet.
    """

    value: Decimal
    weight: float
    entry: Entry


@dataclass(frozen=True, slots=True)
class Account:
    """The receipt's entries by role.

    Attributes:
        asked: the amount a PromptPay code on the paper asks for: no entry of the print.
    """

    entries: tuple[Entry, ...]
    slip: bool = False
    asked: Entry | None = None

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


def find_total(account: Account) -> FoundTotal | None:
    """The best supported amount; None where nothing on the paper says what was paid."""
    evidence: dict[Decimal, list[float]] = defaultdict(list)
    for value, trust in _all_evidence(account):
        if value > 0:
            evidence[value].append(trust)
    if not evidence:
        return _only_code(account) or _only_amount(account)
    sayers = {value: _sayer(account, value) for value in evidence}
    known = {value: entry for value, entry in sayers.items() if entry is not None}
    if not known:
        return None
    best = max(known, key=lambda value: (_together(evidence[value]), known[value].index))
    trust = _together(evidence[best]) * (0.5 + 0.5 * known[best].row.confidence)
    if (tendered := _less_change(account)) and best not in tendered:
        trust *= CONTRADICTED
    if account.asked is not None and abs(account.asked.value - best) > CENT:
        trust *= OTHER_THAN_ASKED
    return FoundTotal(best, round(min(SURE, trust), 3), known[best])


def _all_evidence(account: Account) -> Iterator[tuple[Decimal, float]]:
    yield from _labels(account)
    yield from _payments(account)
    if account.asked is not None and account.asked.value in account.values(*LABEL_TRUST):
        yield account.asked.value, ASKED
    sums = set(account.values(*SUM_ROLES))
    items = sum(map(signed, account.items()), Decimal(0))
    derived = derived_sums(account.entries, items)
    before_rounding = account.values(Role.SUBTOTAL)
    after_rounding = {value for base in before_rounding for value in rounded(base, account.entries)}
    for value in sums | _less_change(account):
        if value in after_rounding or not derived.isdisjoint((value - CENT, value, value + CENT)):
            yield value, ADDS_UP
        if _tax_fits(account, value):
            yield value, TAX_FITS
        if value == items:
            yield value, ITEMS_ADD_UP


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
    printed = set(account.values(*LABEL_TRUST))
    for value in _less_change(account):
        yield value, CASH_LESS_CHANGE if _nearly_in(value, printed) else NOT_PRINTED
    if any(account.values(Role.CHANGE)):
        return
    paid = account.values(Role.CASH, Role.PAYMENT)
    for value in {*paid, sum(paid, Decimal(0))}:
        yield value, PAID_EXACTLY


def _nearly_in(value: Decimal, printed: set[Decimal]) -> bool:
    """Whether a row says so much, but for the coins that no longer exist."""
    return any(abs(value - said) <= COINS for said in printed)


def _less_change(account: Account) -> set[Decimal]:
    change = account.last(Role.CHANGE)
    cash = account.values(Role.CASH)
    if change is None or not change.value or not cash:
        return set()
    everything = cash + account.values(Role.PAYMENT)
    return {value for value in (max(cash) - change.value, sum(everything) - change.value) if value > 0}


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
    entry = [entry for entry in account.of(Role.NONE) if entry.value in values][-1]
    trust = SLIP_UNLABELLED if account.slip else UNLABELLED
    return FoundTotal(entry.value, round(trust * entry.row.confidence, 3), entry)


def _only_code(account: Account) -> FoundTotal | None:
    """Without any label, what the code to pay by asks for: where the print has the same amount, or none at all."""
    if account.asked is None:
        return None
    printed = [entry for entry in account.entries if entry.firm]
    same = [entry for entry in printed if entry.value == account.asked.value]
    if printed and not same:
        return None
    return FoundTotal(account.asked.value, CODE_ALONE, same[-1] if same else account.asked)


def _together(trusts: Sequence[float]) -> float:
    """Independent hints: the chance that at least one of them is right."""
    return 1.0 - prod(1.0 - trust for trust in trusts)
