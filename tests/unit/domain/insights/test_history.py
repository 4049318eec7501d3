from datetime import date, timedelta

import pytest

from contracts.events.insights import DayRange
from contracts.money import Currency
from contracts.values import Category
from tests.unit.domain.insights.samples import LAST, Diary, back
from workers.domain.insights.history import (
    History,
    days_before,
    histories,
    merchant_key,
    usual_category,
    usual_spelling,
)

WEEK = days_before(LAST, 7)


def test_a_history_begins_with_its_first_entry() -> None:
    diary = Diary()
    diary.spend(back(30), 10)
    diary.spend(back(4), 20)
    diary.spend(back(1), 30)
    history = History(Currency.THB, reversed(diary.entries), WEEK)
    assert (history.first, history.last, history.days) == (back(4), LAST, 5)
    assert [int(entry.amount) for entry in history.entries] == [20, 30]
    assert history.daily(history.entries) == [20.0, 0.0, 0.0, 30.0, 0.0]
    assert int(history.total) == 50


def test_without_its_bills_a_history_keeps_its_days() -> None:
    diary = Diary()
    rent, meal = diary.spend(back(6), 7_500), diary.spend(back(1), 60)
    history = History(Currency.THB, diary.entries, WEEK)
    rest = history.without(frozenset({rent.id}))
    assert rest is not None
    assert (rest.entries, rest.first, rest.days) == ((meal,), back(6), 7)
    assert history.without(frozenset()) is history
    assert history.without(frozenset({rent.id, meal.id})) is None


def test_a_history_has_entries() -> None:
    with pytest.raises(ValueError, match="has entries"):
        History(Currency.USD, [Diary().spend(back(1), 60)], WEEK)
    assert histories([Diary().spend(back(10), 60)], WEEK) == ()


def test_one_merchant_may_be_spelled_in_several_ways() -> None:
    diary = Diary()
    entries = [diary.spend(back(1), 60, name) for name in ("7-ELEVEN", "7-Eleven", " 7-eleven ", "7-Eleven")]
    assert {merchant_key(entry.merchant) for entry in entries} == {"7-eleven"}
    assert usual_spelling(entries) == "7-Eleven"
    diary.spend(back(1), 60, category=Category.TRAVEL)
    assert usual_category(diary.entries) is Category.FOOD


def test_days_are_counted_with_both_ends() -> None:
    assert days_before(date(2026, 3, 1), 1) == DayRange(first=date(2026, 3, 1), last=date(2026, 3, 1))
    assert WEEK.last - WEEK.first == timedelta(days=6)
