"""Values of one machine, and delays between starts."""

import pytest

from tests.unit.domain.scaling.examples import reading, values
from workers.domain.scaling.controller import ControllerState, skipped, sync
from workers.domain.scaling.findings import findings
from workers.domain.scaling.local import fixed_values, local_values, restart_delay, values_for


@pytest.mark.parametrize(("processors", "partitions", "most"), [(4, 12, 4), (64, 12, 12), (1, 12, 1)])
def test_a_machine_has_a_process_a_processor_and_none_without_a_partition(
    processors: int, partitions: int, most: int
) -> None:
    made = local_values(processors, partitions)
    assert (made.min_replica_count, made.max_replica_count) == (1, most)
    assert findings(made, partitions) == ()


@pytest.mark.parametrize("lag", [0, 10**9])
def test_a_fixed_number_is_what_is_asked_for_whatever_the_lag(lag: int) -> None:
    assert sync(fixed_values(3), ControllerState(), 0, 3, [reading(lag)])[0] == 3


def test_several_lags_are_measured_by_the_first_trigger() -> None:
    made = values_for(values(triggers=[{"lagThreshold": 7}, {"lagThreshold": 9}]), 3)
    assert [trigger.lag_threshold for trigger in made.triggers] == [7, 7, 7]


def test_delays_double_up_to_a_minute() -> None:
    assert [restart_delay(failures) for failures in (1, 2, 3, 6, 7, 8, 10_000)] == [1, 2, 4, 32, 60, 60, 60]


def test_a_look_that_failed_is_repeated_in_its_own_time() -> None:
    state = skipped(values(), ControllerState(next_poll=0, next_sync=100), 10)
    assert (state.next_poll, state.next_sync) == (40, 100)
    assert skipped(values(), state, 100).next_sync == 115
