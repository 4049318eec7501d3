"""How a receipt was paid. The words for it are the caller's; here is only where on the paper they count."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from adapters.inference.receipts.labels import Role
from contracts.values import PaymentMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.inference.receipts.entries import Entry
    from adapters.inference.receipts.rows import Row
    from adapters.inference.receipts.totals import Account

    PaymentWords = Callable[[str], PaymentMethod | None]

_HOUSE_RULES: Final = re.compile(
    r"\bno\b|\bnot\b|refund|exchange|thank|\baccept|\bapproval|\bcashier\b|points?\b|แต้ม|งดรับ|ไม่รับ", re.IGNORECASE
)
_MAX_WORDS: Final = 7
_WITH_CHANGE: Final = 0.95
_EXACT_SUM: Final = 0.9
_NAMED: Final = 0.75
_OFFERED: Final = 0.7

Paid = tuple[PaymentMethod, float, str]


def find_payment(account: Account, rows: Sequence[Row], total: Decimal, method_of: PaymentWords) -> Paid | None:
    """The method whose amount is the total, else the cash that change was given on, else a row that names one."""
    said = [(entry, method) for entry in account.of(Role.CASH, Role.PAYMENT) if (method := _method(entry, method_of))]
    if len({method for _, method in said}) > 1 and sum(entry.value for entry, _ in said) == total:
        return PaymentMethod.OTHER, _EXACT_SUM, " / ".join(entry.row.text for entry, _ in said)[:200]
    if said:
        entry, method = max(said, key=lambda choice: (choice[0].value == total, choice[0].role is Role.CASH))
        trust = _EXACT_SUM if entry.value == total else _NAMED
        if entry.role is Role.CASH and any(account.values(Role.CHANGE)):
            trust = _WITH_CHANGE
        return method, round(trust * entry.row.confidence, 3), entry.row.text[:200]
    return _named(account, rows, method_of)


def pay_by_code(account: Account, total: Decimal) -> Paid | None:
    """A code that asks for the very total was there to be scanned; whether it was, only the print can tell."""
    if account.asked is None or account.asked.value != total:
        return None
    return PaymentMethod.PROMPTPAY, _OFFERED, account.asked.row.text


def _method(entry: Entry, method_of: PaymentWords) -> PaymentMethod | None:
    return PaymentMethod.CASH if entry.role is Role.CASH else method_of(entry.label)


def _named(account: Account, rows: Sequence[Row], method_of: PaymentWords) -> Paid | None:
    """A row below the first sum that names a method without repeating the amount."""
    sums = [entry.index for entry in account.of(Role.NET, Role.TOTAL, Role.AMOUNT, Role.SUBTOTAL)]
    for row in rows[min(sums, default=0) :]:
        if _HOUSE_RULES.search(row.text) or len(row.text.split()) > _MAX_WORDS:
            continue
        method = method_of(row.text)
        if method is not None:
            return method, round(_NAMED * row.confidence, 3), row.text[:200]
    return None
