"""A seed and a length make one schedule, complete and orderly."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos import test_slice
from tests.chaos.faults import NATURES, FaultKind
from tests.chaos.schedule import NORMAL_QUIET, NORMAL_SECONDS, make_schedule

SEEDS = st.integers(0, 2**32)
LENGTHS = st.floats(30, 2_000)


@given(SEEDS, LENGTHS)
def test_the_same_seed_gives_the_same_schedule(seed: int, seconds: float) -> None:
    assert make_schedule(seed, seconds) == make_schedule(seed, seconds)


def test_another_seed_gives_another_schedule() -> None:
    assert make_schedule(1, 300).faults != make_schedule(2, 300).faults


@given(SEEDS, st.floats(NORMAL_SECONDS, 2_000))
def test_a_run_of_normal_length_has_every_kind_and_each_heavy_one_alone(seed: int, seconds: float) -> None:
    faults = make_schedule(seed, seconds).faults
    assert {fault.kind for fault in faults if fault.alone} == set(FaultKind)


@given(SEEDS, LENGTHS)
def test_every_fault_begins_in_order_lasts_its_time_and_ends_within_the_run(seed: int, seconds: float) -> None:
    faults = make_schedule(seed, seconds).faults
    assert all(one.at <= other.at for one, other in pairwise(faults))
    for fault in faults:
        assert fault.nature.shortest <= fault.length <= fault.nature.longest
        assert 0 < fault.at <= fault.planned_end <= seconds


@given(SEEDS, LENGTHS)
def test_heavy_faults_leave_quiet_to_recover_in_unless_they_come_as_a_pair(seed: int, seconds: float) -> None:
    heavy = [fault for fault in make_schedule(seed, seconds).faults if fault.nature.heavy]
    for before, after in pairwise(heavy):
        paired = not before.alone and not after.alone and after.at <= before.planned_end
        assert paired or after.at >= before.planned_end + NORMAL_QUIET.least
        assert not paired or before.nature.family is not after.nature.family


def test_long_runs_have_pairs_of_faults() -> None:
    assert any(not fault.alone for fault in make_schedule(3, 1_800).faults)


@given(SEEDS)
def test_only_the_kinds_asked_for_come(seed: int) -> None:
    kinds = {FaultKind.WORKER_KILLED, FaultKind.DUPLICATES}
    assert {fault.kind for fault in make_schedule(seed, 60, kinds).faults} == kinds


@given(SEEDS)
def test_the_slice_in_the_test_run_has_all_its_kinds(seed: int) -> None:
    assert {
        fault.kind for fault in make_schedule(seed, test_slice.SECONDS, test_slice.KINDS, test_slice.QUIET).faults
    } == set(test_slice.KINDS)


def test_every_kind_has_a_nature() -> None:
    assert set(NATURES) == set(FaultKind)
