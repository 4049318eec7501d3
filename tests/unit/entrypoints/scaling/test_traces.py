"""Traces, made up and read."""

import pytest

from workers.entrypoints.failures import InputError
from workers.entrypoints.scaling.shapes import Shape
from workers.entrypoints.scaling.traces import DAY, made_up, read_csv


@pytest.mark.parametrize("shape", Shape)
def test_every_shape_is_as_long_as_asked_and_stays_below_its_peak(shape: Shape) -> None:
    trace = made_up(shape, peak=500, seconds=3_600, step=5)
    assert trace.steps == 720
    assert 0 < trace.arrivals.max() <= 500
    assert 0 < trace.speed.min() <= trace.speed.max() == 1


def test_a_day_has_its_peak_in_the_afternoon_and_a_tenth_of_it_before_dawn() -> None:
    trace = made_up(Shape.DAILY, peak=1_000, seconds=DAY, step=60)
    assert trace.arrivals[16 * 60] == pytest.approx(1_000)
    assert trace.arrivals[4 * 60] == pytest.approx(100)


def test_each_shape_has_its_own_trouble() -> None:
    made = {shape: made_up(shape, peak=100, seconds=1_000, step=1) for shape in Shape}
    assert (made[Shape.BURST].arrivals == 100).sum() == 100
    assert made[Shape.HOT_PARTITION].hot_share == 0.2
    assert (made[Shape.SLOW_BACKEND].speed == 0.25).sum() == 200
    assert made[Shape.DEPLOY].deploys == (500,)


def test_rates_hold_until_the_next_line() -> None:
    trace = read_csv("seconds,rate,speed\n0,10,1\n10,50,0.5\n20,0,1\n", "t.csv", 5)
    assert trace.arrivals.tolist() == [10, 10, 50, 50]
    assert trace.speed.tolist() == [1, 1, 0.5, 0.5]
    assert trace.lag is None


def test_a_lag_is_drawn_straight_between_two_lines() -> None:
    trace = read_csv("\ufeffseconds,lag\n100,0\n110,100\n", "t.csv", 5)
    assert trace.lag is not None
    assert trace.lag.tolist() == [0, 50]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "header"),
        ("seconds\n1\n2\n", "header"),
        ("seconds,rate,lag\n1,1,1\n2,2,2\n", "header"),
        ("seconds,rate\n1,2\n", "two lines"),
        ("seconds,rate\n1,2\n1,3\n", "rise"),
        ("seconds,rate\n1,2\n2,many\n", "t.csv:3: rate, seconds have to be numbers"),
        ("seconds,rate\n1,2\n2\n", "t.csv:3: rate, seconds have to be numbers"),
        ("seconds,rate\n1,2\n2,-1\n", "t.csv:3: numbers"),
        ("seconds,rate\n1,2\n2,inf\n", "t.csv:3: numbers"),
    ],
)
def test_a_wrong_table_is_refused_by_its_line(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_csv(text, "t.csv", 5)
