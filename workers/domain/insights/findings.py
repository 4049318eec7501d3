"""What a detector finds, and how it becomes an insight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.events.insights import MAX_EVIDENCE, DayRange, Direction, Evidence, Insight, InsightKind
from contracts.events.outcomes import LocalizedText
from contracts.ids import derived_id
from contracts.money import Currency
from contracts.values import MEDIUM_CONFIDENCE, Category, Confidence, PaymentMethod
from workers.domain.insights.history import Spent, by_date
from workers.domain.insights.wording import money

MOST_LISTED: Final = 30
"""Insights told for a currency; those of all eight, of the longest merchants' names, still fit into a record."""

_NAMESPACE: Final = UUID("2f6c1a52-9f0e-5b1d-8a53-5d0d2f6f7c14").bytes
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a detector found.

    Attributes:
        kind: what kind of thing it is.
        subject: what it is about, the same from one analysis to the next.
        text: the sentence.
        entries: those it rests on.
        impact: what it is worth, units of the currency.
        confidence: 0..1.
        first: the first day it is about.
        last: the last day it is about.
        category: what it is about, if a category.
        merchant: what it is about, if a merchant.
        payment_method: what it is about, if a payment method.
        direction: which way it changes.
    """

    kind: InsightKind
    subject: str
    text: LocalizedText
    entries: Sequence[Spent]
    impact: Decimal | float
    confidence: float
    first: date
    last: date
    category: Category | None = None
    merchant: str | None = None
    payment_method: PaymentMethod | None = None
    direction: Direction | None = None

    @property
    def is_sure_enough(self) -> bool:
        """Whether it may be told: at least medium confidence."""
        return self.confidence >= MEDIUM_CONFIDENCE

    @property
    def weight(self) -> float:
        """How much it matters."""
        return float(self.impact) * self.confidence

    def insight(self, currency: Currency, whose: str) -> Insight:
        """The insight, as it is told.

        Args:
            currency: of the impact.
            whose: names tenant and owner, so that no two owners share an id.
        """
        return Insight(
            id=derived_id(_NAMESPACE, f"{whose}|{currency}|{self.kind}|{self.subject}"),
            kind=self.kind,
            text=self.text,
            impact=money(self.impact, currency),
            confidence=rounded(self.confidence),
            evidence=evidence(self.entries),
            period=DayRange(first=self.first, last=self.last),
            category=self.category,
            merchant=self.merchant,
            payment_method=self.payment_method,
            direction=self.direction,
        )


def rounded(value: float) -> Confidence:
    """A confidence of four digits: the last bits of a float differ between machines."""
    return Confidence(round(min(1.0, max(0.0, value)), _DIGITS))


def evidence(entries: Iterable[Spent]) -> Evidence:
    """The entries something rests on; of many, those of the largest amounts."""
    all_of_them = list(entries)
    largest = sorted(all_of_them, key=lambda entry: (-entry.amount, by_date(entry)))[:MAX_EVIDENCE]
    return Evidence(count=len(all_of_them), entry_ids=tuple(entry.id for entry in sorted(largest, key=by_date)))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Those that may be told, the ones that matter most first."""
    told = [finding for finding in findings if finding.is_sure_enough]
    return sorted(told, key=lambda finding: (-finding.weight, finding.kind, finding.subject))
