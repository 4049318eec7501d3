"""A run is held to what the simulator says of it, and a run that went otherwise is told of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.cluster.prediction import Band, Look, Prediction, drained_after, predict, problems
from tests.cluster.scene import STEP, Scene
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.simulation import FleetModel, simulate
from workers.entrypoints.scaling.traces import Trace

SCENE = Scene()
PARTITIONS = 12
STARTUP = 4.0
SECONDS = 240
RULES = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 10}]}
VALUES = ScalingValues.model_validate(
    {
        "minReplicaCount": 0,
        "maxReplicaCount": SCENE.workers,
        "pollingInterval": 5,
        "cooldownPeriod": 72,
        "triggers": [
            {"lagThreshold": SCENE.threshold, "allowIdleConsumers": "true", "offsetResetPolicy": "earliest"},
        ],
        "advanced": {
            "horizontalPodAutoscalerConfig": {
                "behavior": {
                    "scaleUp": {"stabilizationWindowSeconds": 0, **RULES},
                    "scaleDown": {"stabilizationWindowSeconds": 40, **RULES},
                }
            }
        },
    }
)


def looks_of(late: int) -> list[Look]:
    """A run as it would be if the autoscaler first looked so many seconds late and workers were slower than thought."""
    arrivals = np.concatenate((np.zeros(late), SCENE.arrivals(SECONDS * STEP)))
    model = FleetModel(PARTITIONS, SCENE.rate * 0.97, STARTUP, 0.5, SCENE.call)
    found = simulate(VALUES, model, Trace(STEP, arrivals, np.ones(len(arrivals))))
    sent, lag = np.cumsum(arrivals * STEP), [0, *(round(each) for each in found.lag)]
    return [
        Look(float(at), int(sent[step]), lag[step], int(found.replicas[step]), int(found.working[step]))
        for at, step in enumerate(range(late, len(arrivals)))
    ]


def said(looks: Sequence[Look], settled: int | None = None) -> list[str]:
    prediction = predict(SCENE, VALUES, PARTITIONS, STARTUP, looks)
    return list(problems(SCENE, prediction, looks, looks[-1].sent if settled is None else settled))


@pytest.fixture(scope="module")
def run() -> list[Look]:
    return looks_of(7)


@pytest.mark.parametrize("late", [0, 4, 11])
def test_a_run_by_the_formula_is_as_predicted_whenever_the_autoscaler_first_looked(late: int) -> None:
    assert said(looks_of(late)) == []


def test_the_scene_has_workers_rise_one_by_one_settle_and_sleep(run: list[Look]) -> None:
    wanted = [look.wanted for look in run]
    changes = [number for number, before in zip(wanted, [None, *wanted], strict=False) if number != before]
    assert changes == [0, 1, 2, 3, 4, 3, 2, 1, 0]


def test_a_replica_that_no_lag_asked_for_is_told_of(run: list[Look]) -> None:
    wrong = [replace(look, wanted=1) if 2 <= look.at < 6 else look for look in run]
    assert any("not those of the formula" in problem for problem in said(wrong))


def test_workers_that_never_sleep_are_told_of(run: list[Look]) -> None:
    wrong = [replace(look, wanted=max(1, look.wanted), ready=1) for look in run]
    assert any("in the end 1 replicas were wanted" in problem for problem in said(wrong))


def test_a_rise_that_stops_too_early_is_told_of(run: list[Look]) -> None:
    wrong = [replace(look, wanted=min(3, look.wanted)) for look in run]
    assert any("3 replicas at most, predicted were 4" in problem for problem in said(wrong))


def test_a_command_without_an_outcome_is_told_of(run: list[Look]) -> None:
    assert said(run, run[-1].sent - 1) == [f"{run[-1].sent} commands were sent, {run[-1].sent - 1} have an outcome"]


def test_a_lag_that_is_worked_off_late_is_told_of(run: list[Look]) -> None:
    wrong = [replace(look, lag=900) if SCENE.end <= look.at < SCENE.end + 90 else look for look in run]
    assert any("the lag was worked off" in problem for problem in said(wrong))


def test_the_lag_is_worked_off_at_a_fifth_of_its_peak_behind_the_burst() -> None:
    assert drained_after([0, 1_000, 400, 200, 10], 2.0) == 1.0
    assert drained_after([0, 1_000, 400], 2.0) is None


def test_a_band_forgives_as_many_steps_as_it_is_widened_by() -> None:
    band = Band(np.array([0.0, 0, 1, 1, 1, 1]), np.array([0.0, 0, 1, 1, 1, 1]))
    assert band.misses([0, 0, 0, 1, 1, 1]) == [2]
    assert band.widened(1).misses([0, 0, 0, 1, 1, 1]) == []
    assert band.widened(1).misses([0, 0, 0, 0, 1, 1]) == [3]


def test_a_burst_that_nobody_works_off_has_no_time_to_drain() -> None:
    asleep = [Look(float(at), 0, 0, 0, 0) for at in range(60)]
    found: Prediction = predict(SCENE, VALUES, PARTITIONS, STARTUP, asleep)
    assert found.drained == (float("inf"), float("inf"))
