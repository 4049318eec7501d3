import pytest

from contracts.commands.insights import Budget
from contracts.events.insights import ScorePart, SpendingScore
from contracts.money import Money
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, back, daily, only

WISH, NEED = Category.SHOPPING, Category.FOOD


def steady(days: int, wishes: int = 0) -> Diary:
    """A hundred a day; of every ten days so many on wishes."""
    diary = Diary()
    for number, day in enumerate(daily(days)):
        diary.spend(day, 100, f"shop {number}", WISH if number % 10 < wishes else NEED)
    return diary


def score(diary: Diary, *budgets: Budget) -> SpendingScore | None:
    return only(analysed(diary.entries, 90, budgets=budgets)).score


def part(name: str, diary: Diary, *budgets: Budget) -> ScorePart:
    found = score(diary, *budgets)
    assert found is not None
    return next(one for one in found.parts if one.name == name)


def test_steady_needs_that_do_not_rise_have_full_points() -> None:
    found = score(steady(90))
    assert found is not None
    assert found.points == 100
    assert [one.name for one in found.parts] == ["steadiness", "trend", "balance", "small_purchases"]
    assert sum(one.weight for one in found.parts) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("days", "is_told"), [(27, False), (28, True)])
def test_a_score_takes_four_weeks(days: int, *, is_told: bool) -> None:
    assert (score(steady(days)) is not None) is is_told


@pytest.mark.parametrize(("count", "is_told"), [(19, False), (20, True)])
def test_a_score_takes_twenty_entries(count: int, *, is_told: bool) -> None:
    diary = Diary()
    for number in range(count):
        diary.spend(back(4 * number), 100, f"shop {number}")
    assert (score(diary) is not None) is is_told


@pytest.mark.parametrize(("wishes", "points"), [(0, 100), (3, 100), (5, 60), (8, 0), (10, 0)])
def test_balance_falls_with_the_share_of_wishes(wishes: int, points: int) -> None:
    assert part("balance", steady(90, wishes)).points == points


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    found = score(steady(90, 6))
    assert found is not None
    assert found.points == round(sum(one.points * one.weight for one in found.parts))


def test_weeks_that_differ_cost_steadiness() -> None:
    diary = Diary()
    for week in range(12):
        for day in range(7):
            diary.spend(back(7 * week + day), 20 if week % 2 else 180, f"shop {week} {day}")
    found = part("steadiness", diary)
    # Weeks cost 140 or 1,260: the median is 700 and all are 560 off, 1.4826 times of which is more than it.
    assert found.points == 0
    assert found.text.en == "Weeks without bills differ from the usual one by 119 %."


def test_spending_that_rises_costs_points() -> None:
    diary = Diary()
    for number, day in enumerate(daily(90)):
        diary.spend(day, 50 + 2 * number, f"shop {number}")
    found = part("trend", diary)
    assert found.text.en == "Spending rises by 10 % a month."
    assert found.points == 61


def test_small_purchases_cost_points() -> None:
    diary = steady(90)
    for number in range(180):
        diary.spend(back(number % 90), 12, f"kiosk {number}")
    # 2,160 of 11,160 are small, 19.35 %: of the way from 5 to 30 % a little more than half is gone.
    assert part("small_purchases", diary).points == 43


def test_budgets_cost_points_by_how_far_they_are_exceeded() -> None:
    diary = steady(90)
    diary.spend(back(0), 1_100, "MK")
    kept, broken = Budget(monthly=Money.of("90000")), Budget(category=NEED, monthly=Money.of("1000"))
    found = part("budgets", diary, kept, broken)
    # On the first of March 1,200 of 1,000 are spent: a fifth too much, a tenth on average of the two.
    assert found.points == 80
    assert found.text.th == "1 จาก 2 งบมีความเสี่ยง"


def test_somebody_with_nothing_but_bills_is_judged_by_what_there_is() -> None:
    diary = Diary()
    for number in range(12):
        diary.spend(back(7 * number), 250, "ครูสอนเปียโน", Category.EDUCATION)
        diary.spend(back(7 * number + 1), 120, "ฟิตเนส", Category.HEALTHCARE)
    found = score(diary)
    assert found is not None
    assert [one.name for one in found.parts] == ["balance", "small_purchases"]
