"""Shares, calibration and thresholds, beside figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.evaluation.measures import (
    Share,
    accepted,
    binned,
    calibration_error,
    quantile,
    reliability,
)

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40)


def test_a_calibration_error_is_the_mean_distance_between_what_is_said_and_what_is_right() -> None:
    told = [(0.95, True)] * 9 + [(0.95, False)] + [(0.55, True)] * 5 + [(0.55, False)] * 5
    assert calibration_error(told) == pytest.approx(0.05)
    assert calibration_error([]) == 0


def test_full_confidence_is_in_the_last_bin_and_a_bound_in_the_upper_one() -> None:
    bins = binned([(1.0, True), (0.9, True), (0.1, False), (0.0, False)])
    assert [len(some) for some in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]


@given(ANSWERS)
def test_every_answer_is_in_one_bin_of_the_diagram(answers: list[tuple[float, bool]]) -> None:
    bins = reliability(answers)
    assert sum(one.right.of for one in bins) == len(answers)
    assert sum(one.right.count for one in bins) == sum(right for _, right in answers)
    assert all((one.said is None) == (one.right.of == 0) for one in bins)
    assert [one.low for one in bins] == pytest.approx([number / 10 for number in range(10)])


def test_a_bin_tells_the_mean_of_what_was_said() -> None:
    last = reliability([(0.92, True), (0.98, False)])[-1]
    assert last.said == pytest.approx(0.95)
    assert (last.right.count, last.right.of, last.low, last.high) == (1, 2, 0.9, 1.0)


@pytest.mark.parametrize(
    ("share", "low", "high"),
    # Wilson's score interval as tables of it have it.
    [(Share(81, 263), 0.2553, 0.3662), (Share(0, 10), 0.0, 0.2775), (Share(10, 10), 0.7225, 1.0)],
)
def test_the_interval_of_a_share_is_wilsons(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=5e-5)


def test_of_none_there_is_neither_a_share_nor_an_interval() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(numbers: tuple[int, int]) -> None:
    share = Share(*numbers)
    assert share.value is not None
    assert share.interval is not None
    assert 0 <= share.interval[0] <= share.value <= share.interval[1] <= 1


def test_a_threshold_takes_what_is_as_sure_as_it_says() -> None:
    found = accepted([(0.9, True), (0.8, False), (0.95, False)], 10, 0.9)
    assert (found.taken.count, found.taken.of) == (2, 10)
    assert (found.wrong.count, found.wrong.of) == (1, 2)


@given(ANSWERS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_takes_more(answers: list[tuple[float, bool]], one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    assert accepted(answers, 50, higher).taken.count <= accepted(answers, 50, lower).taken.count


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (quantile(values, 0.5), quantile(values, 0.95), quantile(values, 0), quantile([7.0], 0.95)) == (50, 95, 1, 7)
    assert quantile([], 0.5) is None
