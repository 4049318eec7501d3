from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codec import encode
from contracts.events.insights import CurrencyForecast, DayRange, SpendingForecast
from contracts.money import Currency
from contracts.values import Category
from tests.eval.households import KINDS, live
from tests.sizes import size
from tests.unit.domain.insights.samples import LAST, Diary, back, daily
from workers.domain.insights.forecast import HISTORY_DAYS, MOST_DUE, ForecastRequest, forecast
from workers.domain.insights.forecasting import Interval
from workers.domain.insights.history import Spent, days_before


def foretold(entries: Iterable[Spent], horizon: int = 30, last: date = LAST) -> SpendingForecast:
    return forecast(
        ForecastRequest(tuple(entries), complete=True, past=days_before(last, HISTORY_DAYS), horizon=horizon)
    )


def only(found: SpendingForecast) -> CurrencyForecast:
    (one,) = found.currencies
    return one


def steady(days: int, amount: int = 100, category: Category = Category.FOOD) -> Diary:
    diary = Diary()
    for number, day in enumerate(daily(days)):
        diary.spend(day, amount, f"ร้าน {number}", category)
    return diary


def with_rent(days: int) -> Diary:
    diary = steady(days)
    for month in (11, 12, 13, 14):
        diary.spend(date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 5), 7_500, "ค่าเช่าห้อง", Category.BILLS)
    return diary


def test_steady_spending_goes_on_with_a_narrow_interval() -> None:
    found = only(foretold(steady(200).entries))
    assert found.total is not None
    assert str(found.total.amount) == "3,000.00 THB"
    assert found.total.low <= found.total.amount <= found.total.high
    assert found.total.low.amount > 2_800
    assert found.total.high.amount < 3_200
    assert found.total.confidence.value > 0.99
    assert (found.enough, found.entries, found.tested) == (True, 200, 16)


def test_the_days_ahead_begin_tomorrow() -> None:
    found = foretold(steady(40).entries, horizon=7)
    assert found.period == DayRange(first=LAST + timedelta(days=1), last=LAST + timedelta(days=7))
    assert only(found).history == DayRange(first=back(39), last=LAST)
    assert found.interval == 0.8


def test_bills_are_expected_when_they_are_due_and_not_before() -> None:
    soon = only(foretold(with_rent(120).entries, horizon=7))
    (rent,) = soon.due
    assert (rent.due, rent.merchant, str(rent.amount)) == (date(2026, 3, 5), "ค่าเช่าห้อง", "7,500.00 THB")
    assert {one.category: str(one.amount) for one in soon.categories} == {
        Category.BILLS: "7,500.00 THB",
        Category.FOOD: "700.00 THB",
    }
    assert soon.total is not None
    assert str(soon.total.amount) == "8,200.00 THB"
    later = only(foretold([*with_rent(120).entries], horizon=7, last=back(14)))
    assert later.due == ()


def test_a_bill_that_ended_is_expected_no_more() -> None:
    diary = with_rent(120)
    late = LAST + timedelta(days=60)
    for number in range(60):
        diary.spend(late - timedelta(days=number), 100, f"new {number}")
    assert only(foretold(diary.entries, last=late)).due == ()


@pytest.mark.parametrize(("days", "count", "enough"), [(27, 10, False), (28, 10, True), (28, 9, False)])
def test_a_forecast_takes_four_weeks_and_ten_entries(days: int, count: int, *, enough: bool) -> None:
    diary = Diary()
    for number in range(count):
        diary.spend(back(days - 1 if number == 0 else number), 100, f"ร้าน {number}")
    found = only(foretold(diary.entries))
    assert (found.enough, found.total is not None, bool(found.categories)) == (enough, enough, enough)


def test_an_owner_without_entries_is_told_so() -> None:
    found = foretold([])
    assert (found.entries, found.complete, found.currencies) == (0, True, ())


def test_a_past_too_short_to_try_the_method_on_widens_the_interval() -> None:
    diary = Diary()
    for number, day in enumerate(daily(40)):
        diary.spend(day, 100 + number * 37 % 50, f"ร้าน {number}")
    short, tried = only(foretold(diary.entries, horizon=30)), only(foretold(diary.entries, horizon=12))
    assert (short.tested, tried.tested) == (0, 1)
    assert short.total is not None
    assert short.total.low < short.total.amount < short.total.high


def test_two_currencies_are_forecast_apart() -> None:
    diary = steady(60)
    for number, day in enumerate(daily(60)):
        diary.spend(day, 9, f"shop {number}", Category.SHOPPING, currency=Currency.USD)
    baht, dollars = foretold(diary.entries).currencies
    assert baht == only(foretold(steady(60).entries))
    assert (dollars.currency, [one.category for one in dollars.categories]) == (Currency.USD, [Category.SHOPPING])


def test_at_most_a_hundred_due_payments_are_told() -> None:
    diary = steady(60)
    for shop in range(4):
        for week in range(8):
            diary.spend(back(7 * week + shop), 250, f"ครู {shop}", Category.EDUCATION)
    found = only(foretold(diary.entries, horizon=365))
    assert len(found.due) == MOST_DUE
    assert [payment.due for payment in found.due] == sorted(payment.due for payment in found.due)


def test_an_interval_without_width_promises_nothing() -> None:
    assert Interval(0.0, 0.0, 0.0).near == 0


@given(kind=st.sampled_from(range(len(KINDS))), seed=st.integers(0, 999), horizon=st.sampled_from((7, 30, 90)))
@settings(max_examples=6, deadline=None)
def test_the_order_of_entries_means_nothing_and_intervals_hold_the_expectation(
    kind: int, seed: int, horizon: int
) -> None:
    written = live(KINDS[kind], seed, back(149), 150)
    shuffled = list(written)
    Random(seed).shuffle(shuffled)
    found = foretold(written, horizon)
    assert encode(found) == encode(foretold(shuffled, horizon))
    one = only(found)
    assert one.total is not None
    for expected in (one.total, *one.categories):
        assert expected.low <= expected.amount <= expected.high
    parts = sum(expected.amount.amount for expected in one.categories)
    assert abs(parts - one.total.amount.amount) < 1


def test_of_many_households_about_eight_in_ten_sums_fall_into_the_interval() -> None:
    """A coarse watch over `make eval ARGS=forecast`, which measures it properly."""
    held = []
    for kind in KINDS:
        for seed in range(size(2, 3)):
            written = live(kind, 50_000 + seed, back(129), 130)
            known = back(30)
            one = only(foretold([entry for entry in written if entry.spent_on <= known], 30, known))
            actual = sum(entry.amount for entry in written if entry.spent_on > known)
            assert one.total is not None
            held.append(one.total.low.amount <= actual <= one.total.high.amount)
    assert sum(held) / len(held) >= 0.5


@pytest.mark.parametrize(
    ("second", "amount", "due"),
    [
        (date(2026, 2, 12), 419, [date(2026, 3, 12)]),
        (date(2026, 2, 12), 439, [date(2026, 3, 12)]),
        (date(2026, 2, 12), 441, []),
        (date(2026, 2, 5), 419, []),
        (date(2026, 2, 18), 419, []),
    ],
)
def test_two_alike_payments_a_month_apart_let_a_third_be_expected(second: date, amount: int, due: list[date]) -> None:
    diary = steady(60)
    diary.spend(date(2026, 1, 12), 419, "Netflix", Category.ENTERTAINMENT)
    diary.spend(second, amount, "Netflix", Category.ENTERTAINMENT)
    found = only(foretold(diary.entries))
    assert [payment.due for payment in found.due] == due
    assert all(payment.confidence.value < 0.6 for payment in found.due)
