"""What a fleet tells of itself over HTTP, for the live view and for scripts."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from workers.ports.health import HealthModel, HealthReport, StuckLane


class HeadView(HealthModel):
    """The oldest record of a partition that is not done with."""

    offset: int
    key_hash: str
    age: float = Field(description="seconds since the worker took it over")
    attempts: int


class PartitionView(HealthModel):
    """One partition a worker owns."""

    topic: str
    partition: int
    next_offset: int | None = Field(description="the watermark; null before the first record")
    last_delivered: int | None = Field(description="the newest record taken over")
    unfinished: int = Field(description="records taken over at or above the watermark")
    paused: bool = Field(description="whether intake waits")
    head: HeadView | None


class LaneView(HealthModel):
    """A lane that is being worked on."""

    topic: str
    partition: int
    offset: int = Field(description="position of the record being worked on")
    key_hash: str
    age: float = Field(description="seconds since that record was taken over")
    waiting: int = Field(description="records in the lane")
    attempts: int


class Counts(HealthModel):
    """What a worker has done since it started; rates come from two of these."""

    taken: int = Field(0, description="records taken over")
    settled: int = Field(0, description="commands whose outcome is stored and acknowledged")
    duplicates: int = Field(0, description="of those, decided before")
    retries: int = Field(0, description="attempts that failed and are followed by another")
    given_up: int = Field(0, description="attempts that failed and were the last")
    transactions: int = Field(0, description="database transactions that stored decisions")
    published: int = Field(0, description="outcome and dead-letter records acknowledged")
    outages: int = Field(0, description="times a service the worker stands on went away")


class WorkerView(HealthModel):
    """One worker: one member of one area's consumer group."""

    area: str
    group: str
    started: bool
    draining: bool
    outages: tuple[str, ...] = Field(description="services it waits for at this moment")
    since_poll: float | None = Field(description="seconds since the broker client last handed control over")
    in_flight: int = Field(description="commands being settled")
    waiting: int = Field(description="commands taken over and not done with, those in flight included")
    retrying: int = Field(description="commands waiting for their next attempt")
    counts: Counts
    partitions: tuple[PartitionView, ...]
    slowest: tuple[LaneView, ...] = Field(description="lanes being worked on, the oldest first")
    stuck: tuple[StuckLane, ...]


class BackendView(HealthModel):
    """Calls of this process at one AI backend."""

    backend: str
    limit: int = Field(description="calls it is given at a time now, by its latency and errors")
    in_flight: int = Field(description="calls that are under way")
    waiting: int = Field(description="calls that wait for their turn")


class FleetView(HealthModel):
    """One process."""

    host: str
    pid: int
    version: str
    state: str = Field(description="starting, running, waiting for something, or draining")
    uptime: float = Field(description="seconds since the process began")
    loop_delay: float = Field(description="seconds by which the event loop was late last time it was looked at")
    workers: tuple[WorkerView, ...]
    backends: tuple[BackendView, ...] = Field((), description="AI backends it calls")


class FleetReader(Protocol):
    """Asks a running fleet."""

    async def status(self) -> FleetView:
        """What it is doing.

        Raises:
            UnavailableError: it does not answer in time, or with something else.
        """
        ...

    async def live(self) -> HealthReport:
        """Whether it is alive; raises as `status` does."""
        ...
