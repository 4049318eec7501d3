from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codec import encode
from contracts.commands.insights import Budget
from contracts.events.insights import CurrencyInsights, Insight, InsightKind, InsightsGenerated
from contracts.money import Currency, Money
from contracts.topics import MAX_MESSAGE_BYTES
from contracts.values import Category, PaymentMethod
from tests.eval.households import KINDS, live
from tests.unit.domain.insights.samples import LAST, WHOSE, Diary, analysed, back, daily, of_kind, only
from workers.domain.insights.analysis import AnalysisRequest, analyse, needed
from workers.domain.insights.findings import MOST_LISTED
from workers.domain.insights.history import Spent, days_before

MERCHANTS = ("Café Amazon", "7-Eleven", "ร้านข้าวแกง", "Netflix")

entries = st.builds(
    Spent,
    st.uuids(version=4),
    st.integers(1, 500_000).map(lambda satang: Decimal(satang) / 100),
    st.sampled_from((Currency.THB, Currency.THB, Currency.USD)),
    st.sampled_from(MERCHANTS),
    st.integers(0, 119).map(lambda number: LAST - timedelta(days=number)),
    st.sampled_from((Category.FOOD, Category.SHOPPING, Category.BILLS)),
    st.sampled_from((None, PaymentMethod.CASH, PaymentMethod.PROMPTPAY)),
)
diaries = st.lists(entries, min_size=1, max_size=60, unique_by=lambda entry: entry.id)


@dataclass(frozen=True)
class Home:
    """A household by its seed; what it wrote down would be too much to print."""

    kind: int
    seed: int

    @property
    def diary(self) -> list[Spent]:
        return live(KINDS[self.kind], self.seed, back(119), 120)


homes = st.builds(Home, st.integers(0, len(KINDS) - 1), st.integers(0, 999))


def diary_of(made: list[Spent] | Home) -> list[Spent]:
    return made.diary if isinstance(made, Home) else made


@given(made=diaries | homes, seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_the_order_of_entries_means_nothing(made: list[Spent] | Home, seed: int) -> None:
    written = diary_of(made)
    shuffled = list(written)
    Random(seed).shuffle(shuffled)
    assert encode(analysed(written, 120)) == encode(analysed(shuffled, 120))


def about(insight: Insight) -> tuple[object, ...]:
    """What an insight is about, whatever the sums; the id of one of several bills of a merchant holds its sum."""
    return insight.kind, insight.category, insight.period, insight.direction, insight.evidence


@given(made=diaries | homes, factor=st.sampled_from((2, 4, 16)))
@settings(max_examples=12, deadline=None)
def test_amounts_that_are_all_larger_make_all_impacts_larger_by_as_much(made: list[Spent] | Home, factor: int) -> None:
    # A power of two, so that floats are exactly that much larger, and no threshold is crossed by rounding.
    budgets = (Budget(monthly=Money.of("20000")), Budget(category=Category.FOOD, monthly=Money.of("3000")))
    larger = [entry._replace(amount=entry.amount * factor) for entry in diary_of(made)]
    more = tuple(Budget(category=one.category, monthly=one.monthly * factor) for one in budgets)
    before, after = analysed(diary_of(made), 120, budgets=budgets), analysed(larger, 120, budgets=more)
    assert [one.score and one.score.points for one in before.currencies] == [
        one.score and one.score.points for one in after.currencies
    ]
    for one, other in zip(before.currencies, after.currencies, strict=True):
        assert other.total == one.total * factor
        impacts = {about(insight): insight.impact.amount for insight in other.insights}
        assert set(impacts) == {about(insight) for insight in one.insights}
        for insight in one.insights:
            assert abs(impacts[about(insight)] - insight.impact.amount * factor) <= Decimal("0.01") * factor


@given(entry=entries)
def test_one_entry_tells_nothing(entry: Spent) -> None:
    found = only(analysed([entry], 120))
    assert (found.entries, found.found, found.insights, found.score) == (1, 0, (), None)


@given(made=diaries | homes)
@settings(max_examples=12, deadline=None)
def test_every_insight_rests_on_entries_it_names(made: list[Spent] | Home) -> None:
    written = diary_of(made)
    known = {entry.id: entry for entry in written}
    for one in analysed(written, 120).currencies:
        for insight in one.insights:
            named = [known[identity] for identity in insight.evidence.entry_ids]
            assert len(named) == min(insight.evidence.count, 20)
            assert all(entry.currency is one.currency for entry in named)
            assert all(insight.period.first <= entry.spent_on <= insight.period.last for entry in named)
            assert insight.impact.currency is one.currency
            assert 0.6 <= insight.confidence.value <= 1


def test_an_owner_without_entries_is_told_so() -> None:
    assert analysed([]) == InsightsGenerated(period=days_before(LAST, 90), entries=0)


def test_two_currencies_are_analysed_apart() -> None:
    diary, alone = Diary(), Diary()
    for number, day in enumerate(daily(60)):
        diary.spend(day, 100, f"ร้าน {number}", method=PaymentMethod.CASH)
        diary.spend(day, 9, f"shop {number}", Category.SHOPPING, PaymentMethod.CREDIT_CARD, Currency.USD)
        alone.spend(day, 100, f"ร้าน {number}", method=PaymentMethod.CASH)
    found = analysed(diary.entries)
    assert [(one.currency, str(one.total)) for one in found.currencies] == [
        (Currency.THB, "6,000.00 THB"),
        (Currency.USD, "540.00 USD"),
    ]
    assert found.entries == 120
    assert texts(found.currencies[0]) == texts(only(analysed(alone.entries)))
    assert [insight.payment_method for insight in of_kind(found, InsightKind.CASH_SHARE)] == [PaymentMethod.CASH]


def texts(one: CurrencyInsights) -> list[str]:
    return [insight.text.en for insight in one.insights]


def test_only_the_days_asked_for_are_looked_at() -> None:
    diary = Diary()
    for number, day in enumerate(daily(60)):
        diary.spend(day, 100, f"ร้าน {number}")
    assert only(analysed(diary.entries, 7)).entries == 7
    assert only(analysed(diary.entries, 30, back(10))).entries == 30


def test_an_insight_keeps_its_id_while_it_is_about_the_same_thing() -> None:
    diary = Diary()
    for number, day in enumerate(daily(90)):
        diary.spend(day, 100, f"ร้าน {number}", method=PaymentMethod.CASH)
    today, last_week = (of_kind(analysed(diary.entries, 60, day), InsightKind.CASH_SHARE)[0] for day in (LAST, back(7)))
    assert today.id == last_week.id
    assert today.period != last_week.period
    other = AnalysisRequest("acme/lek", tuple(diary.entries), complete=True, period=days_before(LAST, 60))
    assert of_kind(analyse(other), InsightKind.CASH_SHARE)[0].id != today.id


def test_of_very_many_insights_those_that_matter_most_are_told() -> None:
    diary = Diary()
    for number in range(1_000):
        diary.spend(back(number % 90), 100, f"ร้าน {number}")
    for number in range(80):
        diary.spend(back(number), 5_000 + number, f"ห้าง {number}")
    found = only(analysed(diary.entries))
    assert (found.found > 80, len(found.insights)) == (True, MOST_LISTED)
    weights = [float(one.impact.amount) * one.confidence.value for one in found.insights]
    assert weights == sorted(weights, reverse=True)


def test_the_longest_answer_fits_into_a_record() -> None:
    diary = Diary()
    for currency in Currency:
        for number in range(200):
            diary.spend(back(number % 89), 100 + number % 3, f"ร้าน {number}", currency=currency)
        for number in range(60):
            diary.spend(back(number), 90_000 + number, f"{number} ".ljust(200, "ก"), currency=currency)
    found = analysed(diary.entries)
    assert [len(one.insights) for one in found.currencies] == [MOST_LISTED] * len(Currency)
    assert len(encode(found)) < MAX_MESSAGE_BYTES


def test_sums_beyond_the_largest_amount_are_told_as_the_largest() -> None:
    diary = Diary()
    for number in range(30):
        diary.spend(back(number), "999999999999.99", f"ร้าน {number}")
    assert str(only(analysed(diary.entries)).total.amount) == "999999999999.99"


def test_entries_of_nothing_are_passed_over() -> None:
    diary = Diary()
    diary.spend(back(1), 0)
    assert analysed(diary.entries).currencies == ()


def test_that_not_all_entries_were_read_is_told() -> None:
    entry = Spent(UUID(int=1), Decimal(50), Currency.THB, "ร้าน", LAST, Category.FOOD, None)
    request = AnalysisRequest(WHOSE, (entry,), complete=False, period=days_before(LAST, 30))
    assert analyse(request).complete is False


@pytest.mark.parametrize(
    ("days", "budgets", "first"),
    [
        (7, (), date(2026, 3, 4)),
        (7, (Budget(monthly=Money.of("1")),), date(2026, 3, 1)),
        (90, (Budget(monthly=Money.of("1")),), date(2025, 12, 11)),
    ],
)
def test_a_budget_wants_the_whole_month(days: int, budgets: tuple[Budget, ...], first: date) -> None:
    assert needed(days_before(date(2026, 3, 10), days), budgets).first == first
