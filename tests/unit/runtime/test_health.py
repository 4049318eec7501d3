"""Alive, started, ready: judged by tables."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.fakes.statuses import BUSY, IDLE, STARTING, TEXTS, lane
from workers.ports.health import HealthReport, Result
from workers.ports.status import WorkerStatus
from workers.runtime import health
from workers.runtime.health import HealthLimits, LaneId, Vital, lane_budget, worked_since
from workers.runtime.retry import RetryPolicy

LIMITS = HealthLimits(loop_silence=10.0, poll_silence=30.0, lane_budget=600.0)
LANE: LaneId = (TEXTS, 3, 7)


def vital(*workers: WorkerStatus, silence: float = 0.5, worked: Mapping[LaneId, float] | None = None) -> Vital:
    return Vital(silence, workers, worked or {})


def failed(report: HealthReport) -> dict[str, str]:
    assert report.passed == (not report.failures)
    return {check.name: check.reason for check in report.failures}


@pytest.mark.parametrize(
    "worker",
    [
        IDLE,
        BUSY,
        STARTING,
        replace(IDLE, since_poll=30.0),
        replace(IDLE, outages=frozenset({"database"})),
        replace(IDLE, outages=frozenset({"broker"}), since_poll=900.0),
        replace(IDLE, draining=True, since_poll=900.0),
        replace(STARTING, since_poll=900.0),
        replace(BUSY, outages=frozenset({"database"}), slowest=(lane(age=9_000.0),)),
    ],
    ids=[
        "idle",
        "busy",
        "starting",
        "polled at the limit",
        "without its database",
        "in a poll that waits for the broker",
        "draining",
        "joining for long",
        "old records after an outage",
    ],
)
def test_a_worker_that_works_or_waits_for_a_service_is_alive(worker: WorkerStatus) -> None:
    assert failed(health.live(vital(worker), LIMITS)) == {}


def test_a_poll_that_waits_for_a_broker_nobody_can_reach_is_no_reason_to_start_again() -> None:
    silent = replace(BUSY, since_poll=900.0)
    assert not health.live(vital(silent), LIMITS).passed
    assert health.live(Vital(0.5, (silent,), missing={"broker": "refused"}), LIMITS).passed


def test_a_fleet_that_is_still_opening_its_database_is_alive_and_neither_started_nor_ready() -> None:
    assert health.live(vital(), LIMITS).passed
    assert failed(health.started(vital())) == {"started": "the fleet is opening what it works with"}
    assert set(failed(health.ready(vital(), LIMITS))) == {"started", "assignment"}


def test_an_event_loop_that_stood_still_is_named_with_its_time() -> None:
    report = health.live(vital(IDLE, silence=12.34), LIMITS)
    assert failed(report) == {"event_loop": "last turned 12.3 s ago, 10 s allowed"}


def test_a_consume_loop_that_ended_is_named_with_its_area_although_another_one_polls() -> None:
    dead = replace(IDLE, area="receipts", since_poll=31.0)
    report = health.live(vital(IDLE, dead), LIMITS)
    assert failed(report) == {"consume_loop": "receipts has not polled for 31 s, 30 s allowed"}


def test_a_stuck_record_is_named_by_topic_partition_offset_key_hash_and_age() -> None:
    worker = replace(BUSY, slowest=(lane(age=700.0, attempts=2), lane(8, age=650.0)))
    report = health.live(vital(worker, worked={LANE: 601.0, (TEXTS, 3, 8): 600.0}), LIMITS)
    assert failed(report) == {
        "lanes": "poon.texts.commands partition 3 offset 7 (key 0123456789ab, attempt 2) is stuck:"
        " worked on for 601 s of 600 s allowed, taken over 700 s ago"
    }
    (stuck,) = report.stuck
    assert (stuck.topic, stuck.partition, stuck.offset) == (TEXTS, 3, 7)
    assert (stuck.key_hash, stuck.age, stuck.attempts, stuck.area) == ("0123456789ab", 700.0, 2, "texts")


def test_a_record_that_waited_long_for_its_turn_is_not_stuck() -> None:
    worker = replace(BUSY, slowest=(lane(age=9_000.0),))
    assert health.live(vital(worker, worked={LANE: 3.0}), LIMITS).passed


def test_a_drain_has_its_own_budget_for_what_is_in_flight() -> None:
    assert health.live(vital(replace(BUSY, draining=True), worked={LANE: 601.0}), LIMITS).passed


@pytest.mark.parametrize(
    ("policy", "time_budget", "seconds"),
    [
        (RetryPolicy(1, 1.0, 30.0), 10.0, 10.0),
        (RetryPolicy(3, 1.0, 30.0), 10.0, 3 * 10.0 + 1 + 2),
        (RetryPolicy(5, 1.0, 3.0), 0.5, 5 * 0.5 + 1 + 2 + 3 + 3),
        (RetryPolicy(100, 1.0, 30.0, total_time=60.0), 10.0, 60.0 + 10.0),
    ],
)
def test_a_budget_is_every_attempt_every_back_off_and_an_allowance(
    policy: RetryPolicy, time_budget: float, seconds: float
) -> None:
    assert lane_budget([(policy, time_budget)]) == pytest.approx(seconds + health.SETTLE_ALLOWANCE)


def test_the_most_patient_command_type_sets_the_budget() -> None:
    patient = (RetryPolicy(3, 30.0, 30.0), 1.0)
    assert lane_budget([(RetryPolicy(1), 1.0), patient]) == lane_budget([patient])


def test_time_counts_from_the_first_look_at_which_a_record_was_worked_on() -> None:
    first = worked_since({}, [BUSY], 100.0)
    later = worked_since(first, [BUSY], 160.0)
    assert first == later == {LANE: 100.0}


def test_a_lane_that_went_on_to_its_next_record_begins_anew() -> None:
    before = worked_since({}, [BUSY], 100.0)
    after = worked_since(before, [replace(BUSY, slowest=(lane(9),))], 160.0)
    assert after == {(TEXTS, 3, 9): 160.0}


def test_an_outage_sets_the_clock_of_every_record_back() -> None:
    before = worked_since({}, [BUSY], 100.0)
    during = worked_since(before, [replace(BUSY, outages=frozenset({"database"}))], 160.0)
    after = worked_since(during, [BUSY], 170.0)
    assert after == {LANE: 160.0}


@pytest.mark.parametrize("worker", [IDLE, BUSY])
def test_a_worker_with_its_partitions_and_services_is_ready_even_if_it_owns_none(worker: WorkerStatus) -> None:
    assert failed(health.ready(vital(worker), LIMITS)) == {}


@pytest.mark.parametrize(
    ("worker", "reasons"),
    [
        (
            STARTING,
            {"started": "texts wait for their first partitions", "assignment": "texts polls no partitions"},
        ),
        (replace(IDLE, draining=True), {"intake": "texts drain"}),
        (replace(IDLE, outages=frozenset({"database"})), {"database": "texts wait for the database"}),
        (replace(IDLE, outages=frozenset({"broker"})), {"broker": "texts wait for the broker"}),
        (replace(IDLE, outages=frozenset({"backends"})), {"backends": "texts wait for the backends"}),
        (replace(IDLE, since_poll=31.0), {"assignment": "texts polls no partitions"}),
    ],
)
def test_a_worker_that_cannot_work_now_is_not_ready_and_says_why(worker: WorkerStatus, reasons: dict[str, str]) -> None:
    assert failed(health.ready(vital(worker), LIMITS)) == reasons


def test_a_service_an_idle_worker_cannot_reach_is_named_with_the_reason() -> None:
    seen = Vital(0.1, (IDLE,), missing={"database": "the database db cannot be used: refused"})
    report = health.ready(seen, LIMITS)
    assert failed(report) == {"database": "the database db cannot be used: refused"}
    assert health.live(seen, LIMITS).passed


def test_an_outage_is_told_with_the_reason_of_the_last_try() -> None:
    worker = replace(IDLE, outages=frozenset({"broker"}))
    report = health.ready(Vital(0.1, (worker,), missing={"broker": "refused"}), LIMITS)
    assert failed(report) == {"broker": "texts wait for the broker: refused"}


def test_a_passing_report_says_what_it_looked_at() -> None:
    report = health.ready(vital(BUSY), LIMITS)
    assert report.status is Result.PASS
    assert {check.name: check.reason for check in report.checks} == {
        "started": "texts joined their groups",
        "assignment": "texts owns 1 partitions",
        "broker": "no outage",
        "database": "no outage",
        "intake": "open",
    }


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (vital(), "starting"),
        (vital(STARTING), "starting"),
        (vital(IDLE), "running"),
        (vital(replace(IDLE, outages=frozenset({"database", "broker"}))), "waiting for broker, database"),
        (Vital(0.1, (IDLE,), missing={"database": "refused"}), "waiting for database"),
        (vital(IDLE, replace(IDLE, draining=True)), "draining"),
    ],
)
def test_the_state_is_a_few_words(seen: Vital, word: str) -> None:
    assert health.state(seen) == word
