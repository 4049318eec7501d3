import pytest

from tests.bench.scale.trends import Limit, Point, after_warming_up, slope, thinned, trend

MEMORY = Limit("memory", "MiB", 8.0)


def line(rise: float, count: int = 100) -> list[Point]:
    return [Point(place, 50 + rise * place) for place in range(count + 1)]


def test_the_slope_of_a_line_is_found() -> None:
    assert slope(line(0.25)) == pytest.approx(0.25)


def test_a_few_outliers_do_not_move_the_line() -> None:
    points = [Point(x, 900.0) if x in {60, 61, 95} else Point(x, y) for x, y in line(0.0)]
    assert slope(points) == 0.0


def test_one_sample_has_no_slope() -> None:
    assert slope([Point(0.0, 5.0)]) == 0.0


def test_samples_at_the_same_place_do_not_matter() -> None:
    assert slope([Point(0, 1), Point(0, 9), Point(10, 11)]) == pytest.approx((1.0 + 0.2) / 2)


def test_what_is_taken_while_warming_up_does_not_count_as_growth() -> None:
    points = [Point(x, 10.0 * x if x < 20 else 200.0) for x in range(101)]
    found = trend(MEMORY, points)
    assert found.growth == 0.0
    assert not found.grows


def test_what_goes_on_growing_is_noticed_with_how_much() -> None:
    found = trend(MEMORY, line(0.2))
    assert found.growth == pytest.approx(16.0)
    assert found.grows
    assert found.sentence == "memory grew by 16.0 MiB, 8 are allowed"


def test_growth_within_the_limit_is_none() -> None:
    assert not trend(MEMORY, line(0.05)).grows


def test_what_shrinks_does_not_grow() -> None:
    assert trend(MEMORY, line(-1.0)).growth < 0


def test_a_trend_tells_beginning_end_and_top() -> None:
    found = trend(MEMORY, [Point(0, 500), *line(1.0)[1:]])
    assert (found.first, found.last, found.highest) == (73.5, 146.5, 500)


def test_warming_up_is_a_share_of_the_run() -> None:
    assert after_warming_up(line(1.0))[0].x == 20


def test_thinning_keeps_both_ends() -> None:
    points = line(1.0, 1_000)
    kept = thinned(points, 11)
    assert [point.x for point in kept] == list(range(0, 1_001, 100))
    assert thinned(points[:5], 11) == points[:5]
