"""Outages pause intake and end by themselves; mass failure stops the worker before it dead-letters a whole topic."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from contracts.envelope import format_time
from contracts.errors import ErrorCode
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON, settle
from tests.fakes.commands import text_record
from tests.unit.runtime.worker_bench import P0, P1, Bench
from workers.ports.errors import BackendBusyError, BackendError, CapabilityOutageError, UnavailableError
from workers.runtime.flow import FlowLimits
from workers.runtime.mass_failure import MassFailureError, MassFailureLimits
from workers.runtime.retry import OUTAGE
from workers.runtime.worker import WorkerFailedError, WorkerLimits

OUT = CapabilityOutageError("text_extraction", "both servers refuse connections")
LIMIT = MassFailureLimits().failures


class Backend:
    """What the handler needs: raises as long as it is told."""

    def __init__(self) -> None:
        self.error: Exception | None = OUT
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    roomy = WorkerLimits(flow=FlowLimits(total_high=1000, partition_high=500), drain_timeout=0.05)
    bench = Bench(limits=roomy, attempts=1)
    await settle()
    await bench.worker.assigned([P0, P1])
    yield bench
    bench.stop.set()
    bench.worker.abort()
    await asyncio.gather(bench.task, return_exceptions=True)


@pytest.fixture
def backend(bench: Bench) -> Backend:
    bench.instead = backend = Backend()
    return backend


def record(number: int, partition: int = 0) -> FakeRecord:
    return text_record(number, f"c{partition}-{number}", owner=f"o{number}", partition=partition)


def dead_letters(bench: Bench) -> int:
    return sum(letter.topic.endswith(".dlt") for letter in bench.publisher.records)


async def test_a_capability_that_is_out_pauses_intake_at_once_and_is_named(bench: Bench, backend: Backend) -> None:
    await bench.deliver(record(0))
    assert backend.asked
    assert bench.worker.outages == {"text_extraction"}
    assert bench.intake.paused == {P0, P1}


async def test_a_long_outage_uses_up_nothing_and_intake_resumes_by_itself(bench: Bench, backend: Backend) -> None:
    await bench.deliver(*(record(n) for n in range(5)))
    await bench.clock.advance(60)
    assert backend.asked > 5 * 60 / OUTAGE.max_delay
    assert bench.published == []
    assert bench.intake.paused == {P0, P1}
    backend.error = None
    await bench.clock.advance(OUTAGE.max_delay)
    assert sorted(bench.published) == [f"c0-{n}" for n in range(5)]
    assert dead_letters(bench) == 0
    assert not bench.worker.outages
    assert bench.intake.paused == set()


async def test_intake_does_not_wait_for_news_that_only_a_lost_partition_was_after(
    bench: Bench, backend: Backend
) -> None:
    await bench.deliver(record(0))
    await bench.worker.revoked([P0, P1])
    bench.intake.paused.clear()  # as of every new assignment
    await bench.worker.assigned([P1])
    await settle()
    assert backend.asked
    assert not bench.worker.outages
    assert P1 not in bench.intake.paused


async def test_an_outage_outlives_a_rebalance_that_leaves_its_victims_here(bench: Bench, backend: Backend) -> None:
    await bench.deliver(record(0))
    await bench.worker.revoked([P0, P1])
    bench.intake.paused.clear()  # a fresh assignment starts unpaused
    await bench.worker.assigned([P0, P1])
    assert backend.asked
    assert bench.intake.paused == {P0, P1}


async def test_a_database_that_a_handler_cannot_read_is_an_outage_with_a_name(bench: Bench, backend: Backend) -> None:
    backend.error = UnavailableError("db:5432 refuses connections")
    await bench.deliver(record(0))
    assert bench.worker.outages == {"database"}
    assert bench.intake.paused == {P0, P1}


async def test_a_busy_backend_makes_commands_wait_without_pausing_intake(bench: Bench, backend: Backend) -> None:
    backend.error = BackendBusyError("no turn within 30 s")
    await bench.deliver(record(0))
    await bench.clock.advance(60)
    assert backend.asked > 1
    assert not bench.worker.outages
    assert bench.intake.paused == set()
    backend.error = None
    await bench.clock.advance(OUTAGE.max_delay)
    assert bench.published == ["c0-0"]
    assert dead_letters(bench) == 0


async def test_a_command_that_fails_otherwise_does_not_end_an_outage_others_still_meet(
    bench: Bench, backend: Backend
) -> None:
    expiry = ("ce_expirytime", format_time(NOON).encode())
    expiring = replace(record(0), headers=[*record(0).headers, expiry])
    await bench.deliver(expiring, record(1))
    await bench.clock.advance(60)
    assert bench.published == ["c0-0"]
    assert bench.worker.outages == {"text_extraction"}
    assert bench.intake.paused == {P0, P1}
    assert backend.asked


async def test_an_outage_that_ends_while_draining_lets_no_record_in(bench: Bench, backend: Backend) -> None:
    await bench.deliver(record(0))
    bench.stop.set()
    await settle()
    backend.error = None
    await bench.clock.advance(OUTAGE.max_delay)
    await bench.task
    assert bench.published == ["c0-0"]
    assert bench.intake.paused == {P0, P1}


async def test_when_most_commands_fail_the_worker_stops_before_one_dead_letter_too_many(
    bench: Bench, backend: Backend
) -> None:
    backend.error = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone")
    for number in range(LIMIT):
        await bench.deliver(record(number))
    await bench.commit_offsets()
    assert (dead_letters(bench), bench.intake.offsets[P0]) == (LIMIT, LIMIT)
    assert not bench.task.done()
    await bench.deliver(record(LIMIT))
    with pytest.raises(WorkerFailedError, match=r"51 of 51 commands failed .* backend_unavailable") as caught:
        await bench.task
    assert isinstance(caught.value.__cause__, MassFailureError)
    assert len(bench.published) == dead_letters(bench) == LIMIT
    assert bench.intake.offsets[P0] == LIMIT


async def test_as_many_failures_among_more_successes_stop_nothing(bench: Bench, backend: Backend) -> None:
    backend.error = None
    await bench.deliver(*(record(number) for number in range(2 * LIMIT)))
    backend.error = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone")
    await bench.deliver(*(record(number) for number in range(2 * LIMIT, 4 * LIMIT)))
    assert dead_letters(bench) == 2 * LIMIT
    assert not bench.task.done()


async def test_a_flood_of_poison_is_dead_lettered_and_stops_nothing(bench: Bench, backend: Backend) -> None:
    backend.error = None
    await bench.deliver(*(replace(record(number), value=b"{") for number in range(4 * LIMIT)), record(4 * LIMIT))
    assert dead_letters(bench) == 4 * LIMIT
    assert len(bench.published) == 4 * LIMIT + 1
    assert not bench.task.done()
