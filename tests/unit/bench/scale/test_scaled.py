"""The recorded run of scaled workers beside its prediction."""

from dataclasses import replace

import pytest

from tests.bench.scale.scaled import Calibration, ScaledOptions, ScaledRun, drained_after, predicted, verdicts
from workers.domain.scaling.findings import findings

RUN = ScaledRun(Calibration(50.0, 3.0), [1.0], [0.0], [1.0], [0.0], [1.0], 100.0, 105.0, [])


def test_a_lag_is_worked_off_at_a_twentieth_of_its_peak_behind_the_burst() -> None:
    assert drained_after([0, 1_000, 400, 50, 10], [10, 20, 30, 40, 50], 20) == 20
    assert drained_after([0, 1_000, 400], [10, 20, 30], 20) is None


@pytest.mark.parametrize(
    ("said", "reasons"),
    [(110.0, 0), (90.0, 0), (111.0, 1), (89.0, 1), (None, 1)],
)
def test_a_prediction_more_than_a_tenth_off_is_wrong(said: float | None, reasons: int) -> None:
    assert len(verdicts(replace(RUN, predicted_drained=said), 0.1)) == reasons


def test_the_prediction_rises_with_the_burst_and_drains_behind_it() -> None:
    options = ScaledOptions()
    found = predicted(options, Calibration(50.0, 3.0))
    assert found.replicas[0] == 1
    assert found.replicas.max() == options.workers
    steps = [number + 1.0 for number in range(len(found.lag))]
    assert drained_after(found.lag.tolist(), steps, options.before + options.lasts) is not None


def test_the_values_have_none_of_kedas_defects() -> None:
    options = ScaledOptions()
    assert findings(options.values(), options.workers) == ()
