from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.baseline import Baseline, Comparison, compare, is_to_be_repeated, ratios, read, slowdown_of, write
from tests.bench.measuring import WORKER, Measurement
from tests.bench.statistics import Spread


def measured(contender: str, number: int, worker: float, postgresql: float) -> Measurement:
    return Measurement(
        contender=contender,
        number=number,
        messages=1_000,
        seconds=1.0,
        cpu_microseconds={WORKER: worker, "postgresql": postgresql, "kafka": 5.0},
        worker_peak_mib=60.0,
    )


ROUNDS = [
    measured("floor", 1, 20, 10),
    measured("ours", 1, 40, 12),
    measured("ours", 2, 125, 26),
    measured("floor", 2, 50, 20),
]
BASELINE = Baseline("ours", {WORKER: 2.0, "postgresql": 1.25}, 0.3)


def test_ratios_are_taken_within_a_round_and_without_the_broker() -> None:
    assert ratios(ROUNDS, "ours", "floor") == {
        WORKER: Spread(2.25, 2.0, 2.5),
        "postgresql": Spread(1.25, 1.2, 1.3),
    }


def test_a_round_that_went_wrong_is_not_compared() -> None:
    bad = replace(ROUNDS[0], problems=("1 events missing",))
    assert ratios([bad, *ROUNDS[1:]], "ours", "floor")[WORKER].median == 2.5


def test_without_a_sound_round_nothing_is_claimed() -> None:
    with pytest.raises(ValueError, match="no sound round"):
        ratios(ROUNDS[:1], "ours", "floor")


def test_a_service_nobody_can_look_into_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="postgresql"):
        compare(BASELINE, {WORKER: Spread.of([2.0])})


@pytest.mark.parametrize(("found", "slow"), [(2.0, False), (2.59, False), (2.61, True), (1.0, False), (8.0, True)])
def test_thirty_per_cent_more_is_a_slowdown(found: float, slow: bool) -> None:  # noqa: FBT001  a table
    comparisons = compare(BASELINE, {WORKER: Spread.of([found]), "postgresql": Spread.of([1.25])})
    assert [each.is_slowdown for each in comparisons] == [slow, False]


def test_a_slower_database_is_noticed_as_well() -> None:
    comparisons = compare(BASELINE, {WORKER: Spread.of([2.0]), "postgresql": Spread.of([1.9])})
    assert [each.group for each in comparisons if each.is_slowdown] == ["postgresql"]


@pytest.mark.parametrize(("found", "outdated"), [(2.0, False), (1.6, False), (1.5, True), (2.7, False)])
def test_a_baseline_in_which_a_slowdown_could_hide_is_outdated(found: float, outdated: bool) -> None:  # noqa: FBT001
    assert Comparison(WORKER, 2.0, Spread.of([found]), 0.3).is_outdated is outdated


def test_a_planted_slowdown_is_more_than_is_tolerated() -> None:
    floor, ours = ROUNDS[0], ROUNDS[1]
    more = slowdown_of(0.5, BASELINE, floor)
    planted = replace(ours, cpu_microseconds={**ours.cpu_microseconds, WORKER: 40 + more})
    found = ratios([floor, planted], "ours", "floor")
    assert [each.group for each in compare(BASELINE, found) if each.is_slowdown] == [WORKER]


@pytest.mark.parametrize(
    ("worker", "postgresql", "again"),
    [
        ([2.0, 2.1, 9.0], [1.25], False),  # no slowdown by the median
        ([2.5, 2.7, 3.0], [1.25], True),
        ([2.61, 2.7, 3.0], [1.25], False),  # every round says so
        ([2.61, 2.7, 3.0], [1.2, 1.7, 1.8], False),  # one certain slowdown is enough
        ([2.0], [1.2, 1.7, 1.8], True),
    ],
)
def test_a_slowdown_is_measured_again_unless_every_round_tells_of_one(
    worker: list[float],
    postgresql: list[float],
    again: bool,  # noqa: FBT001  a table
) -> None:
    found = {WORKER: Spread.of(worker), "postgresql": Spread.of(postgresql)}
    assert is_to_be_repeated(compare(BASELINE, found)) is again


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    write(replace(BASELINE, ratios={WORKER: 2.004_9, "postgresql": 1.25}), file)
    assert read(file) == replace(BASELINE, ratios={WORKER: 2.0, "postgresql": 1.25})


def test_the_stored_baseline_can_be_read() -> None:
    assert read().ratios[WORKER] > 1
