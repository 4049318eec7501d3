"""Outcome events of the area *insights* as consumers receive them."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.errors import ErrorCode
from contracts.events.insights import (
    CategoryExpectation,
    CurrencyForecast,
    CurrencyInsights,
    DayRange,
    Direction,
    DuePayment,
    Evidence,
    Expectation,
    Insight,
    InsightFailed,
    InsightKind,
    InsightRejected,
    InsightsGenerated,
    ScorePart,
    SpendingForecast,
    SpendingScore,
)
from contracts.events.outcomes import DeadLetter, LocalizedText
from contracts.examples.base import Example
from contracts.examples.commands import ENTRY_ID
from contracts.money import Currency, Money
from contracts.values import Category, Confidence

_COMMAND_ID: Final = "01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10"
_PERIOD: Final = DayRange(first=date(2025, 10, 18), last=date(2026, 1, 15))
_AHEAD: Final = DayRange(first=date(2026, 1, 16), last=date(2026, 2, 14))


def _baht(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency=Currency.THB)


INSIGHT_EXAMPLES: Final = (
    Example(
        "an anomaly and a trend, with the score",
        InsightsGenerated(
            period=_PERIOD,
            entries=212,
            currencies=(
                CurrencyInsights(
                    currency=Currency.THB,
                    entries=212,
                    total=_baht("61240.50"),
                    found=2,
                    insights=(
                        Insight(
                            id=UUID("0a2f6f52-7f57-5f1a-9f0c-0d7f5f1f9d10"),
                            kind=InsightKind.ANOMALY,
                            text=LocalizedText(
                                en="1,950.00 THB at MK on 9 Jan 2026 is 16.2 times what you usually pay for Food & "
                                "Dining (120.50 THB).",
                                th="1,950.00 บาท ที่ MK วันที่ 9 ม.ค. 2569 สูงเป็น 16.2 เท่าของที่จ่ายปกติ"
                                "ในหมวดอาหารและเครื่องดื่ม (120.50 บาท)",
                            ),
                            impact=_baht("1829.50"),
                            confidence=Confidence(0.9512),
                            evidence=Evidence(count=1, entry_ids=(ENTRY_ID,)),
                            period=DayRange(first=date(2026, 1, 9), last=date(2026, 1, 9)),
                            category=Category.FOOD,
                            merchant="MK",
                        ),
                        Insight(
                            id=UUID("5b9e2f6a-3c0d-5e4f-8a1b-2c3d4e5f6a7b"),
                            kind=InsightKind.MONTHLY_TREND,
                            text=LocalizedText(
                                en="Spending on Transportation rises by about 310.00 THB a month, over 12 weeks; a "
                                "usual month is 2,150.00 THB.",
                                th="รายจ่ายหมวดการเดินทางเพิ่มขึ้นเดือนละประมาณ 310.00 บาท ตลอด 12 สัปดาห์"
                                " เดือนปกติอยู่ที่ 2,150.00 บาท",
                            ),
                            impact=_baht("310.00"),
                            confidence=Confidence(0.8143),
                            evidence=Evidence(count=48, entry_ids=(ENTRY_ID,)),
                            period=_PERIOD,
                            category=Category.TRANSPORTATION,
                            direction=Direction.UP,
                        ),
                    ),
                    score=SpendingScore(
                        points=78,
                        parts=(
                            ScorePart(
                                name="balance",
                                points=78,
                                weight=1.0,
                                text=LocalizedText(
                                    en="41 % goes to shopping, entertainment, travel and what has no category.",
                                    th="41 % เป็นช้อปปิ้ง บันเทิง ท่องเที่ยว และรายการที่ไม่มีหมวด",
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
    Example("somebody without entries", InsightsGenerated(period=_PERIOD, entries=0)),
    Example(
        "the next 30 days",
        SpendingForecast(
            period=_AHEAD,
            interval=0.8,
            entries=640,
            currencies=(
                CurrencyForecast(
                    currency=Currency.THB,
                    history=DayRange(first=date(2025, 3, 2), last=date(2026, 1, 15)),
                    entries=640,
                    enough=True,
                    total=Expectation(
                        amount=_baht("20350.00"),
                        low=_baht("17200.00"),
                        high=_baht("24900.00"),
                        confidence=Confidence(0.9094),
                    ),
                    categories=(
                        CategoryExpectation(
                            category=Category.FOOD,
                            amount=_baht("6120.00"),
                            low=_baht("5010.00"),
                            high=_baht("7480.00"),
                            confidence=Confidence(0.8876),
                        ),
                    ),
                    due=(
                        DuePayment(
                            due=date(2026, 2, 5),
                            merchant="AIS",
                            category=Category.BILLS,
                            amount=_baht("599.00"),
                            confidence=Confidence(0.9474),
                        ),
                    ),
                    tested=16,
                ),
            ),
        ),
    ),
    Example(
        "too little for a forecast",
        SpendingForecast(
            period=_AHEAD,
            interval=0.8,
            entries=4,
            currencies=(
                CurrencyForecast(
                    currency=Currency.JPY,
                    history=DayRange(first=date(2026, 1, 3), last=date(2026, 1, 15)),
                    entries=4,
                    enough=False,
                ),
            ),
        ),
    ),
    Example(
        "a day that is yet to come",
        InsightRejected(
            command_type=AnalyzeSpending.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INVALID_COMMAND,
            message=LocalizedText.of(ErrorCode.INVALID_COMMAND),
            field="reference_date",
            reason="2026-01-16 is after 2026-01-15 in Asia/Bangkok",
        ),
    ),
    Example(
        "never forecast",
        InsightFailed(
            command_type=ForecastSpending.type,
            command_id=_COMMAND_ID,
            code=ErrorCode.INTERNAL_ERROR,
            message=LocalizedText.of(ErrorCode.INTERNAL_ERROR),
            reason="unexpected ZeroDivisionError",
            dead_letter=DeadLetter(
                topic="poon.insights.dlt",
                original_topic="poon.insights.commands",
                original_partition=3,
                original_offset=12,
            ),
            attempts=3,
        ),
    ),
)
"""At least one of every event of the area."""
