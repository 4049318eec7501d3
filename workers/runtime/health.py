"""Judging a fleet's health: pure functions of what its workers tell.

    alive    starting it again would help if not: its event loop, its consume loops, lanes stuck beyond their budget
    started  every worker has joined its group once
    ready    it does its work now: has its partitions, broker and database, and is not on its way out

A worker that waits for a service is alive and not ready: another start would not bring the service back. So is one that
drains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workers.ports.health import Check, HealthReport, Result, StuckLane
from workers.ports.status import LaneStatus, WorkerStatus
from workers.runtime.retry import RetryPolicy, longest_delay

SETTLE_ALLOWANCE: Final = 60.0
"""Seconds for storing and publishing a decision, and for the look-ups before it, on top of the handler's own time."""

LaneId = tuple[str, int, int]
"""Topic, partition and offset of a record that is being worked on."""


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Beyond what a fleet counts as dead.

    Attributes:
        loop_silence: seconds the event loop may be late.
        poll_silence: seconds the broker client may keep control; above the rebalance time-out, during which it may be
            busy with the group.
        lane_budget: seconds one record may be worked on, see `lane_budget`.
    """

    loop_silence: float = 10.0
    poll_silence: float = 30.0
    lane_budget: float = 700.0


@dataclass(frozen=True, slots=True)
class Vital:
    """What is known of a fleet at one moment.

    Attributes:
        silence: seconds since the event loop last showed a sign of life.
        workers: none before the fleet has opened what it works with.
        worked: seconds each record has been worked on, see `worked_since`; one that is missing was just begun.
        missing: the reason why a service could not be reached when it was last tried, by name.
    """

    silence: float
    workers: Sequence[WorkerStatus] = ()
    worked: Mapping[LaneId, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


def lane_budget(tries: Iterable[tuple[RetryPolicy, float]]) -> float:
    """The longest a record can be worked on when everything does what it should, seconds.

    Args:
        tries: of each command type the retry policy, and the most one attempt may take, seconds.
    """
    return SETTLE_ALLOWANCE + max(_longest(policy, time_budget) for policy, time_budget in tries)


def _longest(policy: RetryPolicy, time_budget: float) -> float:
    delays = sum(longest_delay(attempt, policy) for attempt in range(1, policy.attempts))
    # The last attempt begins before the time in all is up, and may take its own time.
    return min(policy.attempts * time_budget + delays, policy.total_time + time_budget)


def worked_since(before: Mapping[LaneId, float], workers: Iterable[WorkerStatus], now: float) -> dict[LaneId, float]:
    """Since when each record is being worked on, carried on from the last look.

    Not its age: a record may have waited long behind others before its turn came, and is not stuck for that. Nor does
    an outage count, however long: all lanes begin anew when the service is back.

    Args:
        before: the answer of the last look.
        workers: what they tell now.
        now: a reading of the monotonic clock.
    """
    since: dict[LaneId, float] = {}
    for worker in workers:
        for lane in worker.slowest:
            identity = lane_id(lane)
            since[identity] = now if worker.outages else before.get(identity, now)
    return since


def lane_id(lane: LaneStatus) -> LaneId:
    """What tells a record from all others."""
    return (lane.partition.topic, lane.partition.number, lane.offset)


def stuck_lanes(worker: WorkerStatus, worked: Mapping[LaneId, float], limits: HealthLimits) -> tuple[StuckLane, ...]:
    """The worker's records beyond their budget. None while it drains, which has a time budget of its own."""
    if worker.draining:
        return ()
    return tuple(
        StuckLane(
            area=worker.area,
            topic=lane.partition.topic,
            partition=lane.partition.number,
            offset=lane.offset,
            key_hash=lane.key_hash,
            age=lane.age,
            worked=time,
            budget=limits.lane_budget,
            attempts=lane.attempts,
        )
        for lane in worker.slowest
        if (time := worked.get(lane_id(lane), 0.0)) > limits.lane_budget
    )


def live(vital: Vital, limits: HealthLimits) -> HealthReport:
    """Whether the process works, or would if the services it needs were there."""
    stuck = tuple(lane for worker in vital.workers for lane in stuck_lanes(worker, vital.worked, limits))
    return _report([_event_loop(vital, limits), _consume_loop(vital, limits), _lanes(vital, stuck)], stuck)


def started(vital: Vital) -> HealthReport:
    """Whether every worker has joined its group and been given its first partitions."""
    return _report([_started(vital)])


def ready(vital: Vital, limits: HealthLimits) -> HealthReport:
    """Whether the process carries out commands at this moment."""
    outages = {ground for worker in vital.workers for ground in worker.outages}
    grounds = sorted({"broker", "database"} | outages | set(vital.missing))
    checks = [_started(vital), _assignment(vital, limits), *(_ground(vital, name) for name in grounds)]
    return _report([*checks, _intake(vital)])


def state(vital: Vital) -> str:
    """What the process does, in a few words."""
    if any(worker.draining for worker in vital.workers):
        return "draining"
    missing = sorted({ground for worker in vital.workers for ground in worker.outages} | set(vital.missing))
    if missing:
        return f"waiting for {', '.join(missing)}"
    return "running" if started(vital).passed else "starting"


def _event_loop(vital: Vital, limits: HealthLimits) -> Check:
    alive = vital.silence <= limits.loop_silence
    told = f"last turned {vital.silence:.1f} s ago, {limits.loop_silence:g} s allowed"
    return _passed("event_loop", told) if alive else _failed("event_loop", told)


def _consume_loop(vital: Vital, limits: HealthLimits) -> Check:
    silent = [worker for worker in vital.workers if _is_silent(worker, vital, limits)]
    if silent:
        told = "; ".join(f"{worker.area} has not polled for {worker.since_poll or 0:.0f} s" for worker in silent)
        return _failed("consume_loop", f"{told}, {limits.poll_silence:g} s allowed")
    return _passed("consume_loop", "; ".join(_polled(worker) for worker in vital.workers) or "nothing runs yet")


def _is_silent(worker: WorkerStatus, vital: Vital, limits: HealthLimits) -> bool:
    """Whether polling has ended although nothing keeps it from going on.

    A client that lost its broker may wait for it in the middle of a poll, and one that drains has no need to poll.
    """
    excused = worker.draining or not worker.started or "broker" in {*worker.outages, *vital.missing}
    return not excused and worker.since_poll is not None and worker.since_poll > limits.poll_silence


def _polled(worker: WorkerStatus) -> str:
    if worker.since_poll is None:
        return f"{worker.area} has not polled yet"
    return f"{worker.area} polled {worker.since_poll:.1f} s ago"


def _lanes(vital: Vital, stuck: Sequence[StuckLane]) -> Check:
    if stuck:
        return _failed("lanes", "; ".join(map(str, stuck)))
    oldest = max((lane.age for worker in vital.workers for lane in worker.slowest), default=None)
    told = "nothing is being worked on" if oldest is None else f"none is stuck, the oldest record is {oldest:.0f} s old"
    return _passed("lanes", told)


def _started(vital: Vital) -> Check:
    waiting = [worker.area for worker in vital.workers if not worker.started]
    if not vital.workers:
        return _failed("started", "the fleet is opening what it works with")
    if waiting:
        return _failed("started", f"{', '.join(waiting)} wait for their first partitions")
    return _passed("started", f"{', '.join(worker.area for worker in vital.workers)} joined their groups")


def _assignment(vital: Vital, limits: HealthLimits) -> Check:
    lost = [worker.area for worker in vital.workers if not worker.started or _is_silent(worker, vital, limits)]
    owned = "; ".join(f"{worker.area} owns {len(worker.partitions)} partitions" for worker in vital.workers)
    if lost or not vital.workers:
        return _failed("assignment", f"{', '.join(lost) or 'nobody'} polls no partitions")
    return _passed("assignment", owned)


def _ground(vital: Vital, name: str) -> Check:
    waiting = [worker.area for worker in vital.workers if name in worker.outages]
    reason = vital.missing.get(name)
    if waiting:
        told = f"{', '.join(waiting)} wait for the {name}"
        return _failed(name, f"{told}: {reason}" if reason else told)
    return _failed(name, reason) if reason else _passed(name, "no outage")


def _intake(vital: Vital) -> Check:
    draining = [worker.area for worker in vital.workers if worker.draining]
    return _failed("intake", f"{', '.join(draining)} drain") if draining else _passed("intake", "open")


def _passed(name: str, reason: str) -> Check:
    return Check(name=name, status=Result.PASS, reason=reason)


def _failed(name: str, reason: str) -> Check:
    return Check(name=name, status=Result.FAIL, reason=reason)


def _report(checks: Sequence[Check], stuck: tuple[StuckLane, ...] = ()) -> HealthReport:
    failed = any(check.status is Result.FAIL for check in checks)
    return HealthReport(status=Result.FAIL if failed else Result.PASS, checks=tuple(checks), stuck=stuck)
