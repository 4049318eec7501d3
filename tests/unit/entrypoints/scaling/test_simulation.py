"""A fleet on paper."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.scaling.examples import values
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.shapes import Shape
from workers.entrypoints.scaling.simulation import FleetModel, Outcome, simulate
from workers.entrypoints.scaling.summary import Summary, summarize
from workers.entrypoints.scaling.traces import Trace, made_up, read_csv

MODEL = FleetModel(24, 100.0)
KEDA_DEFAULT = values(trigger={"lagThreshold": 500})
REMEDY = values(maxReplicaCount=24, trigger={"lagThreshold": 500, "allowIdleConsumers": True})


def steady(rate: float, seconds: float, step: float = 1.0) -> Trace:
    steps = int(seconds / step)
    return Trace(step, np.full(steps, rate), np.ones(steps))


def summed(made: ScalingValues, shape: Shape) -> Summary:
    trace = made_up(shape, peak=2_000, seconds=7_200, step=5)
    return summarize(simulate(made, MODEL, trace), made, 24, price=2.0)


def test_a_backlog_is_worked_off_in_the_time_one_can_reckon() -> None:
    """12 workers from the start, 100/s each, 50 s apart from one step of rounding."""
    fixed = values(minReplicaCount=12, maxReplicaCount=12)
    found = simulate(fixed, replace(MODEL, backlog=60_000, latency_seconds=0), steady(0, 100))
    assert int(np.argmax(found.lag < 1)) + 1 == 50


def test_workers_join_after_their_start_and_the_group_stands_still_then() -> None:
    fixed = values(minReplicaCount=4, maxReplicaCount=4)
    found = simulate(fixed, replace(MODEL, backlog=1e6), steady(0, 40), start=2)
    assert found.replicas.tolist() == [4.0] * 40
    assert found.working[:20].tolist() == [2.0] * 20
    assert found.handled[19] == pytest.approx(200)
    assert found.handled[20:23].tolist() == [0, 0, 0]
    assert found.handled[23] == pytest.approx(400)


def test_nobody_works_while_the_fleet_sleeps() -> None:
    asleep = values(minReplicaCount=0, trigger={"activationLagThreshold": 10**6})
    found = simulate(asleep, MODEL, steady(10, 60))
    assert found.handled.sum() == 0
    assert found.lag[-1] == pytest.approx(600)
    assert found.behind[-1] == pytest.approx(60, abs=3)


def test_seconds_behind_tell_when_the_oldest_was_written() -> None:
    fixed = values(minReplicaCount=1, maxReplicaCount=1)
    found = simulate(fixed, replace(MODEL, partitions=1), steady(200, 100))
    assert found.behind[-1] == pytest.approx(50, abs=1)


def test_starting_workers_are_taken_back_before_others_leave() -> None:
    made = values({"scaleDown": {"stabilizationWindowSeconds": 0}}, trigger={"lagThreshold": 100})
    lag = "seconds,lag\n0,100\n14,100\n15,800\n29,800\n30,100\n60,100\n"
    found = simulate(made, replace(MODEL, startup_seconds=30.0), read_csv(lag, "x", 1))
    assert found.replicas[20] == 5
    assert found.replicas[35] == 1
    assert found.working.tolist() == [1.0] * 60


def test_a_release_halts_the_group_once_for_each_part_that_is_replaced() -> None:
    fixed = values(minReplicaCount=8, maxReplicaCount=8)
    found = simulate(fixed, MODEL, replace(steady(100, 200), deploys=(50.0,)))
    assert int((found.handled == 0).sum()) == 4 * 3


def test_a_hot_partition_keeps_one_worker_busy_and_the_lag_up() -> None:
    assert summed(REMEDY, Shape.HOT_PARTITION).behind_p99 > 10 * summed(REMEDY, Shape.BURST).behind_p99


def test_kedas_defaults_ask_for_one_replica_too_many_on_a_daily_curve() -> None:
    assert summed(KEDA_DEFAULT, Shape.DAILY).replicas_most == 25
    assert summed(KEDA_DEFAULT, Shape.DAILY).idle_seconds > 0


def test_kedas_defaults_are_stuck_below_the_ceiling_under_a_peak_that_lasts() -> None:
    stuck, cured = summed(KEDA_DEFAULT, Shape.DEPLOY), summed(REMEDY, Shape.DEPLOY)
    assert stuck.stuck_seconds > 3_600
    assert stuck.lag_left > 100_000
    assert (cured.stuck_seconds, cured.idle_seconds, cured.replicas_most) == (0, 0, 24)
    assert cured.lag_left < 1_000


def test_cost_is_the_hours_of_all_replicas() -> None:
    found = summed(values(minReplicaCount=3, maxReplicaCount=3), Shape.DEPLOY)
    assert found.replica_hours == pytest.approx(6)
    assert found.cost == pytest.approx(12)
    assert found.changes == 0


def test_turning_round_within_a_quarter_of_an_hour_is_flapping() -> None:
    replicas = np.repeat([2.0, 4.0, 3.0, 3.0, 5.0], [100, 100, 100, 1_000, 100])
    zero = np.zeros(len(replicas))
    found = summarize(Outcome(1.0, replicas, replicas, zero, zero, zero), REMEDY, 24)
    assert (found.changes, found.reversals) == (3, 1)


@settings(max_examples=30)
@given(st.integers(1, 40), st.floats(1, 500), st.floats(0, 3_000), st.integers(0, 5), st.floats(0, 2))
def test_messages_are_neither_made_nor_lost(partitions: int, rate: float, peak: float, least: int, skew: float) -> None:
    made = values(minReplicaCount=least, trigger={"lagThreshold": 50})
    model = FleetModel(partitions, rate, skew=skew, latency_seconds=0, backlog=100)
    found = simulate(made, model, made_up(Shape.BURST, peak=peak, seconds=600, step=5))
    arrived = made_up(Shape.BURST, peak=peak, seconds=600, step=5).arrivals.sum() * 5 + 100
    assert found.handled.sum() + found.lag[-1] == pytest.approx(arrived)
    assert found.lag.min() >= -1e-6


def test_ten_thousand_partitions_and_a_million_messages_a_second_are_carried() -> None:
    made = values(maxReplicaCount=10_000, trigger={"lagThreshold": 5_000, "allowIdleConsumers": True})
    found = simulate(made, FleetModel(10_000, 200.0), made_up(Shape.BURST, peak=1e6, seconds=1_200, step=5))
    assert found.replicas.max() > 5_000
    assert found.lag[-1] < found.lag.max() / 100
