"""What is said of scaling values before anything runs."""

import pytest

from tests.unit.domain.scaling.examples import values
from workers.domain.scaling.findings import findings, stuck_numbers

REMEDY = {"allowIdleConsumers": True}


@pytest.mark.parametrize(("partitions", "stuck"), [(10, ()), (11, (10,)), (24, (22, 23)), (100, tuple(range(91, 100)))])
def test_numbers_a_fleet_sticks_at_are_those_within_the_tolerance(partitions: int, stuck: tuple[int, ...]) -> None:
    assert stuck_numbers(values(maxReplicaCount=partitions), partitions) == stuck


def test_a_tolerance_of_the_behaviour_counts() -> None:
    assert stuck_numbers(values({"scaleUp": {"tolerance": 0}}, maxReplicaCount=24), 24) == ()


def test_kedas_defaults_have_both_defects_and_too_high_a_bound() -> None:
    said = " ".join(findings(values(), 24))
    assert "#4483" in said
    assert "241 to 249 asks for 25 replicas" in said
    assert "#4791" in said
    assert "at 22 to 23 replicas" in said
    assert "maxReplicaCount 100 is above the 24 partitions" in said


def test_nothing_is_found_with_the_remedy() -> None:
    assert findings(values(maxReplicaCount=24, trigger=REMEDY), 24) == ()


def test_going_to_zero_and_persistent_lag_are_explained() -> None:
    made = values(minReplicaCount=0, maxReplicaCount=24, trigger={**REMEDY, "excludePersistentLag": True})
    said = findings(made, 24)
    assert len(said) == 2
    assert "goes to zero at once" in said[0]
    assert "excludePersistentLag" in said[1]


def test_a_tolerance_for_lower_numbers_alone_changes_nothing() -> None:
    assert stuck_numbers(values({"scaleDown": {"tolerance": 0}}, maxReplicaCount=24), 24) == (22, 23)


def test_a_cut_lag_that_sticks_nowhere_is_not_said_to() -> None:
    assert findings(values(maxReplicaCount=10), 10) == ()


def test_an_uncut_lag_sticks_nowhere() -> None:
    assert stuck_numbers(values(maxReplicaCount=24, trigger=REMEDY), 24) == ()
