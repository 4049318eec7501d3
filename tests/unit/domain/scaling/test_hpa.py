"""The autoscaler of Kubernetes: tolerance, stabilisation, policies and bounds."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.scaling.examples import values
from workers.domain.scaling.hpa import HpaState, Metric, sync, wanted_replicas
from workers.domain.scaling.values import ScalingValues

SLOW_UP = {"scaleUp": {"policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]}}


def play(made: ScalingValues, lags: Sequence[float], current: int = 1, step: float = 15) -> list[int]:
    """The replicas after each sync, with a target of 10."""
    state, found = HpaState(), []
    for turn, lag in enumerate(lags):
        current, state = sync(made, state, turn * step, current, [Metric(lag, 10)])
        found.append(current)
    return found


@pytest.mark.parametrize(
    ("current", "lag", "wanted"),
    [(10, 100, 10), (10, 110, 10), (10, 111, 12), (10, 90, 10), (10, 89, 9), (10, 0, 0), (1, 11, 1), (1, 12, 2)],
)
def test_changes_within_the_tolerance_are_none(current: int, lag: float, wanted: int) -> None:
    assert wanted_replicas(values(), current, Metric(lag, 10)) == wanted


def test_each_direction_may_have_a_tolerance_of_its_own() -> None:
    made = values({"scaleUp": {"tolerance": 0}, "scaleDown": {"tolerance": 0.5}})
    assert wanted_replicas(made, 10, Metric(101, 10)) == 11
    assert wanted_replicas(made, 10, Metric(51, 10)) == 10


def test_without_a_behaviour_replicas_double_and_rise_to_four_at_once() -> None:
    assert play(values(), [1000] * 5) == [4, 8, 16, 32, 64]


def test_with_a_behaviour_the_default_policies_add_four_or_double() -> None:
    assert play(values({}), [1000] * 5) == [5, 10, 20, 40, 80]


def test_a_policy_of_pods_counts_what_was_added_within_its_period() -> None:
    assert play(values(SLOW_UP), [1000] * 9) == [3, 3, 3, 3, 5, 5, 5, 5, 7]


def test_the_least_of_several_policies_may_be_chosen() -> None:
    policies = [
        {"type": "Pods", "value": 1, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ]
    up = {"policies": policies, "selectPolicy": "Min"}
    down = {"policies": policies, "selectPolicy": "Min", "stabilizationWindowSeconds": 0}
    made = values({"scaleUp": up, "scaleDown": down})
    assert play(made, [1000, 1000, 0, 0], current=5) == [6, 7, 6, 5]


@pytest.mark.parametrize(("direction", "lag"), [("scaleUp", 1000.0), ("scaleDown", 0.0)])
def test_a_direction_may_be_disabled(direction: str, lag: float) -> None:
    made = values({direction: {"selectPolicy": "Disabled", "stabilizationWindowSeconds": 0}})
    assert play(made, [lag] * 3, current=5) == [5, 5, 5]


def test_a_lower_number_has_to_last_for_the_window() -> None:
    assert play(values(), [100] + [10] * 22, current=10)[-3:] == [10, 1, 1]


def test_a_higher_number_may_have_to_last_as_well() -> None:
    made = values({"scaleUp": {"stabilizationWindowSeconds": 40}})
    assert play(made, [50, 50, 50, 50], current=1) == [1, 1, 1, 5]


def test_a_burst_shorter_than_the_window_changes_nothing() -> None:
    made = values({"scaleUp": {"stabilizationWindowSeconds": 60}})
    assert play(made, [10, 10, 900, 900, 10, 10], current=1) == [1] * 6


def test_a_percentage_is_rounded_towards_change() -> None:
    policy = [{"type": "Percent", "value": 10, "periodSeconds": 15}]
    up = values({"scaleUp": {"policies": policy}})
    down = values({"scaleDown": {"policies": policy, "stabilizationWindowSeconds": 0}})
    assert play(up, [1000] * 2, current=3) == [4, 5]
    assert play(down, [0] * 2, current=15) == [13, 11]


@pytest.mark.parametrize(("current", "decided"), [(0, 0), (200, 100), (1, 3)])
def test_outside_the_bounds_the_lag_is_not_asked(current: int, decided: int) -> None:
    assert sync(values({}, minReplicaCount=3), HpaState(), 0, current, [Metric(50, 10)])[0] == decided


def test_the_metric_that_asks_for_most_decides() -> None:
    assert sync(values(), HpaState(), 0, 2, [Metric(0, 10), Metric(30, 10)])[0] == 3


BEHAVIORS = st.sampled_from([None, {}, SLOW_UP, {"scaleDown": {"stabilizationWindowSeconds": 0}}])


@given(BEHAVIORS, st.integers(0, 20), st.integers(20, 60), st.lists(st.integers(0, 2_000), min_size=1, max_size=15))
def test_replicas_stay_within_the_bounds(behavior: object, least: int, most: int, lags: list[float]) -> None:
    made = values(behavior, minReplicaCount=least, maxReplicaCount=most)
    assert all(max(1, least) <= replicas <= most for replicas in play(made, lags, current=max(1, least)))


@given(st.integers(1, 60), st.integers(0, 2_000), st.integers(0, 500))
def test_more_lag_never_asks_for_fewer_outside_the_tolerance(current: int, lag: int, more: int) -> None:
    exact = values(tolerance=0)
    assert wanted_replicas(exact, current, Metric(lag + more, 10)) >= wanted_replicas(exact, current, Metric(lag, 10))


@settings(max_examples=20)
@given(BEHAVIORS, st.integers(0, 400))
def test_a_lag_that_stays_leads_to_replicas_that_stay(behavior: object, lag: int) -> None:
    found = play(values(behavior), [lag] * 200, current=1)
    assert len(set(found[-10:])) == 1
