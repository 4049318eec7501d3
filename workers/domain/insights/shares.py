"""Insights about what makes up much of the spending: a category, small purchases, cash, a way to pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from contracts.events.insights import InsightKind
from contracts.values import PaymentMethod
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, Spent, grouped, total_of
from workers.domain.insights.robust import confidence, effective_size, surely_above
from workers.domain.insights.study import Study
from workers.domain.insights.wording import both, percent, sum_en, sum_th

LEAST_ENTRIES: Final = 10
DOMINANT: Final = 0.4
MOSTLY: Final = 0.5
SMALL: Final = Decimal("0.005")
"""A purchase is small when it is no more than this share of what 30 days cost."""
LEAST_SMALL: Final = 20
LEAST_DAYS: Final = 14
MUCH: Final = 0.1
"""Share of all money from which small purchases add up to much."""
PRIOR: Final = 2
_MONTH: Final = 30


def category_dominance(study: Study) -> Iterator[Finding]:
    """The one category that takes more than 40 % of the money, bills included."""
    history = study.history
    if len(history.entries) < LEAST_ENTRIES or len(history.by_category) == 1:
        return
    category, entries = max(history.by_category.items(), key=lambda pair: total_of(pair[1]))
    share = _share(entries, history.entries)
    if share <= DOMINANT:
        return
    total = total_of(entries)
    yield Finding(
        kind=InsightKind.CATEGORY_DOMINANCE,
        subject=category,
        text=both(
            f"{category} takes {percent(share)} of your spending: {sum_en(total, history.currency)} of"
            f" {sum_en(history.total, history.currency)}.",
            f"หมวด{category.thai}คิดเป็น {percent(share)} ของรายจ่าย: {sum_th(total, history.currency)} จาก"
            f" {sum_th(history.total, history.currency)}",
        ),
        entries=entries,
        impact=total,
        confidence=_sure(share, DOMINANT, history.entries),
        first=history.first,
        last=history.last,
        category=category,
    )


def micro_spending(study: Study) -> Iterator[Finding]:
    """Small purchases that add up to more than a tenth of the money."""
    history = study.history
    if history.days < LEAST_DAYS:
        return
    limit = small_limit(history)
    small = [entry for entry in history.entries if entry.amount <= limit]
    if len(small) < LEAST_SMALL or _share(small, history.entries) <= MUCH:
        return
    share, total = _share(small, history.entries), total_of(small)
    yield Finding(
        kind=InsightKind.MICRO_SPENDING,
        subject="small",
        text=both(
            f"{len(small)} purchases of at most {sum_en(limit, history.currency)} add up to"
            f" {sum_en(total, history.currency)}, {percent(share)} of your spending.",
            f"รายจ่ายเล็กน้อยไม่เกิน {sum_th(limit, history.currency)} จำนวน {len(small)} ครั้ง รวมเป็น"
            f" {sum_th(total, history.currency)} หรือ {percent(share)} ของรายจ่าย",
        ),
        entries=small,
        impact=total,
        confidence=_sure(share, MUCH, history.entries),
        first=history.first,
        last=history.last,
    )


def small_limit(history: History) -> Decimal:
    """The largest amount that is small for this owner."""
    return history.total / history.days * _MONTH * SMALL


def cash_share(study: Study) -> Iterator[Finding]:
    """Cash, where more than half of the money is paid in it; only entries that tell how they were paid count."""
    history = study.history
    told = [entry for entry in history.entries if entry.payment_method is not None]
    cash = [entry for entry in told if entry.payment_method is PaymentMethod.CASH]
    if len(told) < LEAST_ENTRIES or _share(cash, told) <= MOSTLY:
        return
    share, total = _share(cash, told), total_of(cash)
    yield Finding(
        kind=InsightKind.CASH_SHARE,
        subject="cash",
        text=both(
            f"{percent(share)} of your spending is paid in cash: {sum_en(total, history.currency)}"
            f" in {len(cash)} payments.",
            f"จ่ายด้วยเงินสด {percent(share)} ของรายจ่าย: {sum_th(total, history.currency)} จาก {len(cash)} รายการ",
        ),
        entries=cash,
        impact=total,
        # What was paid without saying how may have been paid in any way.
        confidence=_sure(share, MOSTLY, told) * _share(told, history.entries),
        first=history.first,
        last=history.last,
        payment_method=PaymentMethod.CASH,
    )


def payment_preference(study: Study) -> Iterator[Finding]:
    """The way more than half of the payments are made."""
    history = study.history
    methods = grouped((entry.payment_method, entry) for entry in history.entries if entry.payment_method)
    told = sum(map(len, methods.values()))
    if told < LEAST_ENTRIES:
        return
    method, entries = max(sorted(methods.items()), key=lambda pair: len(pair[1]))
    share = len(entries) / told
    if share <= MOSTLY:
        return
    total = total_of(entries)
    yield Finding(
        kind=InsightKind.PAYMENT_PREFERENCE,
        subject=method,
        text=both(
            f"You mostly pay by {method}: {len(entries)} of {told} payments, {sum_en(total, history.currency)}.",
            f"มักจ่ายด้วย{method.thai}: {len(entries)} จาก {told} รายการ รวม {sum_th(total, history.currency)}",
        ),
        entries=entries,
        impact=total,
        confidence=confidence(surely_above(share, MOSTLY, told), told, PRIOR) * told / len(history.entries),
        first=history.first,
        last=history.last,
        payment_method=method,
    )


def _share(part: Sequence[Spent], whole: Sequence[Spent]) -> float:
    return float(total_of(part) / total_of(whole)) if whole else 0.0


def _sure(share: float, threshold: float, entries: Sequence[Spent]) -> float:
    size = effective_size(float(entry.amount) for entry in entries)
    return confidence(surely_above(share, threshold, size), size, PRIOR)
