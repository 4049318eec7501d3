import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.statistics import Spread, paired_ratio, percentile


def test_a_spread_is_median_and_range() -> None:
    assert Spread.of([5.0, 1.0, 3.0]) == Spread(median=3.0, low=1.0, high=5.0)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 5), (0.9, 9), (0.99, 10), (1.0, 10)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_the_share_lies_at_or_below_the_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_what_disturbs_both_of_a_pair_cancels_out() -> None:
    bases = [100.0, 40.0, 10.0]
    assert paired_ratio([base / 2 for base in bases], bases) == 0.5


def test_pairs_have_to_be_complete() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1.0], [1.0, 2.0])
