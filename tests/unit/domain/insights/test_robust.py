import math
from random import Random

import pytest

from workers.domain.insights.robust import (
    both_tails,
    confidence,
    effective_size,
    false_alarm,
    mann_kendall,
    quantile,
    rank_sum,
    spread,
    surely_above,
    theil_sen,
    upper_tail,
)


def test_one_odd_value_does_not_sway_spread_or_slope() -> None:
    assert spread([1, 2, 3, 4, 5]) == spread([1, 2, 3, 4, 5_000]) == pytest.approx(1.4826)
    assert theil_sen([0, 2, 4, 6, 8, 10, 12]) == theil_sen([0, 2, 4, 600, 8, 10, 12]) == 2


@pytest.mark.parametrize(("z", "tail"), [(0, 0.5), (1.2816, 0.1), (1.96, 0.025), (-1.2816, 0.9)])
def test_tails_are_those_of_the_normal_distribution(z: float, tail: float) -> None:
    assert upper_tail(z) == pytest.approx(tail, abs=1e-4)
    assert both_tails(z) == pytest.approx(2 * min(tail, 1 - tail), abs=2e-4)


def test_the_trend_test_gives_the_textbook_value() -> None:
    # All 45 pairs rise: (45 - 1) / sqrt(10 * 9 * 25 / 18).
    assert mann_kendall(list(range(10))) == pytest.approx(44 / math.sqrt(125))
    assert mann_kendall(list(range(10, 0, -1))) == pytest.approx(-44 / math.sqrt(125))
    assert mann_kendall([3.0] * 10) == mann_kendall([1, 2, 1]) == 0


def test_the_rank_sum_gives_the_textbook_value() -> None:
    # Ranks 4, 5, 6 of six: 15 where 10.5 is expected, variance 3 * 3 * 7 / 12.
    assert rank_sum([4, 5, 6], [1, 2, 3]) == pytest.approx((4.5 - 0.5) / math.sqrt(5.25))
    assert rank_sum([1, 2, 3], [4, 5, 6]) == -rank_sum([4, 5, 6], [1, 2, 3])
    assert rank_sum([1, 1], [1, 1]) == 0


def test_chance_alone_is_seldom_significant() -> None:
    random = Random(7)
    rising = [mann_kendall([random.random() for _ in range(12)]) for _ in range(400)]
    assert sum(both_tails(z) < 0.05 for z in rising) / 400 < 0.08


@pytest.mark.parametrize(
    ("chance", "nothing"),
    [(0, 0), (0.001, 0.0184), (0.01, 0.1113), (0.05, 0.2893), (0.1, 0.3850), (0.4, 0.5), (1, 0.5)],
)
def test_a_rare_accident_is_a_false_alarm_more_often_than_it_is_rare(chance: float, nothing: float) -> None:
    """The table of Sellke, Bayarri and Berger."""
    assert false_alarm(chance) == pytest.approx(nothing, abs=1e-4)


def test_a_large_amount_among_small_ones_is_hardly_more_than_one() -> None:
    assert effective_size([5] * 10) == pytest.approx(10)
    assert effective_size([1_000, *[1] * 10]) < 1.1
    assert effective_size([]) == 0


def test_a_share_is_the_surer_the_larger_the_sample() -> None:
    assert surely_above(0.6, 0.5, 10) > surely_above(0.6, 0.5, 100)
    assert surely_above(0.5, 0.5, 100) == pytest.approx(0.5)
    assert surely_above(1.0, 0.5, 0) == 1


@pytest.mark.parametrize(
    ("chance", "sample", "prior", "expected"),
    [(0, 4, 4, 0.5), (0.5, 4, 4, 0.25), (1.7, 9, 1, 0), (0, 0, 1, 0), (0.05, 9, 1, 0.9 * 0.7107)],
)
def test_confidence_is_neither_chance_nor_few(chance: float, sample: float, prior: float, expected: float) -> None:
    assert confidence(chance, sample, prior) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("part", "expected"), [(0.1, 1.0), (0.5, 5.0), (0.9, 9.0), (0.0, 1.0), (1.0, 9.0), (0.55, 5.5)]
)
def test_quantiles_have_the_rank_of_conformal_prediction(part: float, expected: float) -> None:
    assert quantile([1, 2, 3, 4, 5, 6, 7, 8, 9], part) == pytest.approx(expected)
