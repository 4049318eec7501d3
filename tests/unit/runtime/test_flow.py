"""Pausing and resuming have a gap between them."""

from collections.abc import Mapping

from workers.ports.messages import Partition
from workers.runtime.flow import FlowLimits, Held, flow_change

A = Partition("a", 0)
B = Partition("b", 1)
LIMITS = FlowLimits(total_high=10, partition_high=6, gap_high=100, resume_fraction=0.5)


def held(records: Mapping[Partition, int]) -> dict[Partition, Held]:
    """Records none of which is done with yet."""
    return {partition: Held(count, count) for partition, count in records.items()}


def test_everything_is_paused_at_the_total_bound() -> None:
    change = flow_change(held({A: 5, B: 5}), set(), LIMITS)
    assert change.pause == {A, B}
    assert not change.resume


def test_just_below_the_bounds_nothing_changes() -> None:
    change = flow_change(held({A: 5, B: 4}), set(), LIMITS)
    assert not change.pause
    assert not change.resume


def test_only_the_partition_over_its_own_bound_is_paused() -> None:
    assert flow_change(held({A: 6, B: 1}), set(), LIMITS).pause == {A}


def test_a_paused_partition_stays_paused_between_the_bounds() -> None:
    change = flow_change(held({A: 4, B: 1}), {A}, LIMITS)
    assert not change.pause
    assert not change.resume


def test_a_paused_partition_resumes_at_half_of_both_bounds() -> None:
    assert flow_change(held({A: 3, B: 2}), {A, B}, LIMITS).resume == {A, B}
    assert flow_change(held({A: 3, B: 3}), {A, B}, LIMITS).resume == frozenset()


def test_a_partition_that_is_paused_already_is_not_paused_again() -> None:
    assert flow_change(held({A: 20}), {A}, LIMITS).pause == frozenset()


def test_an_outage_pauses_everything_that_is_not_paused_yet() -> None:
    change = flow_change(held({A: 0, B: 1}), {A}, LIMITS, out=True)
    assert change.pause == {B}


def test_nothing_resumes_while_an_outage_lasts_and_what_may_does_after_it() -> None:
    assert flow_change(held({A: 0, B: 6}), {A, B}, LIMITS, out=True).resume == frozenset()
    assert flow_change(held({A: 0, B: 5}), {A, B}, LIMITS).resume == {A}
    assert flow_change(held({A: 0, B: 3}), {A, B}, LIMITS).resume == {A, B}


def test_records_that_are_done_with_count_only_for_the_gap() -> None:
    behind_a_slow_one = {A: Held(1, 99), B: Held(1, 99)}
    assert flow_change(behind_a_slow_one, set(), LIMITS).pause == frozenset()
    assert flow_change({**behind_a_slow_one, A: Held(1, 100)}, set(), LIMITS).pause == {A}


def test_a_partition_paused_for_its_gap_resumes_at_half_of_it() -> None:
    assert flow_change({A: Held(1, 51)}, {A}, LIMITS).resume == frozenset()
    assert flow_change({A: Held(1, 50)}, {A}, LIMITS).resume == {A}
