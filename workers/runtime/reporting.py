"""A worker's status, gathered from its parts when somebody asks."""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from typing import Final

from workers.ports.messages import Partition, RawRecord
from workers.ports.status import Head, LaneStatus, PartitionStatus, WorkerStatus
from workers.runtime.assignment import Assignment
from workers.runtime.deliveries import Delivery
from workers.runtime.dispatcher import Dispatcher, Lane

SLOWEST: Final = 10
"""How many lanes a status names."""


@dataclass(slots=True)
class Facts:
    """What a worker notes of itself for its status.

    Attributes:
        polled: when the broker client last handed control over, on the monotonic clock.
    """

    area: str
    group: str
    started: bool = False
    draining: bool = False
    polled: float | None = None


def worker_status(
    facts: Facts, assignment: Assignment, dispatcher: Dispatcher, outages: frozenset[str], now: float
) -> WorkerStatus:
    """The status at a moment of the monotonic clock."""
    lanes = [lane for lane in dispatcher.lanes() if lane.queue]
    heads: dict[Partition, Delivery] = {}
    for lane in lanes:
        first = lane.queue[0][1]
        known = heads.get(first.partition)
        if known is None or first.record.offset < known.record.offset:
            heads[first.partition] = first
    running = (lane for lane in lanes if lane.is_running)
    return WorkerStatus(
        area=facts.area,
        group=facts.group,
        started=facts.started,
        draining=facts.draining,
        outages=outages,
        since_poll=None if facts.polled is None else now - facts.polled,
        in_flight=dispatcher.in_flight,
        waiting=sum(len(lane.queue) for lane in lanes),
        retrying=dispatcher.aside,
        partitions=tuple(
            _partition(partition, assignment, heads.get(partition), now) for partition in sorted(assignment.owned)
        ),
        slowest=tuple(_lane(lane, now) for lane in heapq.nsmallest(SLOWEST, running, key=lambda lane: lane.turn)),
        lanes=len(lanes),
    )


def key_hash(record: RawRecord) -> str:
    """Names a record's key without telling it."""
    return hashlib.sha256(record.key or b"").hexdigest()[:12]


def _partition(partition: Partition, assignment: Assignment, head: Delivery | None, now: float) -> PartitionStatus:
    offsets = assignment.offsets_of(partition)
    return PartitionStatus(
        partition=partition,
        next_offset=None if offsets is None else offsets.next_offset,
        last_delivered=None if offsets is None else offsets.last_delivered,
        unfinished=0 if offsets is None else offsets.unfinished,
        paused=partition in assignment.paused,
        head=None if head is None else Head(head.record.offset, key_hash(head.record), now - head.taken, head.attempts),
    )


def _lane(lane: Lane, now: float) -> LaneStatus:
    first = lane.queue[0][1]
    return LaneStatus(
        partition=first.partition,
        offset=first.record.offset,
        key_hash=key_hash(first.record),
        age=now - first.taken,
        waiting=len(lane.queue),
        attempts=first.attempts,
    )
