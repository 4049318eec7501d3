"""What a rate takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.domain.scaling.capacity import Demand, MeasuredJob, capacity

JOB = MeasuredJob(worker_us=200, postgres_us=50, kafka_us=30, message_bytes=500, memory_mib=256, is_parallel=False)
DEMAND = Demand(rate=6_000, use=0.5, outage_seconds=300, catch_up_seconds=600, core_price=0.1)


def test_a_worker_does_what_its_processor_can_at_the_planned_use() -> None:
    found = capacity(JOB, DEMAND)
    assert (found.worker_rate, found.bound_by) == (2_500, "processor")
    assert (found.workers, found.workers_catching_up) == (3, 4)


def test_database_broker_and_cost_are_of_the_catch_up_rate() -> None:
    found = capacity(JOB, DEMAND)
    assert found.database_cores == pytest.approx(9_000 * 50e-6 / 0.5)
    assert found.broker_cores == pytest.approx(9_000 * 30e-6 / 0.5)
    assert found.cost == pytest.approx((4 + 0.9 + 0.54) * 0.1)
    assert (found.megabytes, found.memory_gib) == (3, 1)


def test_slow_calls_bound_a_worker_by_what_it_has_in_flight() -> None:
    found = capacity(JOB, replace(DEMAND, call_seconds=2, in_flight=64))
    assert (found.worker_rate, found.bound_by, found.workers) == (16, "calls", 375)


def test_more_processors_help_only_a_job_that_uses_them() -> None:
    four = replace(DEMAND, cores=4)
    assert capacity(JOB, four).worker_rate == 2_500
    assert capacity(replace(JOB, is_parallel=True), four).worker_rate == 10_000


@given(st.floats(0.1, 1e6), st.floats(1, 10), st.floats(0, 3_600))
def test_more_messages_never_take_less_and_all_workers_get_a_partition(rate: float, more: float, outage: float) -> None:
    less, much = (capacity(JOB, replace(DEMAND, rate=each, outage_seconds=outage)) for each in (rate, rate * more))
    assert less.workers <= much.workers
    assert less.partitions <= much.partitions
    assert less.workers <= less.workers_catching_up <= less.partitions
    assert less.workers * less.worker_rate >= rate * 0.999
