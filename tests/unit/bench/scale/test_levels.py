import pytest

from tests.bench.measuring import WORKER, Measurement
from tests.bench.scale.levels import Step, flatness, levels, rise, verdicts


def step(contender: str, value: int, worker: float, number: int = 1, postgresql: float = 50.0) -> Step:
    return Step(
        value,
        Measurement(
            contender=contender,
            number=number,
            messages=1_000,
            seconds=0.5 if contender == "floor" else 1.0,
            cpu_microseconds={WORKER: worker, "postgresql": postgresql},
            worker_peak_mib=60.0,
        ),
    )


@pytest.mark.parametrize(
    ("costs", "off"), [([100.0], 0.0), ([85.0, 115.0, 100.0], 0.15), ([100.0, 300.0], 0.5), ([300.0, 100.0], 0.5)]
)
def test_flatness_is_how_far_costs_lie_from_one_value(costs: list[float], off: float) -> None:
    assert flatness(costs) == pytest.approx(off)


@pytest.mark.parametrize(
    ("costs", "most"),
    [([100.0], 0.0), ([300.0, 100.0], 0.0), ([300.0, 100.0, 120.0], 0.2), ([100.0, 80.0, 200.0], 1.5)],
)
def test_rise_is_measured_from_the_cheapest_before(costs: list[float], most: float) -> None:
    assert rise(costs) == pytest.approx(most)


def test_levels_are_summed_up_over_rounds_with_their_spread() -> None:
    (level,) = levels([step("ours", 10, cost, number) for number, cost in enumerate([200.0, 260.0, 210.0], 1)], "floor")
    assert (level.cpu[WORKER].median, level.cpu[WORKER].low, level.cpu[WORKER].high) == (210.0, 200.0, 260.0)
    assert level.floors == {}
    assert level.share_of_rate is None


def test_floors_are_taken_within_a_round() -> None:
    steps = [
        step("floor", 10, 100.0, 1),
        step("ours", 10, 200.0, 1),
        step("floor", 10, 400.0, 2),
        step("ours", 10, 800.0, 2),
    ]
    _, ours = levels(steps, "floor")
    assert ours.floors[WORKER] == 2.0
    assert ours.share_of_rate == 0.5


def test_several_measurements_of_a_small_size_are_one_round() -> None:
    steps = [step("floor", 10, cost) for cost in (90.0, 100.0, 500.0)] + [
        step("ours", 10, cost) for cost in (150.0, 150.0)
    ]
    _, ours = levels(steps, "floor")
    assert ours.floors[WORKER] == 1.5


def test_the_floor_is_not_compared_with_itself() -> None:
    (floor,) = levels([step("floor", 10, 100.0)], "floor")
    assert floor.floors == {}


def test_a_cost_that_grows_with_the_backlog_does_not_hold() -> None:
    found = levels([step("ours", 1_000, 200.0), step("ours", 10_000, 300.0)], "floor")
    worker, postgresql = verdicts(found, "ours", 0.15, flat=True)
    assert (worker.group, worker.holds) == (WORKER, False)
    assert (postgresql.group, postgresql.holds) == ("postgresql", True)


def test_a_cost_that_falls_is_not_flat_but_does_not_rise() -> None:
    found = levels([step("ours", 10, 300.0), step("ours", 100, 200.0)], "floor")
    assert not verdicts(found, "ours", 0.15, flat=True)[0].holds
    assert verdicts(found, "ours", 0.15, flat=False)[0].holds


def test_what_makes_the_floor_as_much_dearer_is_not_ours() -> None:
    steps = [step("floor", 0, 100.0), step("ours", 0, 200.0), step("floor", 9, 300.0), step("ours", 9, 610.0)]
    worker = verdicts(levels(steps, "floor"), "ours", 0.15, flat=False)[0]
    assert worker.change > 2
    assert worker.in_floors == pytest.approx(0.0167, abs=1e-3)
    assert worker.holds


def test_who_was_not_measured_is_not_judged() -> None:
    assert verdicts(levels([step("floor", 10, 100.0)], "floor"), "ours", 0.15, flat=True) == []
