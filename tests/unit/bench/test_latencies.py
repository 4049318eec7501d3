from dataclasses import replace

from tests.bench.latencies import Latencies, summarize_latencies
from tests.bench.statistics import Spread

FLOOR = Latencies("floor", 1, tuple(float(value) for value in range(1, 101)))
OURS = Latencies("ours", 1, tuple(float(value) + 2 for value in range(1, 101)))
SLOW = [
    replace(each, number=2, milliseconds=tuple(value * 10 for value in each.milliseconds)) for each in (FLOOR, OURS)
]


def test_percentiles_are_those_of_the_round() -> None:
    assert (FLOOR.p50, FLOOR.p99) == (50.0, 99.0)


def test_the_distance_to_the_floor_is_taken_within_a_round() -> None:
    ours = summarize_latencies([FLOOR, OURS, *SLOW], "floor")[1]
    assert ours.more_p50 == 11.0
    assert ours.p50 == Spread(median=286.0, low=52.0, high=520.0)


def test_a_bad_round_disqualifies_and_is_not_summed_up() -> None:
    bad = replace(OURS, problems=("2 outcomes are missing",))
    ours = summarize_latencies([FLOOR, bad, *SLOW], "floor")[1]
    assert ours.problems == ("round 1: 2 outcomes are missing",)
    assert ours.p99 == Spread(1010.0, 1010.0, 1010.0)


def test_a_contender_without_any_good_round_has_no_numbers() -> None:
    (ours,) = summarize_latencies([replace(OURS, milliseconds=(), problems=("no outcome came",))], "floor")
    assert ours.p50 is None
    assert ours.more_p50 is None
