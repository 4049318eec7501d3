"""KEDA and the autoscaler together, and KEDA's two known defects."""

import pytest

from tests.unit.domain.scaling.examples import reading, values
from workers.domain.scaling.controller import ControllerState, poll, sync
from workers.domain.scaling.values import ScalingValues


def settle(made: ScalingValues, lag: int, current: int = 1, partitions: int = 24) -> int:
    """The replicas a lag that stays leads to."""
    state = ControllerState()
    for turn in range(200):
        found = [reading(lag, partitions=partitions, behind=partitions)]
        current, state = sync(made, state, turn * 15.0, current, found)
    return current


def test_a_lag_between_p_and_p_plus_one_thresholds_gets_one_replica_too_many() -> None:
    """Defect 1: kedacore/keda#4483."""
    made = values()
    assert settle(made, 10 * 5 + 9, partitions=5) == 6
    assert settle(made, 10 * 5 + 10, partitions=5) == 5


@pytest.mark.parametrize(("partitions", "start", "stuck"), [(24, 22, 22), (24, 23, 23), (100, 91, 91), (100, 99, 99)])
def test_a_fleet_within_the_tolerance_of_the_ceiling_never_reaches_it(partitions: int, start: int, stuck: int) -> None:
    """Defect 2: kedacore/keda#4791. The cut lag is P thresholds, which is within 10 % of fewer replicas too."""
    made = values(maxReplicaCount=partitions)
    assert settle(made, 10**6, current=start, partitions=partitions) == stuck


@pytest.mark.parametrize(("partitions", "start"), [(24, 21), (100, 90)])
def test_a_fleet_further_below_does_reach_the_ceiling(partitions: int, start: int) -> None:
    assert settle(values(maxReplicaCount=partitions), 10**6, current=start, partitions=partitions) == partitions


REMEDY = values(maxReplicaCount=24, trigger={"allowIdleConsumers": True})


@pytest.mark.parametrize("start", [1, 22, 23, 24])
def test_idle_consumers_allowed_with_the_partitions_as_most_reach_the_ceiling(start: int) -> None:
    assert settle(REMEDY, 10**6, current=start) == 24


@pytest.mark.parametrize("lag", [241, 249, 10**6])
def test_idle_consumers_allowed_with_the_partitions_as_most_never_get_one_too_many(lag: int) -> None:
    assert settle(REMEDY, lag) == 24


def test_a_sleeping_fleet_wakes_when_a_trigger_is_active() -> None:
    current, state = poll(values(minReplicaCount=0), ControllerState(), 60, 0, [reading(1)])
    assert (current, state.active_at, state.next_poll) == (1, 60, 90)


def test_a_fleet_wakes_to_its_least() -> None:
    assert poll(values(minReplicaCount=3, idleReplicaCount=0), ControllerState(), 0, 0, [reading(1)])[0] == 3


def test_a_fleet_sleeps_only_after_the_cooldown_and_then_at_once_from_any_number() -> None:
    made = values(minReplicaCount=0)
    _, state = poll(made, ControllerState(), 0, 20, [reading(1)])
    assert poll(made, state, 300, 20, [reading(0)])[0] == 20
    assert poll(made, state, 301, 20, [reading(0)])[0] == 0


def test_a_fleet_that_was_never_active_sleeps_at_the_first_look() -> None:
    assert poll(values(minReplicaCount=0), ControllerState(), 0, 5, [reading(0)])[0] == 0


def test_a_fleet_that_may_not_sleep_is_left_alone() -> None:
    assert poll(values(minReplicaCount=2), ControllerState(), 900, 5, [reading(0)])[0] == 5


def test_fewer_than_the_least_are_brought_up_without_activity() -> None:
    assert poll(values(minReplicaCount=3), ControllerState(), 0, 1, [reading(0)])[0] == 3


def test_idle_replicas_are_kept_while_nothing_is_active() -> None:
    made = values(minReplicaCount=4, idleReplicaCount=1)
    assert poll(made, ControllerState(), 0, 9, [reading(0)])[0] == 1
    assert sync(made, ControllerState(), 0, 1, [reading(0)])[0] == 1


def test_one_active_trigger_of_several_keeps_the_fleet_awake() -> None:
    made = values(minReplicaCount=0, triggers=[{}, {"activationLagThreshold": 100}])
    assert poll(made, ControllerState(), 0, 5, [reading(0), reading(101)])[0] == 5
    assert poll(made, ControllerState(), 0, 5, [reading(0), reading(100)])[0] == 0


def test_both_look_at_their_own_times() -> None:
    made, state = values(pollingInterval=40), ControllerState()
    _, state = poll(made, state, 0, 1, [reading(0)])
    _, state = sync(made, state, 0, 1, [reading(0)])
    assert (state.next_poll, state.next_sync, state.next_look) == (40, 15, 15)
