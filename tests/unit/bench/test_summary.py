from dataclasses import replace

import pytest

from tests.bench.measuring import WORKER, Measurement
from tests.bench.summary import multiples, summarize


def measured(contender: str, number: int, rate: float, worker: float) -> Measurement:
    return Measurement(
        contender=contender,
        number=number,
        messages=1_000,
        seconds=1_000 / rate,
        cpu_microseconds={WORKER: worker, "kafka": 7.0},
        worker_peak_mib=50.0 + number,
    )


ROUNDS = [
    measured("floor", 1, 1_000, 20),
    measured("ours", 1, 500, 50),
    measured("ours", 2, 60, 400),
    measured("floor", 2, 100, 200),
]


def test_contenders_are_summed_up_in_the_order_they_appear() -> None:
    assert [summary.contender for summary in summarize(ROUNDS, "floor")] == ["floor", "ours"]


def test_ratios_pair_what_was_measured_in_the_same_round() -> None:
    ours = summarize(ROUNDS, "floor")[1]
    assert ours.share_of_rate == pytest.approx((0.5 + 0.6) / 2)
    assert ours.share_of_cpu == pytest.approx((0.4 + 0.5) / 2)


def test_numbers_are_medians_and_memory_is_the_highest() -> None:
    ours = summarize(ROUNDS, "floor")[1]
    assert ours.rate is not None
    assert [ours.rate.low, ours.rate.high] == pytest.approx([60, 500])
    assert ours.cpu_microseconds == {WORKER: 225.0, "kafka": 7.0}
    assert ours.worker_peak_mib == 52.0


def test_one_bad_round_disqualifies_and_its_numbers_are_left_out() -> None:
    bad = replace(ROUNDS[1], problems=("3 outcomes missing",))
    ours = summarize([ROUNDS[0], bad, *ROUNDS[2:]], "floor")[1]
    assert ours.problems == ("round 1: 3 outcomes missing",)
    assert ours.rate is not None
    assert ours.rate.high == pytest.approx(60)


def test_a_bad_round_of_the_floor_is_no_base() -> None:
    bad = replace(ROUNDS[0], problems=("1 events missing",))
    ours = summarize([bad, *ROUNDS[1:]], "floor")[1]
    assert ours.share_of_rate == pytest.approx(0.6)


def test_without_the_floor_there_are_no_shares() -> None:
    (ours,) = summarize(ROUNDS[1:3], "floor")
    assert ours.share_of_rate is None
    assert ours.share_of_cpu is None


def test_a_contender_that_never_finished_has_only_problems() -> None:
    (ours,) = summarize([replace(ROUNDS[1], problems=("stuck",))], "floor")
    assert ours.rate is None
    assert ours.problems


def test_one_is_a_multiple_of_the_others_round_by_round() -> None:
    assert multiples(ROUNDS, "floor") == {"ours": pytest.approx((2 + 100 / 60) / 2)}
    assert multiples(ROUNDS, "ours") == {"floor": pytest.approx(0.55)}


def test_who_never_took_part_is_no_multiple_of_anybody() -> None:
    assert multiples(ROUNDS, "celery") == {}
