"""A measurement knows mean, doubt and failures of the calls it was given."""

import math
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.limiting.measuring import Call, Ending, Measurement


def measured(seconds: list[float], failed: int = 0, load: int = 1) -> Measurement:
    measurement = Measurement()
    for each in seconds:
        measurement.add(Call(0.0, each, load, Ending.ANSWERED))
    for _ in range(failed):
        measurement.add(Call(0.0, 99.0, load, Ending.FAILED))
    return measurement


@given(seconds=st.lists(st.floats(0.001, 1000), min_size=2, max_size=50), failed=st.integers(0, 50))
def test_mean_and_doubt_are_those_of_the_logarithms_of_the_answers(seconds: list[float], failed: int) -> None:
    finding = measured(seconds, failed).finding()
    logs = [math.log(each) for each in seconds]
    assert finding.latency == pytest.approx(fmean(logs), abs=1e-9)
    assert finding.doubt == pytest.approx(stdev(logs) / math.sqrt(len(logs)), abs=1e-7)
    assert finding.failed == pytest.approx(failed / (failed + len(seconds)))


def test_without_an_answer_there_is_no_latency() -> None:
    finding = measured([], failed=3).finding()
    assert finding.latency is None
    assert finding.failed == 1.0


def test_a_single_answer_is_wholly_doubtful() -> None:
    assert measured([1.0]).finding().doubt == math.inf


def test_an_answer_in_no_time_at_all_has_a_latency_too() -> None:
    assert math.isfinite(measured([0.0, 0.0]).latency)


def test_the_load_is_the_highest() -> None:
    measurement = measured([1.0], load=7)
    measurement.add(Call(0.0, 1.0, 3, Ending.ANSWERED))
    assert measurement.finding().load == 7
