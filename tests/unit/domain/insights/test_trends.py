import pytest

from contracts.events.insights import Direction, Insight, InsightKind
from contracts.values import Category
from tests.unit.domain.insights.samples import Diary, analysed, back, of_kind


def changing(weeks: int, step: float, category: Category = Category.FOOD) -> Diary:
    """Two purchases a week, each dearer by a step than the week before."""
    diary = Diary()
    for week in range(weeks):
        for place in (2, 5):
            amount = 1_000 + step * (weeks - 1 - week)
            diary.spend(back(7 * week + place), amount, f"shop {week} {place}", category)
    diary.spend(back(7 * weeks - 1), 1, "the first entry", category)
    return diary


def trends(diary: Diary, days: int = 365) -> list[Insight]:
    return of_kind(analysed(diary.entries, days), InsightKind.MONTHLY_TREND)


def test_rising_spending_is_told_for_all_and_for_its_category() -> None:
    whole, category = sorted(trends(changing(12, 100)), key=lambda one: one.category or "")
    # Two purchases, 100 more each, every week of the 4.348 of a month.
    assert str(whole.impact) == "869.64 THB"
    assert whole.text.en == (
        "Your spending without bills rises by about 869.64 THB a month, over 12 weeks; a usual month is 13,479.46 THB."
    )
    assert whole.direction is category.direction is Direction.UP
    assert (whole.category, category.category) == (None, Category.FOOD)
    assert category.text.th.startswith("รายจ่ายหมวดอาหารและเครื่องดื่มเพิ่มขึ้นเดือนละประมาณ 869.64 บาท")
    assert whole.confidence.value > 0.8


def test_falling_spending_is_told_too() -> None:
    whole = next(one for one in trends(changing(12, -60)) if one.category is None)
    assert (whole.direction, "falls" in whole.text.en, "ลดลง" in whole.text.th) == (Direction.DOWN, True, True)


@pytest.mark.parametrize(("weeks", "found"), [(7, 0), (8, 2)])
def test_a_trend_takes_eight_weeks(weeks: int, found: int) -> None:
    diary = changing(weeks, 100)
    diary.spend(back(3), 1)
    diary.spend(back(4), 1)
    assert len(trends(diary)) == found


def test_a_trend_of_a_category_takes_sixteen_entries() -> None:
    diary = changing(12, 100)
    for week in range(12):
        diary.spend(back(7 * week + 1), 400 + 40 * (12 - week), f"fuel {week}", Category.TRANSPORTATION)
    assert {one.category for one in trends(diary)} == {None, Category.FOOD}


def test_a_flat_line_has_no_trend() -> None:
    assert trends(changing(12, 0)) == []


def test_one_dear_week_makes_no_trend() -> None:
    diary = changing(12, 0)
    diary.spend(back(1), 20_000)
    assert trends(diary) == []
