"""The spending score: how well spending is in hand, 0 to 100, from parts that each say how they came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean, median
from typing import Final, NamedTuple

from contracts.commands.insights import Budget
from contracts.events.insights import Direction, InsightKind, ScorePart, SpendingScore
from contracts.events.outcomes import LocalizedText
from contracts.values import Category
from workers.domain.insights.findings import Finding
from workers.domain.insights.history import History, total_of
from workers.domain.insights.robust import spread
from workers.domain.insights.shares import small_limit
from workers.domain.insights.study import Study
from workers.domain.insights.trends import WEEKS_OF_A_MONTH, weekly
from workers.domain.insights.wording import both, percent

LEAST_DAYS: Final = 28
LEAST_ENTRIES: Final = 20
WISHES: Final = frozenset({Category.SHOPPING, Category.ENTERTAINMENT, Category.TRAVEL, Category.MISCELLANEOUS})
"""What is neither needed, nor owed to family and faith, nor learning."""

# Where a part begins to lose points, where it has none left, and its weight beside the others.
STEADY: Final = (0.0, 1.0, 0.25)
BALANCED: Final = (0.3, 0.8, 0.3)
RISING: Final = (0.0, 0.25, 0.2)
TRICKLING: Final = (0.05, 0.3, 0.1)
OVER_BUDGET: Final = (0.0, 0.5, 0.25)


class _Part(NamedTuple):
    name: str
    scale: tuple[float, float, float]
    measured: float
    text: LocalizedText

    @property
    def points(self) -> int:
        best, worst, _ = self.scale
        return round(100 * min(1.0, max(0.0, (worst - self.measured) / (worst - best))))


def spending_score(study: Study, budgets: Sequence[Budget], findings: Sequence[Finding]) -> SpendingScore | None:
    """The score; None where 28 days or 20 entries are lacking.

    Args:
        study: what was looked at.
        budgets: those of the currency.
        findings: what was found, for trend and budgets.
    """
    history = study.history
    if history.days < LEAST_DAYS or len(history.entries) < LEAST_ENTRIES:
        return None
    parts = [*_of_entries(study, findings), *_of_budgets(budgets, findings)]
    whole = sum(part.scale[2] for part in parts)
    told = tuple(
        ScorePart(name=part.name, points=part.points, weight=round(part.scale[2] / whole, 4), text=part.text)
        for part in parts
    )
    return SpendingScore(points=round(sum(part.points * part.scale[2] for part in parts) / whole), parts=told)


def _of_entries(study: Study, findings: Sequence[Finding]) -> Iterator[_Part]:
    if study.rest is not None:
        yield from _steadiness(study.rest)
        yield _trend(study.rest, findings)
    yield _balance(study.history)
    yield _small_purchases(study.history)


def _steadiness(rest: History) -> Iterator[_Part]:
    weeks = weekly(rest, rest.entries)
    usual = median(weeks)
    if usual:
        wobble = spread(weeks) / usual
        yield _Part(
            "steadiness",
            STEADY,
            wobble,
            both(
                f"Weeks without bills differ from the usual one by {percent(wobble)}.",
                f"รายจ่ายรายสัปดาห์ที่ไม่รวมบิลต่างจากสัปดาห์ปกติ {percent(wobble)}",
            ),
        )


def _trend(rest: History, findings: Sequence[Finding]) -> _Part:
    rising = [
        finding
        for finding in findings
        if (finding.kind, finding.subject, finding.direction) == (InsightKind.MONTHLY_TREND, "all", Direction.UP)
        and finding.is_sure_enough
    ]
    if not rising:
        return _Part("trend", RISING, 0.0, both("Spending does not surely rise.", "รายจ่ายไม่มีแนวโน้มเพิ่มขึ้นชัดเจน"))
    usual = median(weekly(rest, rest.entries)) * WEEKS_OF_A_MONTH
    rise = float(rising[0].impact) / usual
    return _Part(
        "trend",
        RISING,
        rise,
        both(f"Spending rises by {percent(rise)} a month.", f"รายจ่ายเพิ่มขึ้นเดือนละ {percent(rise)}"),
    )


def _balance(history: History) -> _Part:
    share = float(total_of(entry for entry in history.entries if entry.category in WISHES) / history.total)
    return _Part(
        "balance",
        BALANCED,
        share,
        both(
            f"{percent(share)} goes to shopping, entertainment, travel and what has no category.",
            f"{percent(share)} เป็นช้อปปิ้ง บันเทิง ท่องเที่ยว และรายการที่ไม่มีหมวด",
        ),
    )


def _small_purchases(history: History) -> _Part:
    limit = small_limit(history)
    share = float(total_of(entry for entry in history.entries if entry.amount <= limit) / history.total)
    return _Part(
        "small_purchases",
        TRICKLING,
        share,
        both(f"{percent(share)} goes to small purchases.", f"{percent(share)} เป็นรายจ่ายเล็กน้อย"),
    )


def _of_budgets(budgets: Sequence[Budget], findings: Sequence[Finding]) -> Iterator[_Part]:
    if not budgets:
        return
    at_risk = {finding.category: finding for finding in findings if finding.kind is InsightKind.BUDGET_RISK}
    over = [
        float(at_risk[budget.category].impact) / float(budget.monthly.amount)
        if budget.category in at_risk and at_risk[budget.category].is_sure_enough
        else 0.0
        for budget in budgets
    ]
    broken = sum(one > 0 for one in over)
    yield _Part(
        "budgets",
        OVER_BUDGET,
        fmean(over),
        both(f"{broken} of {len(budgets)} budgets are at risk.", f"{broken} จาก {len(budgets)} งบมีความเสี่ยง"),
    )
