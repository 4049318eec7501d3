"""The calls are as long as is said of them."""

import random

import pytest

from tests.bench.head_of_line.calls import Calls

CALLS = Calls.of(mean=0.2, p99=2.0, cap=5.0)


def test_mean_and_percentile_are_those_asked_for_with_the_cap_in_force() -> None:
    assert CALLS.mean == pytest.approx(0.2, rel=1e-9)
    assert CALLS.quantile(0.99) == pytest.approx(2.0, rel=1e-9)


def test_the_mean_of_what_is_drawn_is_really_that() -> None:
    rng = random.Random(1)
    drawn = [CALLS.draw(rng) for _ in range(200_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(0.2, rel=0.02)


def test_no_call_takes_longer_than_the_cap_and_some_take_as_long() -> None:
    rng = random.Random(1)
    assert max(CALLS.draw(rng) for _ in range(20_000)) == 5.0
    assert CALLS.quantile(0.9999) == 5.0


def test_the_mean_over_all_shares_is_the_mean_by_formula() -> None:
    steps = 200_000
    whole = sum(CALLS.quantile((step + 0.5) / steps) for step in range(steps)) / steps
    assert whole == pytest.approx(CALLS.mean, rel=1e-3)


@pytest.mark.parametrize(("mean", "p99", "cap"), [(0.2, 0.1, 5.0), (0.2, 6.0, 5.0), (0.001, 4.9, 5.0), (0.0, 2.0, 5.0)])
def test_calls_that_cannot_be_are_refused(mean: float, p99: float, cap: float) -> None:
    with pytest.raises(ValueError, match="mean of"):
        Calls.of(mean, p99, cap)
