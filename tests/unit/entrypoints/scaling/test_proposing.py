"""Proposed scaling values."""

from tests.unit.domain.scaling.examples import values
from workers.domain.scaling.findings import findings
from workers.entrypoints.scaling.proposing import Target, propose
from workers.entrypoints.scaling.shapes import Shape
from workers.entrypoints.scaling.simulation import FleetModel, simulate
from workers.entrypoints.scaling.summary import behind_at
from workers.entrypoints.scaling.traces import made_up

MODEL = FleetModel(24, 100.0)
BURST = made_up(Shape.BURST, peak=2_000, seconds=3_600, step=15)
"""At the pace of Kubernetes' own looks: a finer one shows the same, three times as slowly."""


def test_proposed_values_meet_the_target_when_they_are_played_again() -> None:
    found = propose(values(), MODEL, BURST, Target(60))
    assert found.is_met
    assert behind_at(simulate(found.values, MODEL, BURST), 0.99) <= 60
    assert findings(found.values, 24) == ()


def test_a_stricter_target_never_costs_less() -> None:
    strict, loose = (propose(values(), MODEL, BURST, Target(seconds)) for seconds in (20, 300))
    assert strict.summary.replica_hours >= loose.summary.replica_hours


def test_a_target_beyond_the_partitions_is_said_not_to_be_met() -> None:
    found = propose(values(), FleetModel(4, 100.0), BURST, Target(60))
    assert not found.is_met
    assert found.reached > 60
    assert found.values.max_replica_count == 4


def test_what_is_not_searched_stays() -> None:
    found = propose(values(pollingInterval=7, cooldownPeriod=11), MODEL, BURST, Target(60)).values
    assert (found.polling_interval, found.cooldown_period) == (7, 11)
