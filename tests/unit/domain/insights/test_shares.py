from decimal import Decimal

import pytest

from contracts.events.insights import Insight, InsightKind
from contracts.values import Category, PaymentMethod
from tests.unit.domain.insights.samples import Diary, analysed, back, of_kind


def of_two(food: int, rides: int) -> Diary:
    diary = Diary()
    for number in range(food):
        diary.spend(back(number % 60), 100, f"ร้าน {number}")
    for number in range(rides):
        diary.spend(back(number % 60), 100, f"taxi {number}", Category.TRANSPORTATION)
    return diary


def dominance(diary: Diary) -> list[Insight]:
    return of_kind(analysed(diary.entries), InsightKind.CATEGORY_DOMINANCE)


def test_a_dominant_category_is_told_with_its_share() -> None:
    (found,) = dominance(of_two(36, 12))
    assert found.text.en == "Food & Dining takes 75 % of your spending: 3,600.00 THB of 4,800.00 THB."
    assert found.text.th == "หมวดอาหารและเครื่องดื่มคิดเป็น 75 % ของรายจ่าย: 3,600.00 บาท จาก 4,800.00 บาท"
    assert (found.category, str(found.impact), found.evidence.count) == (Category.FOOD, "3,600.00 THB", 36)
    assert len(found.evidence.entry_ids) == 20
    assert found.confidence.value > 0.9


@pytest.mark.parametrize(("food", "rides", "found"), [(8, 1, 0), (9, 1, 1), (12, 0, 0), (40, 60, 1), (39, 61, 1)])
def test_dominance_takes_ten_entries_and_two_categories(food: int, rides: int, found: int) -> None:
    assert len(dominance(of_two(food, rides))) == found


def test_one_large_purchase_makes_no_sure_dominance() -> None:
    diary = of_two(0, 10)
    diary.spend(back(3), 2_000, "Banana IT", Category.SHOPPING)
    assert dominance(diary) == []


def small_ones(count: int) -> Diary:
    diary = Diary()
    diary.spend(back(29), 1_000, "first", Category.SHOPPING)
    for number in range(12):
        diary.spend(back(2 * number), 700, f"shop {number}", Category.SHOPPING)
    for number in range(count):
        diary.spend(back(number % 29), 40, f"ร้าน {number}")
    return diary


def micro(diary: Diary) -> list[Insight]:
    return of_kind(analysed(diary.entries, 30), InsightKind.MICRO_SPENDING)


def test_small_purchases_that_add_up_are_told() -> None:
    (found,) = micro(small_ones(90))
    # What 30 days cost is 13,000; half a percent of it is small.
    assert found.text.en == "90 purchases of at most 65.00 THB add up to 3,600.00 THB, 28 % of your spending."
    assert found.impact.amount == Decimal(3_600)


@pytest.mark.parametrize(("count", "found"), [(19, 0), (30, 0), (60, 1)])
def test_small_purchases_have_to_be_many_and_much(count: int, found: int) -> None:
    assert len(micro(small_ones(count))) == found


def test_small_purchases_take_two_weeks() -> None:
    diary = Diary()
    for number in range(300):
        diary.spend(back(number % 13), 20, f"ร้าน {number}")
    assert micro(diary) == []


def paid(cash: int, promptpay: int, unsaid: int) -> Diary:
    diary = Diary()
    for method, count in ((PaymentMethod.CASH, cash), (PaymentMethod.PROMPTPAY, promptpay), (None, unsaid)):
        for number in range(count):
            diary.spend(back(number % 60), 100, f"ร้าน {method} {number}", method=method)
    return diary


def of_cash(diary: Diary) -> list[Insight]:
    return of_kind(analysed(diary.entries), InsightKind.CASH_SHARE)


def preference(diary: Diary) -> list[Insight]:
    return of_kind(analysed(diary.entries), InsightKind.PAYMENT_PREFERENCE)


def test_much_cash_is_told() -> None:
    (found,) = of_cash(paid(40, 10, 0))
    assert found.text.en == "80 % of your spending is paid in cash: 4,000.00 THB in 40 payments."
    assert (found.payment_method, str(found.impact)) == (PaymentMethod.CASH, "4,000.00 THB")


def test_what_does_not_say_how_it_was_paid_makes_cash_less_sure() -> None:
    sure, less = of_cash(paid(40, 10, 0))[0], of_cash(paid(40, 10, 10))[0]
    assert less.text == sure.text
    assert less.confidence.value < sure.confidence.value
    assert of_cash(paid(40, 10, 60)) == []


@pytest.mark.parametrize(("cash", "promptpay", "found"), [(9, 0, 0), (10, 0, 1), (20, 20, 0), (0, 20, 0)])
def test_cash_takes_ten_entries_and_more_than_half(cash: int, promptpay: int, found: int) -> None:
    assert len(of_cash(paid(cash, promptpay, 0))) == found


def test_the_preferred_way_to_pay_is_told() -> None:
    (found,) = preference(paid(10, 40, 5))
    assert found.text.en == "You mostly pay by PromptPay: 40 of 50 payments, 4,000.00 THB."
    assert found.text.th == "มักจ่ายด้วยพร้อมเพย์: 40 จาก 50 รายการ รวม 4,000.00 บาท"
    assert found.payment_method is PaymentMethod.PROMPTPAY


@pytest.mark.parametrize(("cash", "promptpay", "found"), [(0, 9, 0), (0, 10, 1), (20, 20, 0), (24, 26, 0)])
def test_a_preference_takes_ten_entries_and_surely_more_than_half(cash: int, promptpay: int, found: int) -> None:
    assert len(preference(paid(cash, promptpay, 0))) == found
