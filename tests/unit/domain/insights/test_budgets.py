from datetime import date, timedelta

import pytest

from contracts.commands.insights import Budget
from contracts.events.insights import Insight, InsightKind
from contracts.money import Currency, Money
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, of_kind

TENTH = date(2026, 3, 10)


def a_hundred_a_day(days: int, last: date = TENTH) -> Diary:
    diary = Diary()
    for number in range(days):
        diary.spend(last - timedelta(days=number), 80 + number * 7 % 41, f"ร้าน {number}")
    return diary


def at_risk(diary: Diary, *budgets: Budget, days: int = 90, last: date = TENTH) -> list[Insight]:
    return of_kind(analysed(diary.entries, days, last, budgets), InsightKind.BUDGET_RISK)


def food(amount: str, currency: Currency = Currency.THB) -> Budget:
    return Budget(category=Category.FOOD, monthly=Money.of(amount, currency))


def test_a_budget_that_will_not_last_is_told_with_what_is_expected() -> None:
    (found,) = at_risk(a_hundred_a_day(90), food("2500"))
    assert found.text.en == (
        "The budget for Food & Dining will probably not last: 951.00 THB of 2,500.00 THB so far,"
        " about 3,055.50 THB by the end of the month."
    )
    assert found.text.th.startswith("งบหมวดอาหารและเครื่องดื่มน่าจะไม่พอ: ใช้ไปแล้ว 951.00 บาท จาก 2,500.00 บาท")
    assert (str(found.impact), found.category) == ("555.50 THB", Category.FOOD)
    assert (found.period.first, found.period.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert 0.8 < found.confidence.value < 1


def test_an_exceeded_budget_is_a_fact() -> None:
    (found,) = at_risk(a_hundred_a_day(10), Budget(monthly=Money.of("900")))
    assert found.text.en == "The budget for everything is exceeded: 951.00 THB of 900.00 THB."
    assert found.text.th == "เกินงบรวมทุกหมวดแล้ว: 951.00 บาท จาก 900.00 บาท"
    assert (found.confidence.value, str(found.impact), found.evidence.count) == (1.0, "51.00 THB", 10)


@pytest.mark.parametrize("limit", ["951", "5000"])
def test_a_budget_that_will_do_and_one_spent_to_the_last_satang_are_no_risk_of_their_own(limit: str) -> None:
    quiet = a_hundred_a_day(90)
    quiet.entries = [entry for entry in quiet.entries if entry.spent_on >= date(2026, 3, 1)]
    quiet.spend(date(2026, 1, 1), 1, "the first entry", Category.SHOPPING)
    assert at_risk(quiet, food(limit)) == []


@pytest.mark.parametrize(("days", "found"), [(27, 0), (41, 0), (42, 1)])
def test_a_risk_takes_four_weeks_and_twice_what_is_left_of_the_month(days: int, found: int) -> None:
    assert len(at_risk(a_hundred_a_day(days), food("1100"))) == found


def test_on_the_last_day_of_a_month_nothing_is_left_to_risk() -> None:
    last = date(2026, 3, 31)
    assert at_risk(a_hundred_a_day(90, last), food("99999"), last=last) == []


def test_a_short_period_still_sees_the_whole_month() -> None:
    (found,) = at_risk(a_hundred_a_day(30), food("900"), days=7)
    assert found.evidence.count == 10


def test_a_budget_of_another_currency_or_category_is_not_touched() -> None:
    other = Budget(category=Category.TRAVEL, monthly=Money.of("1"))
    assert at_risk(a_hundred_a_day(90), food("1", Currency.USD), other) == []
