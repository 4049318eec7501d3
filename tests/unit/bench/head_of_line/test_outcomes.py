"""Order and rates are read from the topic alone."""

import pytest

from tests.bench.head_of_line.outcomes import Outcome, middle, order_violations

NUMBERS = {"a1": 0, "b1": 1, "a2": 2, "a3": 3}


def published(*ids: str) -> list[Outcome]:
    return [Outcome(name, f"key-{name[0]}", 0, 0.0) for name in ids]


def test_outcomes_in_their_keys_order_are_no_violation() -> None:
    assert order_violations(published("b1", "a1", "a2", "a3"), NUMBERS) == 0


def test_keys_may_overtake_each_other() -> None:
    assert order_violations(published("a1", "a2", "b1"), NUMBERS) == 0


def test_a_planted_violation_is_found() -> None:
    assert order_violations(published("a2", "a1", "a3"), NUMBERS) == 1
    assert order_violations(published("a3", "a2", "a1"), NUMBERS) == 2


def test_only_the_first_occurrence_counts_and_what_nobody_asked_for_does_not() -> None:
    assert order_violations(published("a1", "a2", "a1", "a3"), NUMBERS) == 0
    assert order_violations(published("a1", "a9", "a2"), NUMBERS) == 0


def test_the_middle_leaves_out_a_slow_start_and_a_long_tail() -> None:
    start = [0.0, 50.0]  # two slow ones
    steady = [100 + step / 10 for step in range(6)]  # ten a second
    tail = [200.0, 300.0]
    outcomes = [Outcome(f"c{place}", "k", 0, moment) for place, moment in enumerate([*start, *steady, *tail])]
    found = middle(outcomes, {outcome.causation_id: 0.2 for outcome in outcomes})
    assert found.rate == pytest.approx(10.0)
    assert found.in_flight == pytest.approx(2.0)


def test_too_few_outcomes_give_no_rate() -> None:
    with pytest.raises(ValueError, match="too few"):
        middle(published("a1"), {"a1": 0.1})
