"""What two snapshots mean together: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workers.entrypoints.lags import Lag, LagRow
from workers.ports.fleet import FleetView, PartitionView, WorkerView

PlaceId = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was seen at one moment.

    Attributes:
        moment: a reading of the monotonic clock, for rates.
        fleets: what each address answered; a text says why there is no answer.
        lags: what the broker tells; a text says why it does not.
    """

    at: datetime
    moment: float
    fleets: Mapping[str, FleetView | str]
    lags: Sequence[LagRow] | str


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker.

    Attributes:
        process: host and process id.
        taken: records taken over a second; None where one snapshot is all there is. The other rates likewise.
        settled: commands settled a second.
        retries: failed attempts a second that are followed by another.
    """

    process: str
    area: str
    state: str
    partitions: int
    in_flight: int
    waiting: int
    retrying: int
    taken: float | None
    settled: float | None
    retries: float | None
    given_up: int
    outages: int


@dataclass(frozen=True, slots=True)
class PartitionLine:
    """One partition.

    Attributes:
        process: of the worker that owns it; None where none of those asked does.
        lag: None where the broker does not tell.
        held: records the worker has taken over at or above the watermark.
        rate: offsets a second by which the watermark moved.
        head_age: seconds since the worker took its oldest record over.
    """

    topic: str
    partition: int
    process: str | None
    lag: Lag | None
    held: int
    rate: float | None
    head_age: float | None
    is_paused: bool
    is_stuck: bool

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.lag and self.lag.messages) and not self.held and not self.is_paused and not self.is_stuck


@dataclass(frozen=True, slots=True)
class LaneLine:
    """One lane that is being worked on."""

    topic: str
    partition: int
    offset: int
    key_hash: str
    age: float
    attempts: int
    waiting: int
    is_stuck: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        fleets: what each address is doing, or why it does not say.
        lag_problem: why no lag is known.
        lanes: the slowest first.
    """

    at: datetime
    fleets: Mapping[str, str]
    lag_problem: str | None
    workers: Sequence[WorkerLine]
    partitions: Sequence[PartitionLine]
    lanes: Sequence[LaneLine]


def frame(before: Snapshot | None, now: Snapshot) -> Frame:
    """The picture at a snapshot; its rates count from the one before."""
    return Frame(
        at=now.at,
        fleets={url: told if isinstance(told, str) else told.state for url, told in now.fleets.items()},
        lag_problem=now.lags if isinstance(now.lags, str) else None,
        workers=[_worker_line(*found, before, now) for found in _workers(now)],
        partitions=_partition_lines(before, now),
        lanes=_lane_lines(now),
    )


def _workers(snapshot: Snapshot | None) -> Iterator[tuple[str, WorkerView]]:
    """Every worker with its process."""
    for fleet in snapshot.fleets.values() if snapshot else ():
        if isinstance(fleet, FleetView):
            for worker in fleet.workers:
                yield f"{fleet.host}/{fleet.pid}", worker


def _worker_line(process: str, worker: WorkerView, before: Snapshot | None, now: Snapshot) -> WorkerLine:
    past = next((found for name, found in _workers(before) if (name, found.area) == (process, worker.area)), None)

    def rate(count: str) -> float | None:
        old = None if past is None else getattr(past.counts, count)
        return _rate(old, getattr(worker.counts, count), before, now)

    return WorkerLine(
        process=process,
        area=worker.area,
        state=_state(worker),
        partitions=len(worker.partitions),
        in_flight=worker.in_flight,
        waiting=worker.waiting,
        retrying=worker.retrying,
        taken=rate("taken"),
        settled=rate("settled"),
        retries=rate("retries"),
        given_up=worker.counts.given_up,
        outages=worker.counts.outages,
    )


def _state(worker: WorkerView) -> str:
    if worker.draining:
        return "draining"
    if worker.outages:
        return f"waiting for {', '.join(worker.outages)}"
    return "running" if worker.started else "starting"


def _rate(old: int | None, new: int | None, before: Snapshot | None, now: Snapshot) -> float | None:
    """How much a second; None where something is unknown, or was begun anew in between."""
    if before is None or old is None or new is None or new < old or now.moment <= before.moment:
        return None
    return (new - old) / (now.moment - before.moment)


def _partition_lines(before: Snapshot | None, now: Snapshot) -> list[PartitionLine]:
    owned = _owned(now)
    past = _owned(before)
    lags = {} if isinstance(now.lags, str) else {(row.topic, row.partition): row.lag for row in now.lags}
    stuck = {(lane.topic, lane.partition) for _, worker in _workers(now) for lane in worker.stuck}
    lines = []
    for place in sorted({*owned, *lags}):
        process, view = owned.get(place, (None, None))
        _, old = past.get(place, (None, None))
        rate = None if view is None or old is None else _rate(old.next_offset, view.next_offset, before, now)
        lines.append(
            PartitionLine(
                topic=place[0],
                partition=place[1],
                process=process,
                lag=lags.get(place),
                held=view.unfinished if view else 0,
                rate=rate,
                head_age=view.head.age if view and view.head else None,
                is_paused=bool(view and view.paused),
                is_stuck=place in stuck,
            )
        )
    return lines


def _owned(snapshot: Snapshot | None) -> dict[PlaceId, tuple[str, PartitionView]]:
    return {
        (view.topic, view.partition): (process, view)
        for process, worker in _workers(snapshot)
        for view in worker.partitions
    }


def _lane_lines(now: Snapshot) -> list[LaneLine]:
    lines = []
    for _, worker in _workers(now):
        stuck = {(lane.topic, lane.partition, lane.offset) for lane in worker.stuck}
        lines += [
            LaneLine(
                topic=lane.topic,
                partition=lane.partition,
                offset=lane.offset,
                key_hash=lane.key_hash,
                age=lane.age,
                attempts=lane.attempts,
                waiting=lane.waiting,
                is_stuck=(lane.topic, lane.partition, lane.offset) in stuck,
            )
            for lane in worker.slowest
        ]
    return sorted(lines, key=lambda line: -line.age)
