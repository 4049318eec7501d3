"""What a worker is doing at this moment, for health checks, gauges and the live view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from workers.ports.messages import Partition


@dataclass(frozen=True, slots=True)
class Head:
    """The oldest record of a partition that is not done with.

    Attributes:
        offset: its position.
        key_hash: the first 12 hexadecimal digits of the SHA-256 of its key: names a lane without naming a person.
        age: seconds since the worker took it over.
        attempts: how often it was tried so far.
    """

    offset: int
    key_hash: str
    age: float
    attempts: int


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """One partition this worker owns.

    Attributes:
        next_offset: the watermark, which is or will be committed; None before the first record.
        last_delivered: the newest record taken over.
        unfinished: records taken over at or above the watermark, finished ones among them included.
        paused: whether intake waits.
        head: the oldest record not done with; None when there is none.
    """

    partition: Partition
    next_offset: int | None
    last_delivered: int | None
    unfinished: int
    paused: bool
    head: Head | None


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """A lane that is being worked on.

    Attributes:
        age: seconds since its first waiting record was taken over.
        waiting: records in the lane.
        attempts: of its first record, so far.
    """

    partition: Partition
    offset: int
    key_hash: str
    age: float
    waiting: int
    attempts: int


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A whole worker.

    Attributes:
        area: whose commands it handles.
        group: its consumer group.
        started: whether it has joined its group and got a first assignment.
        draining: whether it is on its way out.
        outages: the grounds it waits for: ``broker``, ``database``, or a capability whose backends are all out, for
            instance ``text_recognition``.
        since_poll: seconds since the broker client last handed control over (with or without records); None before
            the first time.
        in_flight: commands being settled.
        waiting: commands taken over and not done with, those in flight included.
        retrying: commands waiting for their next attempt.
        slowest: the oldest lanes, the oldest first.
        lanes: keys with records that are not done with.
    """

    area: str
    group: str
    started: bool
    draining: bool
    outages: frozenset[str]
    since_poll: float | None
    in_flight: int
    waiting: int
    retrying: int
    partitions: tuple[PartitionStatus, ...]
    slowest: tuple[LaneStatus, ...]
    lanes: int = 0


@dataclass(frozen=True, slots=True)
class FollowerStatus:
    """How far a follower of outcomes has come in the partitions it owns.

    Attributes:
        area: what it is called.
        positions: the offset of the next record to apply; of partitions of which any was taken over.
        ends: the offset behind the newest record, as the broker last told; of partitions anything was fetched of.
        behind: age of the oldest record that was taken over and is not applied, seconds; 0 where there is none.
    """

    area: str
    positions: Mapping[Partition, int]
    ends: Mapping[Partition, int]
    behind: float

    def lag(self) -> Mapping[str, int]:
        """Records that the broker has and that are not applied, by topic; of partitions with a position and an end."""
        found: dict[str, int] = {}
        for partition, end in self.ends.items():
            left = max(0, end - self.positions.get(partition, end))
            found[partition.topic] = found.get(partition.topic, 0) + left
        return found


@dataclass(slots=True)
class ProjectionCounts:
    """What became of events on their way from the topics into read models, in this process so far.

    Attributes:
        applied: events that a projection has taken in, by its name; those that came again included.
        failed: attempts at taking a batch in that the database could not be used for, by projection.
        unreadable: records that could not be read and were passed over.
    """

    applied: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """Calls of this process at one AI backend.

    Attributes:
        backend: its name, for instance rapidocr-3.8/en-mobile.
        limit: calls it is given at a time now; changes with its latency and errors.
        in_flight: calls that are under way; above the limit for a while after that has come down.
        waiting: calls that wait for their turn.
    """

    backend: str
    limit: int
    in_flight: int
    waiting: int


class BackendGauge(Protocol):
    """Tells of the calls at one backend, for metrics and the live view."""

    @property
    def status(self) -> BackendStatus:
        """Now; does not block."""
        ...


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What this process has asked of one model server, and whether it is asked now.

    Attributes:
        backend: its name and model, as in `BackendAnswer.backend`.
        breaker: 0 closed (it is asked), 1 on trial (one call at a time), 2 open (it is not asked).
        answers: how many questions ended how, by capability and result; both are of a fixed set.
        cost: what its calls cost so far, by currency.
        tokens: as it counts them so far, by direction: input and output.
    """

    backend: str
    breaker: int
    answers: Mapping[tuple[str, str], int]
    cost: Mapping[str, Decimal]
    tokens: Mapping[str, int] = field(default_factory=dict)


class ModelGauge(Protocol):
    """Tells of one model server, for metrics."""

    @property
    def model_status(self) -> ModelStatus:
        """Now; does not block."""
        ...
